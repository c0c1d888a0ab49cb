"""A tenant's own server is told what happens: signed, in order, again when it was down."""

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time

import pytest

from consent import Handset, chatbot, idle
from obhut import eventually, new_id, new_number


class Listener:
    """A tenant's server on loopback that checks each delivery's signature before it counts."""

    def __init__(self):
        self.told, self.secrets, self.status, self.wrong = [], [], 204, []
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if listener.status == 204:
                    listener.take(dict(self.headers.items()), body)
                self.send_response(listener.status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks/obhut"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, headers, body):
        headers = {name.lower(): value for name, value in headers.items()}
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = ["v1," + base64.b64encode(hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()).decode()
                    for secret in self.secrets]
        if not set(expected) & set(headers["webhook-signature"].split(" ")) or abs(time.time() - int(headers["webhook-timestamp"])) > 300:
            self.wrong.append(headers)
        self.told.append((headers["webhook-id"], json.loads(body)))

    def of(self, kind):
        seen, found = set(), []
        for event, body in self.told:
            if body["type"] == kind and event not in seen:
                seen.add(event)
                found.append(body["data"])
        return found

    def texts(self):
        """What the messages say that were told; None for what is no text."""
        return [data.get("text", {}).get("body") for data in self.of("message.received")]


@pytest.fixture
def listener():
    listener = Listener()
    yield listener
    listener.server.shutdown()
    assert listener.wrong == []


def endpoint(tenant, listener, *kinds):
    made = tenant.api.post("/webhook-endpoints", {"url": listener.url, "kinds": list(kinds)}, expect=201)
    listener.secrets.append(made["secret"])
    return made


def test_what_a_person_writes_and_what_becomes_of_the_answer_is_told(tenant, listener):
    made = endpoint(tenant, listener, "message.received", "message.state", "consent.changed")
    handset, contact = tenant.talk()
    texts = [f"{number} {new_id()}" for number in range(5)]
    for text in texts:
        tenant.handset_writes(handset, text)
        tenant.inbound(text)
    eventually(lambda: len([t for t in listener.texts() if t in texts]) == 5, "all five told")
    assert [t for t in listener.texts() if t in texts] == texts
    sent = tenant.send({"contact_id": contact}, "Gern.")
    eventually(lambda: [d["state"] for d in listener.of("message.state") if d["id"] == sent["id"]][-1:] == ["delivered"], "delivery told")
    tenant.consent({"id": contact}, state="withdrawn")
    eventually(lambda: [d["event"] for d in listener.of("consent.changed")][-1:] == ["withdrawn"], "the withdrawal told")
    shown = tenant.api.get(f"/webhook-endpoints/{made['id']}")
    assert shown["last_answer"] == "204" and shown["failing_since"] is None and "secret" not in shown
    told = listener.of("message.received")[-1]
    assert told == tenant.api.get(f"/messages/{told['id']}") | {"stages": told["stages"]}


def test_a_server_that_is_down_is_told_when_it_is_back(tenant, listener):
    made = endpoint(tenant, listener, "message.received")
    handset, _ = tenant.talk()
    listener.status = 503
    texts = [f"{number} {new_id()}" for number in range(3)]
    for text in texts:
        tenant.handset_writes(handset, text)
        tenant.inbound(text)
    eventually(lambda: tenant.api.get(f"/webhook-endpoints/{made['id']}")["failing_since"], "the failure shown")
    listener.status = 204
    tenant.hurry()
    eventually(lambda: [t for t in listener.texts() if t in texts] == texts, "all told, in order")


def test_nothing_is_told_of_who_has_not_agreed(tenant, listener):
    endpoint(tenant, listener, "message.received", "consent.changed")
    stranger, mark = new_number(), f"stranger {new_id()}"
    tenant.handset_writes(stranger, mark)
    friend, _ = tenant.talk()
    text = f"friend {new_id()}"
    tenant.handset_writes(friend, text)
    eventually(lambda: text in listener.texts(), "the friend's message told")
    assert mark not in json.dumps(listener.told) and stranger not in json.dumps(listener.told)


@pytest.mark.parametrize("language", ["de", "fr", "it", "pl"])
def test_before_agreement_nothing_is_told_and_afterwards_everything_in_order(instance, listener, language):
    tenant = instance.new_tenant()
    endpoint(tenant, listener, "message.received", "message.state", "consent.changed")
    chatbot(tenant)
    handset, refusing = Handset(tenant, language), Handset(tenant, language)
    texts = [f"{number} {new_id()}" for number in range(3)]
    for text in texts:
        handset.writes(text)
    refusing.writes("nichts " + new_id())
    for person in (handset, refusing):
        person.hears(person.words["greeting"])
    idle(tenant)
    assert listener.told == []
    refusing.presses(refusing.words["decline"])
    handset.presses(handset.words["agree"])
    handset.hears(handset.words["says_handed"])
    eventually(lambda: len(listener.of("message.received")) == 4, "all of it told")
    assert listener.texts() == texts + [None]
    assert [data["event"] for data in listener.of("consent.changed")] == ["granted"]
    idle(tenant)
    assert refusing.number not in json.dumps(listener.told) and "nichts " not in json.dumps(listener.told)
    assert listener.of("message.state") == []


def test_secrets_change_without_a_gap(tenant, listener):
    made = endpoint(tenant, listener, "message.received")
    former = listener.secrets[:]
    rotated = tenant.api.post(f"/webhook-endpoints/{made['id']}/rotate", {})
    assert rotated["secret"] not in former and rotated["previous_secret_until"]
    handset, _ = tenant.talk()
    for secret in (former, [rotated["secret"]]):
        listener.secrets = secret
        text = new_id()
        tenant.handset_writes(handset, text)
        eventually(lambda: text in listener.texts(), "told under this secret")
