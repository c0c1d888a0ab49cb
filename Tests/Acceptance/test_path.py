"""The whole path: a person writes, the tenant reads and answers, the status comes back."""

import concurrent.futures
import subprocess
import threading
import time

from urllib.parse import quote

import pytest

from obhut import Instance, Tenant, eventually, new_id, new_number


def test_a_person_writes_and_gets_an_answer(tenant):
    handset = new_number()
    text = f"Grüße 👋 {new_id()}"
    tenant.agrees(handset)
    tenant.handset_writes(handset, text, profile_name="Jörg Öztürk")
    message = tenant.inbound(text)
    contact = tenant.api.get(f"/contacts/{message['contact_id']}")
    assert contact["name"] == "Jörg Öztürk"
    assert ("phone", handset) in [(a["kind"], a["address"]) for a in contact["addresses"]]

    refused = tenant.send({"contact_id": contact["id"]}, "Ja", expect=403)
    assert refused["code"] == "refused_by_gate" and refused["refusal"]["code"] == "consent_missing"
    assert refused["refusal"]["remedy"]

    assert tenant.consent({"id": contact["id"]})["state"] == "granted"
    sent = tenant.send({"contact_id": contact["id"]}, "Ja, gern.")
    assert sent["state"] == "accepted"
    shown = eventually(lambda: tenant.on_handset(handset, sent["id"]), "the answer on the handset")
    assert [m["text"]["body"] for m in shown] == ["Ja, gern."]
    tenant.state(sent["id"], "delivered")
    tenant.instance.sandbox.post(f"/handsets/{handset}/messages/{quote(shown[0]['id'], safe='')}/read")
    read = tenant.state(sent["id"], "read")
    assert [s["stage"] for s in read["stages"]] == ["sent", "delivered", "read"]


def test_consent_can_be_declared_before_the_person_is_known(tenant):
    handset = new_number()
    declared = tenant.consent({"phone": f"+{handset[:4]} {handset[4:]}"})
    refused = tenant.send({"phone": handset}, "Guten Tag", expect=403)
    assert refused["refusal"]["code"] == "service_window_closed"
    tenant.handset_writes(handset, f"Hallo {handset}")
    assert tenant.inbound(f"Hallo {handset}")["contact_id"] == declared["contact_id"]
    sent = tenant.send({"phone": handset}, "Guten Tag")
    tenant.state(sent["id"], "delivered")


def test_withdrawing_stops_what_is_queued(tenant, faults):
    handset, contact = tenant.talk()
    # A temporary fault at the messenger holds the first message back, and with it what stands behind it.
    tenant.instance.sandbox.put(f"/handsets/{handset}", {"error_code": 131016})
    first = tenant.send({"contact_id": contact}, "eins")
    second = tenant.send({"contact_id": contact}, "zwei")
    tenant.consent({"id": contact}, state="withdrawn")
    tenant.instance.sandbox.put(f"/handsets/{handset}", {"error_code": 0})
    assert tenant.send({"contact_id": contact}, "drei", expect=403)["refusal"]["code"] == "consent_withdrawn"
    tenant.hurry()
    for message in (first, second):
        ended = tenant.state(message["id"], "refused", seconds=60)
        assert ended["fault"]["code"] == "consent_withdrawn"
    assert not tenant.on_handset(handset, first["id"]) and not tenant.on_handset(handset, second["id"])


def test_order_within_a_conversation_holds(tenant):
    handset, contact = tenant.talk()
    sent = [tenant.send({"contact_id": contact}, f"Teil {n}")["id"] for n in range(15)]
    for message in sent:
        tenant.state(message, "delivered")
    shown = tenant.instance.sandbox.get(f"/handsets/{handset}/messages")["messages"]
    assert [m["biz_opaque_callback_data"] for m in shown if m["direction"] == "in"] == sent


@pytest.mark.parametrize("fault", [{"respond_429": 0.5}, {"accept_then_5xx": 1.0}, {"accept_then_drop": 1.0},
                                   {"duplicate_webhooks": 1.0}, {"reorder": True, "delay_ms": 20}])
def test_a_misbehaving_messenger_gets_each_message_once(tenant, faults, fault):
    handset, contact = tenant.talk()
    faults(**fault)
    sent = [tenant.send({"contact_id": contact}, f"Stück {n}")["id"] for n in range(3)]
    for message in sent:
        tenant.state(message, "delivered", seconds=90)
        assert len(tenant.on_handset(handset, message)) == 1


