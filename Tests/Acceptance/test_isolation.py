"""No tenant sees another's row; no region holds another's data; nothing personal stands in the clear."""

import base64

import pytest

from obhut import eventually, new_id, new_number

# Tables of the control plane whose keys may not begin with the tenant, and why.
CONTROL_EXCEPTIONS = {
    ("channel_routes", "channel_routes_pkey"): "a number belongs to one tenant in the whole installation",
    ("api_keys", "api_keys_token_hash_key"): "a key's hash alone finds its tenant",
    ("ingress_routes", "ingress_routes_pkey"): "an ingress may be the provider's own",
}


@pytest.fixture(scope="module")
def two(instance):
    """Each tenant with a conversation of its own, both ways."""
    facts = []
    for tenant in instance.tenants:
        handset, name, text = new_number(), f"Name{new_id()[6:22]}", f"Text{new_id()[6:22]}"
        tenant.handset_writes(handset, text, profile_name=name)
        inbound = tenant.inbound(text)
        tenant.consent({"id": inbound["contact_id"]})
        answer = f"Antwort{new_id()[6:22]}"
        sent = tenant.send({"contact_id": inbound["contact_id"]}, answer)
        delivered = tenant.state(sent["id"], "delivered")
        facts.append({"tenant": tenant, "handset": handset, "name": name, "text": text, "answer": answer, "inbound": inbound,
                      "sent": delivered})
    return facts


def spellings(text):
    raw = text.encode()
    return {raw, raw.hex().encode(), base64.b64encode(raw).rstrip(b"="), text.encode("utf-16-le"), text.encode("utf-16-be").hex().encode()}


def test_no_database_holds_anything_of_the_other_regions_tenant(two, instance):
    for own, foreign in [(two[0], two[1]), (two[1], two[0])]:
        dump = instance.dump(instance.ready["postgres"]["regions"][own["tenant"].region])
        assert own["tenant"].id.encode() in dump, "the search would find nothing anywhere"
        words = [foreign["tenant"].id, foreign["tenant"].facts["name"], foreign["tenant"].number, foreign["handset"], foreign["name"],
                 foreign["text"], foreign["answer"], foreign["inbound"]["id"], foreign["inbound"]["contact_id"], foreign["sent"]["id"]]
        for word in words:
            for spelling in spellings(word):
                assert spelling not in dump, f"{word} of {foreign['tenant'].region} stands in {own['tenant'].region}"


def test_nothing_personal_stands_in_the_clear(two, instance):
    dumps = {name: instance.dump(url) for name, url in instance.databases().items()}
    for facts in two:
        words = [facts["handset"], facts["name"], facts["text"], facts["answer"], facts["inbound"]["provider_message_id"],
                 facts["sent"]["provider_message_id"], facts["tenant"].facts["app_secret"], facts["tenant"].facts["verify_token"],
                 facts["tenant"].facts["api_key"]]
        for word in words:
            for spelling in spellings(word):
                for database, dump in dumps.items():
                    assert spelling not in dump, f"a value stands readable in {database}"
    logs = instance.logs()
    for facts in two:
        for word in [facts["handset"], facts["name"], facts["text"], facts["answer"]]:
            assert word not in logs.split("--- postgres.log")[0], "personal data in a log"


