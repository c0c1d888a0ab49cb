"""No tenant sees another's row; no region holds another's data; nothing personal stands in the clear."""

import json
import re
import subprocess
import uuid

import pytest

from obhut import eventually, free_port, new_id, new_number
from search import converse, dumps, identifiers, logs, personal, region_files, secrets, spellings, stands_in

# Tables of the control plane whose keys may not begin with the tenant, and why.
CONTROL_EXCEPTIONS = {
    ("channel_routes", "channel_routes_pkey"): "a number belongs to one tenant in the whole installation",
    ("api_keys", "api_keys_token_hash_key"): "a key's hash alone finds its tenant",
    ("ingress_routes", "ingress_routes_pkey"): "an ingress may be the provider's own",
    ("consent_source_routes", "consent_source_routes_pkey"): "a set-up's public address alone must lead to its tenant",
    ("agreement_texts", "agreement_texts_pkey"): "a name is one wording in the whole installation, and most are for every tenant",
    ("tenant_moves", "tenant_moves_approval_key"): "an approval is carried out once, whosever it is",
}


@pytest.fixture(scope="module")
def two(instance):
    """Two tenants in two regions, each with a conversation of its own, both ways."""
    return [converse(tenant) for tenant in instance.tenants]


@pytest.fixture(scope="module")
def neighbours(instance):
    """Two tenants in one database."""
    return [converse(instance.new_tenant("eu-central")) for _ in range(2)]


@pytest.fixture(params=["two", "neighbours"], ids=["in two regions", "in one database"])
def pair(request):
    return request.getfixturevalue(request.param)


def both_ways(pair):
    return [(pair[0], pair[1]), (pair[1], pair[0])]


def test_no_database_holds_anything_of_the_other_regions_tenant(two, instance):
    for own, foreign in both_ways(two):
        region = own["tenant"].region
        kept = instance.dump(instance.ready["postgres"]["regions"][region])
        assert own["tenant"].id.encode() in kept, "the search would find nothing anywhere"
        words = {**personal(foreign), **identifiers(foreign), "tenant id": foreign["tenant"].id,
                 "tenant's name": foreign["tenant"].facts["name"], "tenant's number": foreign["tenant"].number}
        for what, word in words.items():
            assert not stands_in(word, kept), f"the {what} of {foreign['tenant'].region} stands in {region}"
            assert not stands_in(word, region_files(instance)[region]), f"the {what} of {foreign['tenant'].region} is among {region}'s files"


def test_the_control_plane_knows_no_person(pair, instance):
    kept = instance.dump(instance.ready["postgres"]["control"])
    for facts in pair:
        assert facts["tenant"].id.encode() in kept, "the search would find nothing anywhere"
        for what, word in {**personal(facts), **identifiers(facts)}.items():
            assert not stands_in(word, kept), f"the {what} stands in the control database"


def test_nothing_personal_stands_in_the_clear(two, neighbours, instance):
    kept = {**dumps(instance), **{f"files of {region}": files for region, files in region_files(instance).items()}}
    for facts in two + neighbours:
        assert facts["inbound"]["id"].encode() in kept[facts["tenant"].region], "the search would find nothing anywhere"
        for what, word in {**personal(facts), **secrets(facts)}.items():
            for place, content in kept.items():
                assert not stands_in(word, content), f"the {what} stands readable in {place}"


def test_no_log_holds_anything_personal(two, neighbours, instance):
    """Whole logs of the server, of PostgreSQL and of what started them."""
    written = logs(instance)
    assert {"server.log", "postgres.log", "dev.log"} == set(written)
    assert b"ready to accept connections" in written["postgres.log"], "the log is not read from its beginning"
    for facts in two + neighbours:
        for what, word in {**personal(facts), **secrets(facts)}.items():
            for file, content in written.items():
                assert not stands_in(word, content), f"the {what} stands in {file}"


def test_the_search_finds_what_it_looks_for():
    """Or the tests above would show nothing."""
    word, base64_of_xword, base64_of_word_ = "4915123456789", b"eDQ5MTUxMjM0NTY3ODk=", b"NDkxNTEyMzQ1Njc4OVpa"
    kept = [word.encode(), b"\\x" + word.encode().hex().encode(), word.encode("utf-16-le"), base64_of_xword, base64_of_word_]
    assert all(stands_in(word, b"before " + one + b" after") for one in kept)
    assert not stands_in(word, b"4915123456780 " + b"NDkxNTEyMzQ1Njc4MA==") and len(spellings(word)) >= 9


