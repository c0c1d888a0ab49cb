"""The route in the shape of Meta's Cloud API: what it takes, and in which of Meta's words it refuses."""

import random
import uuid

import pytest
import requests

from obhut import eventually, new_number


class Cloud:
    def __init__(self, instance, number, key):
        self.url, self.key = f"{instance.ready['base_url']}/v23.0/{number}/messages", key

    def post(self, body, url=None, **headers):
        headers = {"Authorization": f"Bearer {self.key}", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return requests.post(url or self.url, json=body, headers=headers, timeout=20)

    def send(self, to, text="Guten Tag", **more):
        return self.post({"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": text}, **more})

    def refused(self, answer, status, code, obhut_code):
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["obhut_code"]) == (status, code, obhut_code), answer.text
        assert error["message"].startswith(f"(#{code}) ") and error["type"] and error["fbtrace_id"]
        assert error["error_data"]["messaging_product"] == "whatsapp"
        return error["error_data"]["details"]


@pytest.fixture
def cloud(instance, tenant):
    return Cloud(instance, tenant.number, tenant.facts["api_key"])


@pytest.fixture
def fresh(instance):
    """A tenant of the test's own: its admin path, its surface, its agreement and channel."""
    admin = instance.admin
    path = f"/tenants/{admin.post('/tenants', {'name': 'Meta', 'region': 'eu-central'}, expect=201)['id']}"
    number = str(random.randrange(10**14, 10**15))
    instance.meta_knows(number, "9" + number, "t" + number, "s")
    channel = admin.post(path + "/channels", {
        "plugin": "whatsapp-cloud", "configuration": {"phone_number_id": number, "business_account_id": "9" + number, "pin": "314159",
                                                      "access_token": "t" + number, "base_url": instance.ready["sandbox_url"]},
        "ingress": {"app_secret": "s", "verify_token": "v"}}, expect=201)
    key = admin.post(path + "/api-keys", {"label": "meta", "scopes": ["messages:write"]}, expect=201)["token"]
    return path, Cloud(instance, number, key), channel


def test_consent_is_refused_as_the_persons_wish(cloud, tenant):
    """Not as a missing permission: on that a client made for Meta stops its whole number."""
    handset, contact = tenant.talk(consent=False)
    details = cloud.refused(cloud.send(handset), 400, 131050, "consent_missing")
    assert details.startswith("The person has not agreed") and "Ask for consent" in details
    assert "agreed" in cloud.refused(cloud.send(new_number()), 400, 131050, "consent_missing")
    tenant.consent({"id": contact})
    sent = cloud.send(handset)
    assert sent.status_code == 200
    tenant.consent({"id": contact}, state="withdrawn")
    assert "withdrawn" in cloud.refused(cloud.send(handset), 400, 131050, "consent_withdrawn")
    assert cloud.post({"messaging_product": "whatsapp", "to": handset, "text": {"body": "x"}},
                      X_Obhut_Purpose="marketing").json()["error"]["obhut_code"] == "consent_missing"


def test_a_closed_window_is_told_as_meta_tells_it(cloud, tenant):
    handset = new_number()
    tenant.consent({"phone": handset})
    assert "template" in cloud.refused(cloud.send(handset), 400, 131047, "service_window_closed")


def test_what_concerns_the_tenant_stops_its_number(instance, fresh):
    path, cloud, channel = fresh
    admin, person = instance.admin, new_number()
    assert "The provider activates" in cloud.refused(cloud.send(person), 403, 131031, "tenant_not_active")
    agreement = admin.post(path + "/agreements", {"reference": "T-1", "signed_on": "2026-02-01"}, expect=201)
    instance.go_live(path)
    cloud.refused(cloud.send(person), 400, 131050, "consent_missing")
    admin.patch(f"{path}/agreements/{agreement['id']}", {"state": "suspended"})
    cloud.refused(cloud.send(person), 403, 131031, "agreement_suspended")
    admin.patch(f"{path}/agreements/{agreement['id']}", {"state": "in_force"})
    admin.patch(path, {"state": "suspended", "reason": "test"})
    assert "The provider activates the tenant." in cloud.refused(cloud.send(person), 403, 131031, "tenant_not_active")
    admin.patch(path, {"state": "active"})
    region = instance.databases()["eu-central"]
    for state, status, code, word in [("stopped", 403, 131031, "channel_stopped"), ("disconnected", 400, 133010, "channel_disconnected")]:
        instance.sql(region, f"UPDATE channels SET state = '{state}', state_reason = 'test' WHERE channel_id = '{channel['id']}'")
        cloud.refused(cloud.send(person), status, code, word)