def test_a_key_finds_nothing_of_another_tenant(two):
    for own, foreign in [(two[0], two[1]), (two[1], two[0])]:
        api, inbound = own["tenant"].api, foreign["inbound"]
        paths = [f"/messages/{inbound['id']}", f"/messages/{foreign['sent']['id']}", f"/contacts/{inbound['contact_id']}",
                 f"/contacts/{inbound['contact_id']}/consents", f"/conversations/{inbound['conversation_id']}",
                 f"/conversations/{inbound['conversation_id']}/messages"]
        for path in paths:
            assert api.call("GET", path).status_code == 404, path
        assert api.call("POST", f"/messages/{foreign['sent']['id']}/retry").status_code == 404
        body = {"to": {"contact_id": inbound["contact_id"]}, "text": {"body": "x"}}
        assert api.call("POST", "/messages", body).status_code == 404
        consent = {"contact": {"id": inbound["contact_id"]}, "purpose": "service", "state": "granted",
                   "occurred_at": "2026-01-01T00:00:00Z", "evidence": {"method": "paper", "text": "x"}}
        assert api.call("POST", "/consents", consent).status_code == 404
        other_channel = foreign["tenant"].facts["channel_id"]
        assert api.call("POST", "/messages", {**body, "to": {"phone": own["handset"]}, "channel_id": other_channel}).status_code == 422
        everything = [item for path in ["/messages", "/contacts", "/conversations", "/events"] for item in api.every(path)]
        assert foreign["inbound"]["contact_id"] not in str(everything)


def test_without_a_tenant_every_table_reads_empty(two, instance):
    checked = 0
    for name, url in instance.ready["postgres"]["regions"].items():
        for role in ["obhut_app", "obhut_worker", "obhut_owner"]:
            as_role = instance.role_url(url, role)
            for table in tables(instance, url):
                if role == "obhut_worker" and table in ("queue_lanes", "dead_letter_counts"):
                    continue  # Workers look for lanes, and count dead letters, across tenants; neither names a person.
                assert instance.sql(as_role, f"SELECT count(*) FROM {table}") == ["0"], (name, role, table)
                checked += 1
    assert checked > 60


def test_a_role_cannot_step_out_of_its_tenant(two, instance):
    mine, foreign = two
    url = instance.role_url(instance.ready["postgres"]["regions"][mine["tenant"].region], "obhut_app")
    wrong = f"BEGIN; SELECT set_config('app.tenant_id', '{foreign['tenant'].id}', true); SELECT count(*) FROM messages; COMMIT"
    assert "0" in instance.sql(url, wrong)
    for role in ["obhut_app", "obhut_worker", "obhut_control", "obhut_owner", "obhut_audit"]:
        rights = instance.sql(instance.ready["postgres"]["control"],
                              f"SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = '{role}'")
        assert rights == ["f|f|f"], role


def tables(instance, url):
    return instance.sql(url, """
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'tenant_id' AND NOT a.attisdropped
        ORDER BY 1""")


def test_the_catalogue_shows_every_tenant_table_isolated(instance):
    checked = 0
    for name, url in instance.databases().items():
        for table in tables(instance, url):
            checked += 1
            assert instance.sql(url, f"SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = '{table}'::regclass") == ["t|t"], table
            assert instance.sql(url, f"SELECT count(*) > 0 FROM pg_policy WHERE polrelid = '{table}'::regclass") == ["t"], table
            assert instance.sql(url, f"SELECT obj_description('{table}'::regclass) IS NOT NULL") == ["t"], f"{table} has no comment"
            indexes = instance.sql(url, f"""
                SELECT i.indexrelid::regclass, a.attname FROM pg_index i
                JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                WHERE i.indrelid = '{table}'::regclass AND i.indisunique""")
            for index, first in (row.split("|") for row in indexes):
                if first != "tenant_id":
                    assert name == "control" and (table, index) in CONTROL_EXCEPTIONS, (table, index)
            keys = instance.sql(url, f"""
                SELECT c.conname, c.confrelid::regclass,
                       EXISTS (SELECT FROM pg_attribute f WHERE f.attrelid = c.confrelid AND f.attname = 'tenant_id'),
                       (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = c.conkey[1])
                FROM pg_constraint c WHERE c.conrelid = '{table}'::regclass AND c.contype = 'f'""")
            for key, target, is_tenants, first in (row.split("|") for row in keys):
                if is_tenants == "t" and target != "ingress_routes":
                    assert first == "tenant_id", key
    assert checked >= 15