def test_a_key_finds_nothing_of_another_tenant(pair):
    for own, foreign in both_ways(pair):
        api, inbound, sent = own["tenant"].api, foreign["inbound"], foreign["sent"]
        text = {"text": {"body": "x"}}
        evidence = {"purpose": "service", "state": "granted", "occurred_at": "2026-01-01T00:00:00Z",
                    "evidence": {"method": "web_form", "text": "x"}}
        requests = [
            ("GET", f"/messages/{inbound['id']}", None), ("GET", f"/messages/{sent['id']}", None),
            ("POST", f"/messages/{sent['id']}/retry", None), ("GET", f"/contacts/{inbound['contact_id']}", None),
            ("GET", f"/contacts/{inbound['contact_id']}/consents", None), ("GET", f"/conversations/{inbound['conversation_id']}", None),
            ("GET", f"/conversations/{inbound['conversation_id']}/messages", None),
            ("POST", "/messages", {"to": {"contact_id": inbound["contact_id"]}, **text}),
            ("POST", "/messages", {"to": {"contact_id": own["inbound"]["contact_id"]}, "context": {"message_id": inbound["id"]}, **text}),
            ("POST", "/consents", {"contact": {"id": inbound["contact_id"]}, **evidence}),
            ("POST", "/consents", {"contact": {"id": inbound["contact_id"]}, **evidence, "state": "withdrawn"}),
        ]
        for method, path, body in requests:
            answer = api.call(method, path, body)
            assert answer.status_code == 404, (method, path, answer.text)
            unknown = api.call(method, with_unknown_ids(path), with_unknown_ids(body))
            assert said(answer) == said(unknown), "what another tenant has must look like what nobody has"
        body = {"to": {"phone": own["handset"]}, "channel_id": foreign["tenant"].facts["channel_id"], **text}
        assert api.call("POST", "/messages", body).status_code == 422
        everything = [item for path in ["/messages", "/contacts", "/conversations", "/events", "/channels"] for item in listed(api, path)]
        for what, word in {**identifiers(foreign), **personal(foreign), "channel": foreign["tenant"].facts["channel_id"]}.items():
            assert word not in json.dumps(everything, ensure_ascii=False), what


def with_unknown_ids(asked):
    """The same request for things that do not exist."""
    if asked is None:
        return None
    return json.loads(re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "01900000-0000-7000-8000-000000000000", json.dumps(asked)))


def said(answer):
    return answer.status_code, {name: value for name, value in answer.json().items() if name not in ("request_id", "instance")}


def listed(api, path):
    return api.get(path)["data"] if path == "/channels" else api.every(path)


def test_another_tenants_customer_is_nobody_here(pair):
    """A tenant cannot find out whom another talks with: a number that the other knows is answered as one that nobody knows."""
    for own, foreign in both_ways(pair):
        answers = [own["tenant"].api.call("POST", "/messages", {"to": {"phone": number}, "text": {"body": "x"}})
                   for number in (foreign["handset"], new_number())]
        assert said(answers[0]) == said(answers[1]) and answers[0].json()["refusal"]["code"] == "consent_missing"


def test_the_same_idempotency_key_is_another_key_at_another_tenant(neighbours):
    key = {"Idempotency-Key": new_id()}
    sent = [facts["tenant"].send({"contact_id": facts["inbound"]["contact_id"]}, "gleich", headers=key)["id"] for facts in neighbours]
    assert sent[0] != sent[1]
    for facts, message in zip(neighbours, sent):
        facts["tenant"].state(message, "delivered")
        assert len(facts["tenant"].on_handset(facts["handset"], message)) == 1


def test_one_person_of_two_tenants_is_two_contacts(neighbours):
    """Nothing that one tenant does with a person shows at, or counts for, the other."""
    handset, (own, foreign) = new_number(), [facts["tenant"] for facts in neighbours]
    _, contact = own.talk(handset)
    text = f"auch hier {new_id()}"
    foreign.handset_writes(handset, text)
    eventually(lambda: foreign.held_back() == 1, "the message in quarantine")
    assert text not in json.dumps(list(foreign.api.every("/messages"))), "what they agreed to with one opens nothing at another"
    foreign.agrees(handset)
    other = foreign.inbound(text)["contact_id"]
    assert contact != other and [c["purpose"] for c in foreign.api.get(f"/contacts/{other}/consents")["data"]] == ["inquiries"]
    assert foreign.send({"contact_id": other}, "x", expect=403)["refusal"]["code"] == "consent_missing"
    own.state(own.send({"contact_id": contact}, "nur von mir")["id"], "delivered")
    assert [m["text"]["body"] for m in foreign.api.every("/messages") if m["contact_id"] == other] == [text]


def test_without_a_tenant_every_table_reads_empty(two, instance):
    checked = 0
    for name, url in instance.ready["postgres"]["regions"].items():
        for role in ["obhut_app", "obhut_worker", "obhut_owner"]:
            as_role = instance.role_url(url, role)
            for table in tables(instance, url):
                if role == "obhut_worker" and table in ("queue_lanes", "dead_letter_counts", "consent_chains"):
                    continue  # Workers look for lanes, and count dead letters and consent events, across tenants; none names a person.
                assert instance.sql(as_role, f"SELECT count(*) FROM {table}") == ["0"], (name, role, table)
                checked += 1
    assert checked > 60