@pytest.mark.parametrize(("code", "state"), [(131026, "failed"), (131051, "failed"), (100, "failed")])
def test_what_will_never_arrive_is_given_up_and_can_be_tried_again(tenant, instance, code, state):
    handset, contact = tenant.talk()
    instance.sandbox.put(f"/handsets/{handset}", {"error_code": code})
    sent = tenant.send({"contact_id": contact}, "geht nicht")
    ended = tenant.state(sent["id"], state)
    assert ended["fault"]["code"] == str(code) and ended["fault"]["message"]
    dead = instance.admin.every(f"/tenants/{tenant.id}/dead-letters")
    assert sent["id"] in [d["message_id"] for d in dead]
    instance.sandbox.put(f"/handsets/{handset}", {"error_code": 0})
    tenant.api.post(f"/messages/{sent['id']}/retry", expect=202)
    tenant.state(sent["id"], "delivered")
    assert len(tenant.on_handset(handset, sent["id"])) == 1


def test_an_expired_token_stops_the_channel_and_keeps_the_queue(other, instance):
    handset, contact = other.talk()
    instance.sandbox.put(f"/handsets/{handset}", {"error_code": 190})
    sent = other.send({"contact_id": contact}, "wartet")
    channel = eventually(
        lambda: next((c for c in other.api.get("/channels")["data"] if c["state"] == "stopped"), None), "the stopped channel")
    assert "190" in channel["state_reason"]
    assert other.send({"contact_id": contact}, "nein", expect=403)["refusal"]["code"] == "channel_stopped"
    instance.sandbox.put(f"/handsets/{handset}", {"error_code": 0})
    instance.admin.post(f"/tenants/{other.id}/channels/{channel['id']}/start")
    other.state(sent["id"], "delivered")


def test_one_tenants_backlog_does_not_delay_another(tenant, other, instance):
    slow = [tenant.talk() for _ in range(4)]
    for handset, _ in slow:
        instance.sandbox.put(f"/handsets/{handset}", {"error_code": 131016})
    for n in range(200):
        tenant.send({"contact_id": slow[n % 4][1]}, f"Stau {n}")
    handset, contact = other.talk()
    started = time.monotonic()
    sent = other.send({"contact_id": contact}, "schnell")
    other.state(sent["id"], "delivered", seconds=10)
    assert time.monotonic() - started < 10
    for _, contact in slow:
        tenant.consent({"id": contact}, state="withdrawn")


def test_one_tenants_backlog_does_not_delay_another_in_the_same_database(instance):
    """Five hundred messages in a hundred conversations become due at one moment; the other tenant's only one is not behind them."""
    flooded, quiet = instance.new_tenant("eu-central"), instance.new_tenant("eu-central")
    database = instance.ready["postgres"]["regions"]["eu-central"]
    with concurrent.futures.ThreadPoolExecutor(8) as callers:
        contacts = list(callers.map(lambda _: agreed(flooded), range(100)))
        waiting = f"SELECT count(*) FROM conversations WHERE tenant_id = '{flooded.id}' AND window_closes_at > now()"
        eventually(lambda: instance.sql(database, waiting) == ["100"], "the hundred open conversations")
        instance.sql(database, f"UPDATE channels SET held_until = now() + interval '1 hour' WHERE tenant_id = '{flooded.id}'")
        sent = list(callers.map(lambda n: Tenant(instance, flooded.facts).send({"contact_id": contacts[n % 100]}, f"Stau {n}")["id"], range(500)))
    _, contact = quiet.talk()
    left = f"SELECT count(*) FROM queue_jobs WHERE tenant_id = '{flooded.id}'"
    assert instance.sql(database, left) == ["500"]
    instance.sql(database, f"UPDATE channels SET held_until = NULL WHERE tenant_id = '{flooded.id}'")
    instance.sql(database, f"UPDATE queue_lanes SET run_at = now() WHERE tenant_id = '{flooded.id}' AND lease_owner IS NULL")
    eventually(lambda: instance.sql(database, left) != ["500"], "the first of the backlog")
    only = quiet.send({"contact_id": contact}, "nur diese")
    quiet.state(only["id"], "delivered", seconds=10)
    # At 80 messages a second, a number's rate, the backlog takes more than six seconds.
    still = int(instance.sql(database, left)[0])
    assert still > 250, f"only {still} of the 500 were left when the other tenant's message arrived"
    eventually(lambda: instance.sql(database, left) == ["0"], "the end of the backlog", 90)
    flooded.state(sent[-1], "delivered")


