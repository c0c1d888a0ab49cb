"""A tenant moves to another region while people write to it and it answers: nothing is lost, nothing is there twice, all in order."""

import json
import threading
import time

import pytest

from obhut import Api, eventually


@pytest.fixture(scope="module")
def colleague(instance):
    """The admin API of a second member of staff: what one asks for another decides."""
    return Api(instance.admin.base, instance.staff_token("operations"))


def ask(instance, colleague, tenant, region, **more):
    asked = instance.admin.post(f"/tenants/{tenant.id}/region", {"region": region, "reason": "näher bei den Kunden", **more}, expect=202)
    assert asked["action"] == "change_region" and asked["state"] == "asked"
    assert colleague.post(f"/approvals/{asked['id']}/approve")["state"] == "carried_out"


def place(instance, tenant):
    return instance.admin.get(f"/tenants/{tenant.id}/region")


def ended(instance, tenant):
    def look():
        move = place(instance, tenant)["move"]
        return move if move["ended_at"] else None
    return eventually(look, "the end of the move", 120)


def rows(instance, tenant, region, table):
    return int(instance.sql(instance.databases()[region], f"SELECT count(*) FROM {table} WHERE tenant_id = '{tenant.id}'")[0])


class Until(threading.Thread):
    """Does something over and over until told to stop, numbered from 0; what it raised is raised at the end."""

    def __init__(self, act):
        super().__init__()
        self.act, self.count, self.error, self.stopped = act, 0, None, threading.Event()

    def run(self):
        try:
            while not self.stopped.wait(0.05):
                self.act(self.count)
                self.count += 1
        except Exception as error:  # noqa: BLE001
            self.error = error

    def finish(self):
        self.stopped.set()
        self.join(120)
        assert not self.is_alive()
        if self.error:
            raise self.error


def test_a_tenant_moves_while_people_write_and_it_answers(instance, colleague):
    tenant = instance.new_tenant()
    handset, contact = tenant.talk()
    before = tenant.send({"contact_id": contact}, "vorher", headers={"Idempotency-Key": "vorher"})
    tenant.state(before["id"], "delivered")
    # Much of it, so that the move takes long enough to be met.
    instance.sql(instance.databases()["eu-central"], f"""
        INSERT INTO channel_events (tenant_id, event_id, channel_id, kind, field, outcome, dedup_index, raw_sealed)
        SELECT '{tenant.id}', gen_random_uuid(), '{tenant.facts['channel_id']}', 'other', 'filler', 'recorded', sha256(n::text::bytea),
               sha256(n::text::bytea) FROM generate_series(1, 60000) n""")
    refused, sent = [], []

    def answer(number):
        """As a client does that is told to come again."""
        body = {"to": {"contact_id": contact}, "text": {"body": f"Antwort {number}"}}
        for _ in range(600):
            reply = tenant.api.call("POST", "/messages", body, headers={"Idempotency-Key": f"answer-{number}"})
            if reply.status_code == 200:
                sent.append(reply.json()["id"])
                return
            assert reply.status_code == 503, reply.text
            problem = reply.json()
            assert problem["refusal"]["code"] == "tenant_moving" and int(reply.headers["Retry-After"]) > 0
            refused.append(problem)
            time.sleep(0.1)
        raise AssertionError("the tenant was held for more than a minute")

    writing = Until(lambda number: tenant.handset_writes(handset, f"Frage {number}"))
    answering = Until(answer)
    writing.start()
    answering.start()
    try:
        ask(instance, colleague, tenant, "eu-north")
        move = ended(instance, tenant)
        assert move["state"] == "done", move
    finally:
        writing.finish()
        answering.finish()

    now = place(instance, tenant)
    assert now["region"] == "eu-north" and instance.admin.get(f"/tenants/{tenant.id}")["region"] == "eu-north"
    assert move["rows"]["channel_events"] >= 60000 and move["held_at"] <= move["copied_at"] <= move["switched_at"] <= move["ended_at"]
    assert refused and writing.count > 3 and len(sent) > 3

    def questions():
        texts = [m["text"]["body"] for m in tenant.api.every("/messages?direction=inbound") if m["text"]["body"].startswith("Frage")]
        return texts[::-1] if len(texts) >= writing.count else None
    assert eventually(questions, "all that was written", 90) == [f"Frage {n}" for n in range(writing.count)]
    tenant.region = "eu-north"
    for message in sent:
        tenant.state(message, "delivered", seconds=90)
    shown = [m["text"]["body"] for m in instance.sandbox.get(f"/handsets/{handset}/messages")["messages"] if m.get("biz_opaque_callback_data")]
    assert [text for text in shown if text.startswith("Antwort")] == [f"Antwort {n}" for n in range(len(sent))]
    again = tenant.api.call("POST", "/messages", {"to": {"contact_id": contact}, "text": {"body": "vorher"}}, headers={"Idempotency-Key": "vorher"})
    assert again.json()["id"] == before["id"] and again.headers["Idempotency-Replayed"] == "true"

    shown = instance.admin.get(f"/tenants/{tenant.id}/region/certificate")
    assert json.loads(shown["text"]) == shown["certificate"] and shown["certificate"]["move_id"] == move["id"]
    assert shown["certificate"]["rows_destroyed"] == move["rows"] and shown["certificate"]["from"]["region"] == "eu-central"
    for table in ["contacts", "messages", "consents", "consent_events", "channels", "tenant_keys", "queue_jobs", "channel_events"]:
        assert rows(instance, tenant, "eu-central", table) == 0, table
    assert rows(instance, tenant, "eu-central", "tenant_standing") == 1


def test_staff_cancel_a_move_and_the_tenant_goes_on_where_it_was(instance, colleague):
    tenant = instance.new_tenant()
    handset, contact = tenant.talk()
    path = f"/tenants/{tenant.id}/region"
    instance.admin.get(path + "/certificate", expect=404)
    assert place(instance, tenant) == {"region": "eu-central", "shard": "eu-central-1", "move": None}
    assert instance.admin.post(path + "/cancel", {"reason": "doch nicht"}, expect=409)["code"] == "conflict"
    ask(instance, colleague, tenant, "eu-north")
    reply = instance.admin.call("POST", path + "/cancel", {"reason": "doch nicht"})
    move = ended(instance, tenant)
    if reply.status_code == 409:
        # It was faster than we are.
        assert move["state"] == "done"
        return
    assert reply.status_code == 200 and reply.json()["move"]["cancel_asked_at"]
    assert move["state"] == "cancelled" and place(instance, tenant)["region"] == "eu-central"
    for table in ["tenant_standing", "tenant_keys", "contacts", "messages"]:
        assert rows(instance, tenant, "eu-north", table) == 0, table
    tenant.state(tenant.send({"contact_id": contact}, "weiter")["id"], "delivered")


@pytest.mark.parametrize(("body", "status", "paths"), [
    ({"region": "eu-central", "reason": "r"}, 409, None), ({"region": "nowhere", "reason": "r"}, 422, {"region"}),
    ({"region": "eu-north", "shard": "eu-central-1", "reason": "r"}, 422, {"shard"}), ({"region": "eu-north"}, 422, {"reason"}),
    ({"reason": "r"}, 422, {"region"}), ({"region": "eu-north", "reason": "r", "when": "now"}, 422, {"when"}),
])
def test_what_is_wrong_with_a_wish_to_move_is_named(instance, body, status, paths):
    answer = instance.admin.call("POST", f"/tenants/{instance.tenants[0].id}/region", body)
    assert answer.status_code == status, answer.text
    if paths:
        assert {e["path"] for e in answer.json()["errors"]} == paths
