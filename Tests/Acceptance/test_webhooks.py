"""Webhooks: every kind accepted and stored, twice changes nothing, one changed byte is refused, hostile bytes do no harm."""

import json
import os
import pathlib
import random
import time

import pytest

from obhut import eventually, new_id, new_number, ROOT

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


def released(tenant, messages, before):
    """The tenant's messages, once each of these is among them or kept as malformed, of which the tenant sees that it came and why."""
    stored = {m["provider_message_id"]: m for m in tenant.api.get("/messages?direction=inbound&limit=50")["data"]}
    malformed = [e for e in tenant.api.every("/events") if e["kind"] == "malformed" and e["id"] not in before]
    ids = {m["id"] for m in messages if isinstance(m, dict) and m.get("id")}
    assert all(e["raw"] is None and e["reason"] for e in malformed)
    return (stored,) if len(ids - stored.keys()) <= len(malformed) else None


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

    senders = {m.get("from_user_id") or m.get("from") for m in messages_of(document) if isinstance(m, dict)}
    for sender in senders:
        if isinstance(sender, str) and (sender.isdigit() or sender.startswith("DE.")):
            tenant.agrees(sender)
    stored, = eventually(lambda: released(tenant, messages_of(document), before), "what they wrote")
    events = [e for e in tenant.api.every("/events") if e["id"] not in before]
    for message in {m["id"]: m for m in messages_of(document) if isinstance(m, dict) and m.get("id")}.values():
        kept = stored.get(message["id"])
        if kept:
            assert kept["type"] == message["type"]
            if message["type"] in message:
                assert kept[message["type"]] == message[message["type"]], "a field was lost"
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


def test_one_url_may_bring_the_events_of_all_numbers_of_an_app(instance):
    """Meta posts everything of an app to one URL, several numbers in one body."""
    own = instance.new_tenant()
    secret, account = own.facts["app_secret"], own.facts["business_account_id"]
    second = instance.connect(f"/tenants/{own.id}", app_secret=secret, account=account)
    texts = [f"an die erste {new_id()}", f"an die zweite {new_id()}"]
    document = own.text_webhook(new_number(), texts[0], new_id())
    other = own.text_webhook(new_number(), texts[1], new_id())
    change = other["entry"][0]["changes"][0]
    change["value"]["metadata"]["phone_number_id"] = second["phone_number_id"]
    document["entry"][0]["changes"].append(change)
    assert own.post_webhook(document).json() == {"stored": 2, "duplicates": 0, "unroutable": 0}
    assert own.post_webhook(document).json() == {"stored": 0, "duplicates": 2, "unroutable": 0}
    for sent, channel in ((document, own.facts["channel_id"]), (other, second["channel_id"])):
        sender = sent["entry"][0]["changes"][0]["value"]["messages"][0]["from"]
        own.consent({"phone": sender}, channel_id=channel)
    channels = [own.inbound(text)["channel_id"] for text in texts]
    assert channels == [own.facts["channel_id"], second["channel_id"]]


def test_an_account_belongs_to_one_tenant(instance, tenant):
    created = instance.admin.post("/tenants", {"name": "Zweiter", "region": "eu-central"}, expect=201)
    number, account = "77" + new_number(), tenant.facts["business_account_id"]
    instance.meta_knows(number, account, "t" + number, "s")
    body = {"plugin": "whatsapp-cloud", "ingress": {"app_secret": "s", "verify_token": "v"}, "configuration": {
        "phone_number_id": number, "business_account_id": account, "access_token": "t" + number, "pin": "314159",
        "base_url": instance.ready["sandbox_url"]}}
    path = f"/tenants/{created['id']}/channels"
    refused = instance.admin.post(path, body, expect=409)
    assert refused["code"] == "conflict" and "account" in refused["detail"]
    assert instance.admin.get(path)["data"] == [], "nothing of it stays behind"
    body["configuration"]["business_account_id"] = "78" + number
    instance.meta_knows(number, "78" + number, "t" + number, "s")
    instance.admin.post(path, body, expect=201)


def test_stopping_marketing_at_whatsapp_withdraws_the_consent(tenant):
    handset, contact = tenant.talk()
    tenant.consent({"id": contact}, purpose="marketing")
    tenant.state(tenant.send({"contact_id": contact}, "Angebot", purpose="marketing")["id"], "delivered")
    preference = {"wa_id": handset, "detail": "stop", "category": "marketing_messages", "value": "stop", "timestamp": str(int(time.time()))}
    value = {"contacts": [{"profile": {"name": "K"}, "wa_id": handset}], "user_preferences": [preference]}
    assert tenant.post_webhook(tenant.envelope(value, field="user_preferences")).json()["stored"] == 1
    assert tenant.send({"contact_id": contact}, "x", purpose="marketing", expect=403)["refusal"]["code"] == "consent_withdrawn"
    tenant.send({"contact_id": contact}, "Termin")
    resume = {**preference, "detail": "resume", "value": "resume"}
    tenant.post_webhook(tenant.envelope({**value, "user_preferences": [resume]}, field="user_preferences"))
    assert tenant.send({"contact_id": contact}, "x", purpose="marketing", expect=403)["refusal"]["code"] == "consent_withdrawn"


