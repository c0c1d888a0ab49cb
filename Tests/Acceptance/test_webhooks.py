"""Webhooks: every kind accepted and stored, twice changes nothing, one changed byte is refused, hostile bytes do no harm."""

import json
import os
import pathlib
import random
import time

import pytest

from obhut import ROOT, new_id, new_number

FIXTURES = sorted((ROOT / "Tests/Fixtures/whatsapp-cloud").glob("*.json"))
EXTRA = sorted(pathlib.Path(os.environ["OBHUT_EXTRA_WEBHOOKS"]).glob("*.json")) if os.environ.get("OBHUT_EXTRA_WEBHOOKS") else []
MUTATIONS = int(os.environ.get("OBHUT_MUTATIONS", "1000"))


def adapted(tenant, path):
    """The fixture for this tenant's number, with people and ids of its own, so that tests do not meet."""
    document = json.loads(path.read_text())
    for entry in document.get("entry", []):
        entry["id"] = tenant.facts["business_account_id"]
        for change in entry.get("changes", []):
            value = change.get("value")
            if not isinstance(value, dict):
                continue
            if isinstance(value.get("metadata"), dict) and "phone_number_id" in value["metadata"]:
                value["metadata"]["phone_number_id"] = tenant.number
            same = {}
            for part in listed(value, "messages") + listed(value, "statuses"):
                if isinstance(part, dict) and part.get("id"):
                    part["id"] = same.setdefault(part["id"], new_id())
            change.setdefault("test_run", new_id())
    return document


def listed(value, name):
    return value[name] if isinstance(value.get(name), list) else []


def messages_of(document):
    """The messages that are addressed to a number."""
    values = [change.get("value") or {} for entry in document["entry"] for change in entry.get("changes", [])]
    return [m for value in values if "metadata" in value for m in listed(value, "messages")]


@pytest.mark.parametrize("path", FIXTURES + EXTRA, ids=lambda p: p.stem)
def test_a_webhook_is_accepted_stored_and_changes_nothing_when_it_comes_again(tenant, path):
    document = adapted(tenant, path)
    before = {e["id"] for e in tenant.api.every("/events")}
    first = tenant.post_webhook(document)
    assert first.status_code == 200, first.text
    receipt = first.json()
    assert receipt["stored"] > 0 and receipt["unroutable"] == 0, receipt

    again = tenant.post_webhook(document)
    assert again.status_code == 200
    assert again.json()["stored"] == 0 and again.json()["duplicates"] >= receipt["stored"], (receipt, again.json())

    stored = {m["provider_message_id"]: m for m in tenant.api.get("/messages?direction=inbound&limit=50")["data"]}
    events = [e for e in tenant.api.every("/events") if e["id"] not in before]
    for message in {m["id"]: m for m in messages_of(document) if isinstance(m, dict) and m.get("id")}.values():
        kept = stored.get(message["id"])
        if kept:
            assert kept["type"] == message["type"]
            if message["type"] in message:
                assert kept[message["type"]] == message[message["type"]], "a field was lost"
        else:
            malformed = [e for e in events if e["kind"] == "malformed" and e["raw"].get("id") == message["id"]]
            assert malformed and malformed[0]["reason"], f"{message['id']} is neither a message nor kept as malformed"
    if path.stem.startswith("malformed"):
        assert [e for e in events if e["kind"] == "malformed" and e["reason"]], "nothing was kept of what could not be read"


def test_a_changed_byte_is_refused(tenant):
    body = json.dumps(tenant.text_webhook(new_number(), "unverändert", new_id())).encode()
    signature = tenant.sign(body)
    for place in random.sample(range(len(body)), 40):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1:]
        assert tenant.post_webhook(changed, signature).status_code == 401
    for header in ["-", "sha256=", "sha256=00", signature[:-1], signature.replace("sha256", "sha1"), "x" * 500]:
        assert tenant.post_webhook(body, header).status_code == 401
    assert tenant.webhooks.post(tenant.ingress, data=body).status_code == 401
    assert tenant.post_webhook(body, signature).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"object":"page","entry":[]}', b'{"object":"whatsapp_business_account"}',
                                  b"\xff\xfe", b"[" * 5000])
def test_what_is_not_of_meta_is_told_so(tenant, body):
    answer = tenant.post_webhook(body)
    assert (answer.status_code, answer.json()["code"]) == (400, "not_a_webhook"), answer.text


def test_a_webhook_beyond_the_limit_is_refused(tenant):
    assert tenant.post_webhook(b" " * (4 * 1024 * 1024 + 1)).status_code == 413


def test_an_unknown_ingress_is_not_found(tenant):
    body = b"{}"
    for path in ["whatsapp-cloud/00000000-0000-7000-8000-000000000000", "whatsapp-cloud/x", "nothing/" + tenant.ingress.split("/")[-1]]:
        url = tenant.instance.ready["base_url"] + "/ingress/" + path
        assert tenant.webhooks.post(url, data=body, headers={"X-Hub-Signature-256": tenant.sign(body)}).status_code == 404