def agreed(tenant):
    """A person who agreed and wrote, without waiting for either to be seen."""
    own = Tenant(tenant.instance, tenant.facts)
    handset = new_number()
    contact = own.consent({"phone": handset})["contact_id"]
    own.instance.sandbox.post(f"/handsets/{handset}/messages", {"to": own.number, "text": {"body": "Hallo"}})
    return contact


def test_meta_shaped_route_takes_and_refuses_as_meta_does(tenant):
    base = tenant.instance.ready["base_url"]
    handset, contact = tenant.talk()
    path = f"/v23.0/{tenant.number}/messages"
    body = {"messaging_product": "whatsapp", "to": f"+{handset}", "type": "text", "text": {"body": "über Metas Form"}}
    session = tenant.api.session
    key = {"Authorization": f"Bearer {tenant.facts['api_key']}"}
    answer = session.post(base + path, json=body, headers=key)
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert document["messaging_product"] == "whatsapp" and document["contacts"][0]["wa_id"] == handset
    tenant.state(document["messages"][0]["id"], "delivered")

    refusals = [
        (body, {"Authorization": "Bearer nonsense"}, path, 401, 190),
        ({**body, "to": "abc"}, key, path, 400, 100),
        ({**body, "text": {}}, key, path, 400, 100),
        (body, key, "/v23.0/999/messages", 400, 100),
        ({**body, "to": new_number()}, key, path, 400, 131050),
    ]
    for sent, headers, where, status, code in refusals:
        refused = session.post(base + where, json=sent, headers=headers)
        assert (refused.status_code, refused.json()["error"]["code"]) == (status, code), refused.text
        assert refused.json()["error"]["error_data"]["details"]


def test_demo_walks_the_path(instance):
    done = subprocess.run([instance.binary, "demo", "--ready-file", str(instance.folder / "ready.json")],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "That is the whole path." in done.stdout and '"state":"read"' in done.stdout, done.stdout


def test_a_second_start_goes_on_where_the_first_stopped():
    first = Instance()
    try:
        first.start()
        tenant = first.tenants[0]
        handset, contact = tenant.talk()
        tenant.send({"contact_id": contact}, "mit Schlüssel", headers={"Idempotency-Key": "alt"})
        database, keys = first.ready["postgres"]["regions"][tenant.region], "SELECT count(*) FROM idempotency_keys"
        first.sql(database, "UPDATE idempotency_keys SET created_at = now() - interval '49 hours'")
        assert first.sql(database, keys) == ["1"]
        assert first.stop() == 0
        ids = [t.id for t in first.tenants]
        first.start()
        eventually(lambda: first.sql(database, keys) == ["0"], "the expired idempotency key to be removed")
        tenant = first.tenants[0]
        assert [t.id for t in first.tenants] == ids
        assert handset in [a["address"] for a in tenant.api.get(f"/contacts/{contact}")["addresses"]]
        sent = tenant.send({"contact_id": contact}, "wieder da")
        tenant.state(sent["id"], "delivered")
        # Killed outright, children included, and started again.
        first.process.kill()
        first.process.wait()
        first.start()
        assert first.tenants[0].api.get(f"/messages/{sent['id']}")["state"] == "delivered"
        assert first.stop() == 0
    finally:
        first.remove()


def test_idempotency_keys(tenant):
    handset, contact = tenant.talk()
    key = {"Idempotency-Key": new_id()}
    body = {"to": {"contact_id": contact}, "text": {"body": "einmal"}}
    first = tenant.api.call("POST", "/messages", body, headers=key)
    again = tenant.api.call("POST", "/messages", body, headers=key)
    assert first.status_code == again.status_code == 200 and first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    different = tenant.api.call("POST", "/messages", {**body, "text": {"body": "anders"}}, headers=key)
    assert (different.status_code, different.json()["code"]) == (422, "idempotency_key_reused")
    together = {"Idempotency-Key": new_id()}
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(
        tenant.api.__class__(tenant.api.base, tenant.api.token).call("POST", "/messages", body, headers=together))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {a.status_code for a in answers} == {200} and len({a.json()["id"] for a in answers}) == 1
    message = answers[0].json()["id"]
    tenant.state(message, "delivered")
    assert len(tenant.on_handset(handset, message)) == 1
