"""A tenant's way from draft to erased: what it needs to go live, what its end leaves, and the return of its data."""

import hashlib
import json

import pytest
import requests

from obhut import CONTROLLER, Api, eventually, new_id, new_number


@pytest.fixture(scope="module")
def colleague(instance):
    """The admin API of a second member of staff: what one asks for another decides."""
    member = instance.admin.post("/staff", {"email": f"{new_id()[6:20].lower()}@provider.example", "name": "Zweite", "roles": ["owner"]},
                                 expect=201)
    token = instance.admin.post(f"/staff/{member['id']}/tokens", {"label": "test"}, expect=201)["token"]
    return Api(instance.admin.base, token)


def end(instance, colleague, path, what="termination", **body):
    asked = instance.admin.post(f"{path}/{what}", {"reason": "gekündigt", **body}, expect=202)
    assert asked["state"] == "asked"
    assert instance.admin.call("POST", f"/approvals/{asked['id']}/approve").status_code == 403, "who asked cannot decide"
    assert colleague.post(f"/approvals/{asked['id']}/approve")["state"] == "carried_out"


def exported(api):
    answer = api.call("GET", "/export")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/x-ndjson", answer.text
    lines = [json.loads(line) for line in answer.content.splitlines()]
    before = answer.content[: answer.content.rstrip(b"\n").rfind(b"\n") + 1]
    assert lines[-1]["sha256"] == hashlib.sha256(before).hexdigest()
    return lines


def test_a_tenant_goes_live_when_nothing_is_missing(instance):
    admin = instance.admin
    created = admin.post("/tenants", {"name": "Schritt für Schritt", "region": "eu-central"}, expect=201)
    path = f"/tenants/{created['id']}"
    assert created["state"] == "draft" and created["revision"] == 1 and created["details"]["legal_name"] is None
    readiness = admin.get(path + "/readiness")
    assert not readiness["ready"] and {i["code"] for i in readiness["items"] if i["satisfied"]} == {"region_serving"}
    changed = admin.patch(path, {"details": CONTROLLER, "state": "onboarding"})
    assert changed["state"] == "onboarding" and changed["revision"] == 2 and {**CONTROLLER, **changed["details"]} == changed["details"]
    assert admin.patch(path, {"details": {"register": None}})["details"]["register"] is None
    refused = admin.patch(path, {"state": "active"}, expect=409)
    assert {e["path"] for e in refused["errors"]} == {"agreement_in_force", "channel_connected", "api_key"}


@pytest.mark.parametrize(("body", "paths"), [
    ({"details": {"address": {"street": "x", "postal_code": "1", "city": "y", "country": "Germany"}}}, {"details.address.country"}),
    ({"details": {"address": {"street": "x"}}}, {"details.address.postal_code", "details.address.city", "details.address.country"}),
    ({"details": {"breach_contact": {"name": "a", "email": "b", "phone": "0221"}}}, {"details.breach_contact.email", "details.breach_contact.phone"}),
    ({"details": {"data_protection_officer": {"absent_because": ""}}}, {"details.data_protection_officer.absent_because"}),
    ({"details": {"languages": ["klingonisch"]}}, {"details.languages[0]"}), ({"details": {"retention": {"messages": "lang"}}}, {"details.retention.messages"}),
    ({"details": {"retention": {"letters": 1}}}, {"details.retention.letters"}), ({"details": {"colour": "red"}}, {"details.colour"}),
    ({"details": {"special_categories": {"processed": True, "kinds": ["shoe_size"]}}}, {"details.special_categories.kinds"}),
    ({"details": []}, {"details"}), ({"state": "asleep"}, {"state"}), ({"name": ""}, {"name"}), ({"state": "suspended"}, {"reason"}),
])
def test_what_is_wrong_with_a_change_is_named(instance, body, paths):
    tenant = instance.tenants[0]
    answer = instance.admin.call("PATCH", f"/tenants/{tenant.id}", body)
    assert answer.status_code == 422 and {e["path"] for e in answer.json()["errors"]} == paths, answer.text


def test_tenants_are_found_by_name_and_state(instance):
    word = new_id()[6:18]
    ids = [instance.admin.post("/tenants", {"name": f"{letter} {word}", "region": "eu-north"}, expect=201)["id"] for letter in "cab"]
    def found(more):
        return [t["id"] for t in instance.admin.every(f"/tenants?q={word.lower()}{more}")]
    assert found("") == ids and found("&sort=name") == [ids[1], ids[2], ids[0]]
    assert found("&state=active") == [] and found("&state=draft&region=eu-north") == ids
    for query in ["state=asleep", "sort=age", "region=EU"]:
        assert instance.admin.call("GET", f"/tenants?{query}").status_code == 422