def test_a_refusal_by_error_131050_withdraws_the_consent(tenant, instance):
    handset, contact = tenant.talk()
    tenant.consent({"id": contact}, purpose="marketing")
    instance.sandbox.put(f"/handsets/{handset}", {"error_code": 131050})
    sent = tenant.send({"contact_id": contact}, "Angebot", purpose="marketing")
    assert tenant.state(sent["id"], "failed")["fault"]["code"] == "131050"
    states = {c["purpose"]: c["state"] for c in tenant.api.get(f"/contacts/{contact}/consents")["data"]}
    assert states == {"marketing": "withdrawn", "service": "granted"}


def test_two_people_who_claim_one_username_in_one_body_are_both_kept(tenant):
    users = [f"DE.{random.randrange(10**19, 10**20)}" for _ in range(2)]
    name = f"n{random.randrange(10**9)}"
    messages = [{"from_user_id": u, "id": new_id(), "timestamp": str(int(time.time())), "type": "text", "text": {"body": u}} for u in users]
    contacts = [{"profile": {"name": "K", "username": name}, "user_id": u} for u in users]
    assert tenant.post_webhook(tenant.envelope({"contacts": contacts, "messages": messages})).json()["stored"] == 2
    for user in users:
        tenant.agrees(user)
    assert tenant.inbound(users[0])["contact_id"] != tenant.inbound(users[1])["contact_id"]


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
    for person in people:
        tenant.agrees(person)
    messages = [{"from": people[n % 10], "id": new_id(), "timestamp": str(int(time.time())), "type": "text",
                 "text": {"body": f"Stapel {n}"}} for n in range(200)]
    contacts = [{"profile": {"name": f"Person {p[-3:]}"}, "wa_id": p} for p in people]
    answer = tenant.post_webhook(tenant.envelope({"contacts": contacts, "messages": messages}))
    assert answer.status_code == 200 and answer.json()["stored"] == 200
    kept = {m["provider_message_id"] for m in tenant.api.every("/messages?direction=inbound")}
    assert {m["id"] for m in messages} <= kept


VALUES = [None, True, False, 0, -1, 10**30, 1.5, "", " ", "x" * 5000, "\u0000", "\ud800", "0", "-1", "99999999999999999999", "ä\u202e", [], {},
          [None], {"": ""}, [[[[[[]]]]]], "messages", "system", "text", "statuses"]


def changed_values(chance, body):
    """The document with some of its values replaced, removed, renamed, repeated or wrapped: it stays JSON."""
    document = json.loads(body)
    for _ in range(chance.randint(1, 4)):
        places = []

        def walk(node):
            for key in (list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else []):
                places.append((node, key))
                walk(node[key])

        walk(document)
        if not places:
            break
        node, key = chance.choice(places)
        kind = chance.randrange(5)
        if kind == 0:
            node[key] = chance.choice(VALUES)
        elif kind == 1:
            del node[key]
        elif kind == 2:
            node[key] = [node[key], node[key]]
        elif kind == 3 and isinstance(node, dict):
            node[chance.choice(["x", "id", "type", "from", "errors", ""])] = node.pop(key)
        else:
            other, name = chance.choice(places)
            node[key] = json.loads(json.dumps(other[name] if name in (other if isinstance(other, dict) else range(len(other))) else None))
    return json.dumps(document).encode()


def changed_bytes(chance, body):
    body = bytearray(body)
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
    return bytes(body)


def test_mutated_webhooks_never_break_the_server(tenant, instance):
    """Signed as they are, so that what is behind the signature is what gets tested."""
    seed = int(os.environ.get("OBHUT_SEED", "20260115"))
    chance = random.Random(seed)
    bodies = [json.dumps(adapted(tenant, p)).encode() for p in FIXTURES]
    assert bodies
    answers = {}
    for _ in range(MUTATIONS):
        mutate = changed_bytes if chance.random() < 0.2 else changed_values
        body = mutate(chance, chance.choice(bodies))
        answer = tenant.post_webhook(body)
        answers[answer.status_code] = answers.get(answer.status_code, 0) + 1
        assert answer.status_code in (200, 400), (seed, answer.status_code, answer.text, body)
    print(f"\n{MUTATIONS} mutations: {answers}")
    assert answers.get(200, 0) > MUTATIONS / 3, f"hardly any was read: {answers}"
    assert requests_ok(instance)


def requests_ok(instance):
    return instance.sandbox.session.get(instance.ready["base_url"] + "/readyz").status_code == 200