def test_keys(instance, fresh, cloud):
    path, own, _ = fresh
    own.refused(own.post({}, url=cloud.url), 400, 100, "not_found")
    reader = instance.admin.post(path + "/api-keys", {"label": "r", "scopes": ["messages:read"]}, expect=201)["token"]
    own.key = reader
    assert "messages:write" in own.refused(own.send(new_number()), 403, 10, "forbidden")
    own.key = "nonsense"
    own.refused(own.send(new_number()), 401, 190, "unauthenticated")


@pytest.mark.parametrize(("change", "parameter", "words"), [
    ({"messaging_product": None}, "messaging_product", "must be whatsapp"), ({"messaging_product": 1}, "messaging_product", "expected text, found a number"),
    ({"messaging_product": "sms"}, "messaging_product", "must be whatsapp"),
    ({"recipient_type": "group"}, "recipient_type", "can be individual"), ({"recipient_type": []}, "recipient_type", "expected text, found an array"),
    ({"to": None}, "to", "this is missing"), ({"to": 4915112345678}, "to", "expected text, found a number"), ({"to": "abc"}, "to", "this has letters"),
    ({"to": None, "recipient": True}, "recipient", "expected text, found a boolean"),
    ({"to": None, "recipient": "x"}, "recipient", "not an address"),
    ({"type": 5}, "type", "expected text, found a number"), ({"type": ["text"]}, "type", "expected text, found an array"),
    ({"type": "dance", "dance": {}}, "type", "can be one of text, image"), ({"type": "to"}, "type", "can be one of"),
    ({"text": []}, "text", "expected an object, found an array"), ({"text": "hallo"}, "text", "expected an object, found a string"),
    ({"text": None}, "text", "this is missing"), ({"text": {}}, "text.body", "say what"), ({"text": {"body": 5}}, "text.body", "say what"),
    ({"text": {"body": "x" * 4097}}, "text.body", "at most 4096"),
    ({"type": "image", "image": {}}, "image.id", "name a media object"), ({"type": "image"}, "image", "this is missing"),
    ({"context": "wamid.x"}, "context", "expected an object, found a string"), ({"context": {}}, "context.message_id", "this is missing"),
    ({"context": {"message_id": 5}}, "context.message_id", "expected text, found a number"),
    ({"context": {"message_id": "1234"}}, "context.message_id", "give the id of a message"),
    ({"context": {"message_id": str(uuid.uuid4())}}, "context.message_id", "there is no such message"),
    ({"status": "read", "message_id": "wamid.x"}, "status", "not supported yet"), ({"status": "seen"}, "status", "can be read"),
    ({"status": 1}, "status", "expected text, found a number"),
])
def test_the_parameter_that_is_not_right_is_named(cloud, tenant, change, parameter, words):
    body = {"messaging_product": "whatsapp", "to": new_number(), "type": "text", "text": {"body": "x"}, **change}
    details = cloud.refused(cloud.post(body), 400, 100, "invalid_request")
    assert details.startswith(f"{parameter}: ") and words in details, details


def test_a_read_mark_alone_is_refused_and_not_claimed_done(cloud):
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.x", "typing_indicator": {"type": "text"}}
    assert "not supported yet" in cloud.refused(cloud.post(body), 400, 100, "invalid_request")


def test_what_is_answered_is_named_by_our_id_or_by_metas(cloud, tenant):
    handset, _ = tenant.talk()
    text = f"Frage {new_number()}"
    tenant.handset_writes(handset, text)
    question = tenant.inbound(text)
    for id in [question["id"], question["provider_message_id"]]:
        sent = cloud.send(handset, "Antwort", context={"message_id": id}).json()["messages"][0]["id"]
        shown = eventually(lambda: tenant.on_handset(handset, sent), "the answer on the handset")
        assert shown[0]["context"]["message_id"] == question["provider_message_id"]


def test_to_precedes_recipient(cloud, tenant):
    handset, _ = tenant.talk()
    answer = cloud.send(handset, recipient="DE.1234567890").json()
    assert answer["contacts"] == [{"input": handset, "wa_id": handset}]
    tenant.state(answer["messages"][0]["id"], "delivered")
    cloud.refused(cloud.post({"messaging_product": "whatsapp", "recipient": "DE.1234567890", "text": {"body": "x"}}), 400, 131050, "consent_missing")


def test_unknown_fields_are_passed_over_as_meta_does(cloud, tenant):
    handset, _ = tenant.talk()
    sent = cloud.send(handset, recipient_type="individual", biz_opaque_callback_data="mine", something={"else": 1})
    assert sent.status_code == 200, sent.text
    tenant.state(sent.json()["messages"][0]["id"], "delivered")