@pytest.mark.parametrize(("tenant_state", "agreement", "send", "read", "export"), [
    ("active", "in_force", None, None, None), ("suspended", "in_force", "tenant_not_active", "tenant_not_active", None),
    ("active", "suspended", "agreement_suspended", "agreement_suspended", None),
    ("active", "ended", "agreement_not_in_force", "agreement_not_in_force", None),
])
def test_the_state_matrix_over_http(instance, tenant_state, agreement, send, read, export):
    own = instance.new_tenant()
    _, contact = own.talk()
    path = f"/tenants/{own.id}"
    if agreement != "in_force":
        instance.sql(instance.databases()["control"],
                     f"SET ROLE obhut_control; UPDATE agreements SET state = '{agreement}' WHERE tenant_id = '{own.id}'")
        instance.sql(instance.databases()["eu-central"], f"UPDATE tenant_standing SET agreement_state = '{agreement}' WHERE tenant_id = '{own.id}'")
    if tenant_state == "suspended":
        instance.admin.patch(path, {"state": "suspended", "reason": "test"})
    def code(answer):
        return answer.json()["refusal"]["code"] if answer.status_code == 403 else None
    assert code(own.api.call("POST", "/messages", {"to": {"contact_id": contact}, "text": {"body": "x"}})) == send
    assert code(own.api.call("GET", "/contacts")) == read
    assert code(own.api.call("GET", "/export")) == export
    assert own.post_webhook(own.text_webhook(new_number(), "x", new_id())).json()["stored"] == 1


def test_the_end_of_a_contract_returns_the_data_and_then_leaves_none(instance, colleague):
    own = instance.new_tenant()
    handset, contact = own.talk()
    sent = own.send({"contact_id": contact}, "Ihr Termin")
    own.state(sent["id"], "delivered", "read")
    path = f"/tenants/{own.id}"
    instance.admin.post(path + "/erasure", {"reason": "zu früh"}, expect=409)
    instance.admin.get(path + "/erasure-certificate", expect=404)
    asked = instance.admin.patch(path, {"state": "terminated", "reason": "gekündigt"}, expect=202)
    assert instance.admin.post(f"/approvals/{asked['id']}/withdraw")["state"] == "withdrawn"
    assert instance.admin.call("PATCH", path, {"state": "terminated"}).status_code == 422
    assert instance.admin.call("PATCH", path, {"state": "terminated", "reason": "r", "name": "x"}).status_code == 422
    assert instance.admin.get(path)["state"] == "active"
    end(instance, colleague, path, erase_after_days=10)
    assert instance.admin.get(path)["state"] == "terminated"
    late = own.post_webhook(own.text_webhook(new_number(), "zu spät", new_id()))
    assert late.status_code == 200 and late.json() == {"stored": 0, "duplicates": 0, "unroutable": 0, "discarded": 1}
    eventually(lambda: own.api.call("GET", "/messages").status_code == 403, "the key stopped", seconds=5)
    assert own.api.get("/messages", expect=403)["refusal"]["code"] == "tenant_terminated"
    lines = exported(own.api)
    rows = [line["row"] for line in lines if line.get("table") == "messages"]
    assert any(row["content"]["text"]["body"] == "Ihr Termin" for row in rows) and not any("zu spät" in json.dumps(row) for row in rows)
    assert any(handset in json.dumps(line) for line in lines if line.get("table") == "identities")
    by_staff = instance.admin.call("GET", path + "/export")
    assert by_staff.status_code == 200 and b'"sha256"' in by_staff.content

    end(instance, colleague, path, what="erasure")
    eventually(lambda: instance.admin.get(path)["state"] == "erased", "the erasure", seconds=60)
    region = instance.databases()["eu-central"]
    tables = instance.sql(region, "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'tenant_id'")
    assert len(tables) >= 15
    for table in tables:
        assert instance.sql(region, f"SELECT count(*) FROM {table} WHERE tenant_id = '{own.id}'") == ["0"], table
    shown = instance.admin.get(path + "/erasure-certificate")
    assert bytes.fromhex(shown["seal"])[:1] == b"0" and json.loads(shown["text"]) == shown["certificate"]
    assert shown["certificate"]["rows_destroyed"]["region"]["messages"] == len(rows) and len(shown["certificate"]["keys_destroyed"]) == 2
    assert own.api.call("GET", "/export").status_code == 401
    assert own.post_webhook(own.text_webhook(new_number(), "x", new_id())).status_code in (200, 404)
    assert instance.admin.get(path)["details"]["representative"] is None
    assert requests.get(instance.ready["base_url"] + "/readyz", timeout=5).json()["ready"]
