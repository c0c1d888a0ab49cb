"""No processing without an agreement in force: what arrives is kept sealed and unread, what is queued waits, and a person's no is taken."""

import pytest

from obhut import CONTROLLER, eventually, new_id, new_number

READS = ["/messages", "/contacts", "/conversations", "/events"]


@pytest.fixture
def own(instance):
    return instance.new_tenant()


def set_state(instance, tenant, what, state):
    path = f"/tenants/{tenant.id}"
    if what == "agreement":
        path += f"/agreements/{tenant.facts['agreement_id']}"
    instance.admin.patch(path, {"state": state, **({"reason": "test"} if (what, state) == ("tenant", "suspended") else {})})


@pytest.mark.parametrize(("what", "without", "back", "code"), [
    ("tenant", "suspended", "active", "tenant_not_active"), ("agreement", "suspended", "in_force", "agreement_suspended")])
def test_what_arrives_while_processing_is_barred_is_kept_and_read_later(instance, own, what, without, back, code):
    _, contact = own.talk()
    text = f"in der Zwischenzeit {new_id()}"
    writer = new_number()
    own.agrees(writer)
    set_state(instance, own, what, without)
    document = own.text_webhook(writer, text, new_id())
    assert own.post_webhook(document).json()["stored"] == 1
    for path in [*READS, f"/contacts/{contact}", f"/contacts/{contact}/consents"]:
        refused = own.api.get(path, expect=403)
        assert refused["refusal"]["code"] == code and refused["refusal"]["remedy"], path
    assert own.api.get("/channels")["data"], "its own master data stays readable"
    set_state(instance, own, what, back)
    assert own.inbound(text)["type"] == "text"


def test_without_an_agreement_nothing_can_be_read(instance):
    bare = instance.new_tenant(agreement=False)
    text = f"ohne Vertrag {new_id()}"
    writer = new_number()
    assert bare.post_webhook(bare.text_webhook(writer, text, new_id())).json()["stored"] == 1
    for path in READS:
        assert bare.api.get(path, expect=403)["refusal"]["code"] == "tenant_not_active"
    assert bare.consent({"phone": new_number()}, expect=403)["refusal"]["code"] == "tenant_not_active"
    path = f"/tenants/{bare.id}"
    instance.admin.patch(path, {"details": CONTROLLER, "state": "onboarding"})
    assert [e["path"] for e in instance.admin.patch(path, {"state": "active"}, expect=409)["errors"]] == ["agreement_in_force"]
    instance.admin.post(path + "/agreements", {"reference": "T-2", "signed_on": "2026-02-02"}, expect=201)
    instance.admin.patch(path, {"state": "active"})
    bare.agrees(writer)
    assert bare.inbound(text)["text"]["body"] == text


@pytest.mark.parametrize(("what", "without", "back"), [("tenant", "suspended", "active"), ("agreement", "suspended", "in_force")])
def test_what_is_queued_waits_until_processing_is_allowed_again(instance, own, what, without, back):
    handset, contact = own.talk()
    instance.sandbox.put(f"/handsets/{handset}", {"error_code": 131016})
    sent = own.send({"contact_id": contact}, "wartet")
    tried = f"SELECT count(*) FROM queue_jobs WHERE subject_id = '{sent['id']}' AND failures > 0"
    database = instance.ready["postgres"]["regions"][own.region]
    eventually(lambda: instance.sql(database, tried) == ["1"], "a first attempt")
    set_state(instance, own, what, without)
    instance.sandbox.put(f"/handsets/{handset}", {"error_code": 0})
    own.hurry()
    held = f"SELECT count(*) FROM queue_lanes WHERE tenant_id = '{own.id}' AND run_at > now() + interval '1 minute' AND lease_owner IS NULL"
    eventually(lambda: instance.sql(database, held) == ["1"], "the lane held back")
    assert not own.on_handset(handset, sent["id"])
    set_state(instance, own, what, back)
    own.state(sent["id"], "delivered")


def test_a_persons_no_is_taken_whatever_the_tenants_state(instance, own):
    _, contact = own.talk()
    set_state(instance, own, "tenant", "suspended")
    own.consent({"id": contact}, state="withdrawn")
    assert own.consent({"id": contact}, expect=403)["refusal"]["code"] == "tenant_not_active"
    set_state(instance, own, "tenant", "active")
    assert [c["state"] for c in own.api.get(f"/contacts/{contact}/consents")["data"]] == ["withdrawn"]
