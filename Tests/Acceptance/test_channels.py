"""Connecting a channel and changing what it is configured with."""

import random
import uuid

import pytest

from obhut import Tenant, eventually, new_id, new_number


def digits():
    return str(random.randrange(10**14, 10**15))


class Own(Tenant):
    """A tenant of the test's own, with a channel on the sandbox."""

    def __init__(self, instance):
        admin = instance.admin
        facts = {"region": "eu-central", "phone_number_id": digits(), "business_account_id": digits(), "app_secret": "s" + digits(),
                 "verify_token": "v" + digits(), "access_token": "EAA" + digits(), "display_phone_number": "+49 30 " + digits()[:7]}
        facts["tenant_id"] = admin.post("/tenants", {"name": f"Own {digits()}", "region": "eu-central"}, expect=201)["id"]
        self.path = f"/tenants/{facts['tenant_id']}"
        admin.post(self.path + "/agreements", {"reference": "T-1", "signed_on": "2026-02-01"}, expect=201)
        self.connection = {
            "plugin": "whatsapp-cloud",
            "configuration": {
                **{name: facts[name] for name in ("phone_number_id", "business_account_id", "access_token", "display_phone_number")},
                "base_url": instance.ready["sandbox_url"]},
            "ingress": {"app_secret": facts["app_secret"], "verify_token": facts["verify_token"]}}
        channel = admin.post(self.path + "/channels", self.connection, expect=201)
        scopes = ["messages:read", "messages:write", "contacts:read", "consents:read", "consents:write"]
        facts["api_key"] = admin.post(self.path + "/api-keys", {"label": "test", "scopes": scopes}, expect=201)["token"]
        instance.go_live(self.path)
        facts["ingress_url"], self.channel = channel["ingress_url"], f"{self.path}/channels/{channel['id']}"
        super().__init__(instance, facts)
        self.provision()

    def provision(self):
        number = f"/sandbox/numbers/{self.number}"
        self.instance.sandbox.put(number, {
            "waba_id": self.facts["business_account_id"], "display_phone_number": self.facts["display_phone_number"],
            "verified_name": "Own", "access_token": self.facts["access_token"], "app_secret": self.facts["app_secret"],
            "verify_token": self.facts["verify_token"], "webhook_url": self.ingress})
        return self.instance.sandbox.post(number + "/subscribe")

    def change(self, expect=200, **what):
        return self.instance.admin.patch(self.channel, what, expect=expect)

    def read(self):
        return next(c for c in self.instance.admin.get(self.path + "/channels")["data"] if self.channel.endswith(c["id"]))


@pytest.fixture
def own(instance):
    return Own(instance)


def test_a_changed_token_is_used_and_all_else_stays(own):
    handset, contact = own.talk()
    before = own.read()
    own.facts["access_token"] = "EAA" + digits()
    changed = own.change(configuration={"access_token": own.facts["access_token"]})
    assert changed == {**before, "revision": 2} == own.read()
    own.provision()
    sent = own.send({"contact_id": contact}, "mit neuem Schlüssel")
    own.state(sent["id"], "delivered")


def test_a_stopped_channel_stays_stopped_until_it_is_started(own):
    handset, contact = own.talk()
    right, own.facts["access_token"] = own.facts["access_token"], "EAA" + digits()
    own.provision()
    sent = own.send({"contact_id": contact}, "wartet")
    eventually(lambda: own.read()["state"] == "stopped", "the stopped channel")
    assert own.change(configuration={"access_token": own.facts["access_token"]})["state"] == "stopped"
    assert own.send({"contact_id": contact}, "nein", expect=403)["refusal"]["code"] == "channel_stopped"
    assert own.instance.admin.post(own.channel + "/start")["state"] == "active"
    own.state(sent["id"], "delivered")
    assert right != own.facts["access_token"]