def test_the_handshake_answers_only_the_right_token(tenant):
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": tenant.facts["verify_token"]}
    answer = tenant.webhooks.get(tenant.ingress, params=query)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert tenant.webhooks.get(tenant.ingress, params={**query, "hub.verify_token": "wrong"}).status_code == 403
    assert tenant.webhooks.get(tenant.ingress, params={"hub.mode": "subscribe"}).status_code == 400


def test_an_unknown_number_is_counted_and_nothing_of_it_kept(tenant, instance):
    number, text = "7" + new_number(), f"geheim {new_id()}"
    document = tenant.text_webhook(new_number(), text, new_id())
    document["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = number
    for _ in range(3):
        answer = tenant.post_webhook(document)
        assert answer.status_code == 200 and answer.json() == {"stored": 0, "duplicates": 0, "unroutable": 1}
    counts = [c for c in instance.admin.every("/unroutable-events") if c["address"] == number]
    assert [(c["events"], c["reason"]) for c in counts] == [(3, "unknown")]
    for url in instance.databases().values():
        assert text.encode() not in instance.dump(url)


def test_one_ingress_cannot_speak_for_anothers_number(tenant, other, instance):
    text = f"untergeschoben {new_id()}"
    forged = other.text_webhook(new_number(), text, new_id())
    answer = tenant.post_webhook(forged)
    assert answer.status_code == 200 and answer.json()["unroutable"] == 1 and answer.json()["stored"] == 0
    assert text not in json.dumps(list(other.api.every("/messages")))
    reasons = {c["reason"] for c in instance.admin.every("/unroutable-events") if c["address"] == other.number}
    assert reasons == {"other_ingress"}


def test_statuses_never_run_backwards(tenant):
    handset, contact = tenant.talk()
    tenant.instance.sandbox.put("/sandbox/faults", {"statuses": False})
    try:
        sent = tenant.send({"contact_id": contact}, "Status")
        tenant.state(sent["id"], "sent")
    finally:
        tenant.instance.sandbox.put("/sandbox/faults", {})
    provider = tenant.api.get(f"/messages/{sent['id']}")["provider_message_id"]
    seen = []
    for stage in ["read", "sent", "delivered", "failed", "read"]:
        status = {"id": provider, "status": stage, "timestamp": str(int(time.time())), "recipient_id": handset}
        assert tenant.post_webhook(tenant.envelope({"statuses": [status]})).status_code == 200
        seen.append(tenant.api.get(f"/messages/{sent['id']}")["state"])
    assert seen == ["read"] * 5


def test_batches_of_many_messages_are_one_answer(tenant):
    people = [new_number() for _ in range(10)]
    messages = [{"from": people[n % 10], "id": new_id(), "timestamp": str(int(time.time())), "type": "text",
                 "text": {"body": f"Stapel {n}"}} for n in range(200)]
    contacts = [{"profile": {"name": f"Person {p[-3:]}"}, "wa_id": p} for p in people]
    answer = tenant.post_webhook(tenant.envelope({"contacts": contacts, "messages": messages}))
    assert answer.status_code == 200 and answer.json()["stored"] == 200
    kept = {m["provider_message_id"] for m in tenant.api.every("/messages?direction=inbound")}
    assert {m["id"] for m in messages} <= kept


def test_mutated_webhooks_never_break_the_server(tenant, instance):
    """Signed as they are, so that what is behind the signature is what gets tested."""
    chance = random.Random(20260115)
    bodies = [json.dumps(adapted(tenant, p)).encode() for p in FIXTURES]
    assert bodies
    answers = {}
    for _ in range(MUTATIONS):
        body = bytearray(chance.choice(bodies))
        for _ in range(chance.randint(1, 8)):
            place = chance.randrange(len(body))
            kind = chance.randrange(4)
            if kind == 0:
                body[place] = chance.randrange(256)
            elif kind == 1:
                del body[place:place + chance.randint(1, 20)]
            elif kind == 2:
                body[place:place] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 10)))
            else:
                body[place:place] = chance.choice([b"null", b"{}", b"[]", b'""', b"\\u0000", b"1e999", b"-", b'"\\ud800"'])
            if not body:
                body = bytearray(b"{")
        answer = tenant.post_webhook(bytes(body))
        answers[answer.status_code] = answers.get(answer.status_code, 0) + 1
        assert answer.status_code in (200, 400), (answer.status_code, answer.text, bytes(body))
    print(f"\n{MUTATIONS} mutations: {answers}")
    assert requests_ok(instance)


def requests_ok(instance):
    return instance.sandbox.session.get(instance.ready["base_url"] + "/readyz").status_code == 200