def test_a_role_cannot_step_out_of_its_tenant(neighbours, instance):
    """In the database that both live in: whatever is asked or written as one tenant concerns its own rows alone."""
    own, foreign = [facts["tenant"].id for facts in neighbours]
    url = instance.ready["postgres"]["regions"]["eu-central"]
    both = set(tables_of_both(instance, url, own, foreign))
    assert both > {"contacts", "messages", "consents", "consent_events", "identities", "conversations", "channels", "tenant_keys"}
    for role in ["obhut_app", "obhut_worker"]:
        as_own = f"SELECT set_config('app.tenant_id', '{own}', false)"
        for table in both - ({"queue_lanes", "consent_chains"} if role == "obhut_worker" else set()):
            seen = instance.sql(instance.role_url(url, role), f"{as_own}; SELECT DISTINCT tenant_id FROM {table}")
            assert seen[-1] == own and foreign not in seen, (role, table)
            changed = instance.sql(instance.role_url(url, role), f"{as_own}; SELECT count(*) FROM {table} WHERE tenant_id = '{foreign}'")
            assert changed[-1] == "0", (role, table)
        moved = sql_error(instance, instance.role_url(url, role), f"{as_own}; UPDATE messages SET tenant_id = '{foreign}'")
        assert "violates row-level security policy" in moved
        added = f"INSERT INTO tenant_standing (tenant_id, tenant_state) VALUES ('{new_uuid()}', 'active')"
        assert "violates row-level security policy" in sql_error(instance, instance.role_url(url, role), f"{as_own}; {added}")


def tables_of_both(instance, url, own, foreign):
    for table in tables(instance, url):
        counts = instance.sql(url, f"SELECT count(DISTINCT tenant_id) FROM {table} WHERE tenant_id IN ('{own}', '{foreign}')")
        if counts == ["2"]:
            yield table


def new_uuid():
    return str(uuid.uuid4())


def sql_error(instance, url, statement):
    """What PostgreSQL says to a statement that it refuses."""
    with pytest.raises(subprocess.CalledProcessError) as refused:
        instance.sql(url, statement)
    return refused.value.stderr


def test_no_role_of_the_server_may_pass_the_policies(instance):
    for role in ["obhut_app", "obhut_worker", "obhut_control", "obhut_owner", "obhut_audit"]:
        rights = instance.sql(instance.ready["postgres"]["control"],
                              f"SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = '{role}'")
        assert rights == ["f|f|f"], role


def test_facts_about_consent_are_only_ever_added(two, instance):
    for url in instance.ready["postgres"]["regions"].values():
        for role in ["obhut_app", "obhut_worker"]:
            for change in ["UPDATE consent_events SET kind = 'granted'", "DELETE FROM consent_events", "TRUNCATE consent_events"]:
                if (role, change.split()[0]) != ("obhut_worker", "DELETE"):
                    assert "permission denied" in sql_error(instance, instance.role_url(url, role), change), (role, change)
    # A worker erases whole tenants, and reaches only one whose contract is over: nothing of a living one, not even as that tenant.
    for tenant in instance.tenants:
        region = instance.databases()[tenant.region]
        count = f"SELECT count(*) FROM consent_events WHERE tenant_id = '{tenant.id}'"
        before = instance.sql(region, count)
        instance.sql(instance.role_url(region, "obhut_worker"),
                     f"SELECT set_config('app.tenant_id', '{tenant.id}', false); DELETE FROM consent_events")
        assert before != ["0"] and instance.sql(region, count) == before, tenant.id


def test_a_region_outside_the_eea_stops_the_start(instance, tmp_path):
    settings = json.loads((instance.folder / "data/obhut.json").read_text())
    settings["region"]["eu-north"]["country"] = "US"
    settings["http"]["port"] = str(free_port())
    changed = tmp_path / "obhut.json"
    changed.write_text(json.dumps(settings))
    ended = subprocess.run([instance.binary, "serve", "--config", str(changed)], capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0 and "not in the European Economic Area" in ended.stdout + ended.stderr, ended.stderr
    recorded = instance.sql(instance.ready["postgres"]["control"], "SELECT country FROM regions WHERE region_id = 'eu-north'")
    assert recorded == ["FI"], "a refused country must not be recorded"


def test_every_tenant_lives_in_an_offered_region_and_every_flow_is_declared(instance):
    regions = {region["id"]: region["country"] for region in instance.admin.get("/regions")["data"]}
    assert regions == {"eu-central": "DE", "eu-north": "FI"}
    refused = instance.admin.post("/tenants", {"name": "Anderswo", "region": "us-east"}, expect=422)
    assert [error["path"] for error in refused["errors"]] == ["region"]
    plugins = {plugin["name"]: plugin for plugin in instance.admin.get("/plugins")["data"]}
    assert plugins["self-hosted"]["data_flows"] == [] and plugins["whatsapp-cloud"]["data_flows"]
    for flow in plugins["whatsapp-cloud"]["data_flows"]:
        assert flow["recipient"] and flow["countries"] and flow["data_categories"] and flow["legal_basis"] and flow["transfer_mechanism"], flow


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
                # A number's former tenant is another than its tenant.
                if is_tenants == "t" and target != "ingress_routes" and key != "channel_routes_former_tenant_fkey":
                    assert first == "tenant_id", key
    assert checked >= 15