def test_changed_ingress_secrets_check_what_comes(own):
    own.talk(consent=False)
    old = own.facts["app_secret"]
    own.change(ingress={"app_secret": "s" + digits()})
    document = own.text_webhook(new_number(), "neu", new_id())
    eventually(lambda: own.post_webhook(document, signature=own.sign(b"x", old)).status_code == 401, "refused")
    # Other processes may remember the old secret for five seconds; so may this one.
    changed = {"app_secret": "s" + digits(), "verify_token": "v" + digits()}
    own.change(ingress=changed)
    own.facts.update(changed)
    eventually(lambda: own.post_webhook(document).status_code == 200, "the new secret taken", seconds=10)
    body = own.text_webhook(new_number(), "alt", new_id())
    assert own.post_webhook(body, signature="sha256=" + "0" * 64).status_code == 401
    assert own.provision()["success"] is True


def test_what_is_wrong_is_named_and_changes_nothing(own):
    before = own.read()

    def refused(path, **what):
        problem = own.change(expect=422, **what)
        assert [e["path"] for e in problem["errors"]] == [path], problem

    refused("configuration.phone_number_id", configuration={"phone_number_id": digits(), "display_phone_number": "other"})
    refused("configuration.base_url", configuration={"base_url": "ftp://x", "display_phone_number": "other"})
    refused("configuration.acces_token", configuration={"acces_token": "x", "display_phone_number": "other"})
    refused("configuration.access_token", configuration={"access_token": ["x"]})
    refused("ingress.app_secret", configuration={"display_phone_number": "other"}, ingress={"app_secret": ""})
    refused("configuraton", configuraton={})
    assert own.read() == before
    assert own.change(configuration={"phone_number_id": own.number}) == before == own.change()
    other = own.path + f"/channels/{uuid.uuid4()}"
    assert own.instance.admin.patch(other, {"configuration": {}}, expect=404)["code"] == "not_found"


def test_a_channel_can_move_to_another_account(own, instance):
    account, moved = own.facts["business_account_id"], digits()
    assert own.change(configuration={"business_account_id": moved, "display_phone_number": "+49 1"})["display_address"] == "+49 1"
    routes = instance.sql(instance.databases()["control"], f"SELECT address FROM channel_routes WHERE tenant_id = '{own.id}' ORDER BY kind")
    assert routes == [moved, own.number] and account not in routes


def test_an_account_left_by_one_channel_leads_to_another_of_it(own, instance):
    account = own.facts["business_account_id"]
    second = {**own.connection, "configuration": {**own.connection["configuration"], "phone_number_id": digits()}}
    left = instance.admin.post(own.path + "/channels", second, expect=201)["id"]
    own.change(configuration={"business_account_id": digits()})
    control = instance.databases()["control"]
    assert instance.sql(control, f"SELECT channel_id FROM channel_routes WHERE address = '{account}'") == [left]


def test_connecting_that_was_interrupted_can_be_finished(own, instance):
    """The region has the channel, the control plane does not yet know of it."""
    control = instance.databases()["control"]
    # Nothing has come over the ingress yet, so nothing of it is remembered.
    route = own.ingress.rsplit("/", 1)[1]
    instance.sql(control, f"DELETE FROM channel_routes WHERE tenant_id = '{own.id}'")
    instance.sql(control, f"DELETE FROM ingress_routes WHERE ingress_route_id = '{route}'")
    own.facts["access_token"] = "EAA" + digits()
    own.connection["configuration"]["access_token"] = own.facts["access_token"]
    channel = instance.admin.post(own.path + "/channels", own.connection, expect=201)
    assert channel == own.read() and own.channel.endswith(channel["id"]) and channel["ingress_url"] == own.ingress
    assert own.provision()["success"] is True
    handset, contact = own.talk()
    own.state(own.send({"contact_id": contact}, "doch noch")["id"], "delivered")
    assert instance.admin.post(own.path + "/channels", own.connection, expect=409)["code"] == "conflict"
