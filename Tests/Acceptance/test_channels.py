"""Connecting a channel and changing what it is configured with."""

import concurrent.futures
import json
import random
import time
import uuid

import pytest

from obhut import Api, Tenant, eventually, new_id, new_number


def digits():
    return str(random.randrange(10**14, 10**15))


def connection(instance, facts):
    return {
        "plugin": "whatsapp-cloud",
        "configuration": {
            **{name: facts[name] for name in ("phone_number_id", "business_account_id", "access_token", "display_phone_number")},
            "base_url": instance.ready["sandbox_url"], "pin": "314159"},
        "ingress": {"app_secret": facts["app_secret"], "verify_token": facts["verify_token"]}}


def meta_knows(instance, facts, /, **more):
    return instance.meta_knows(
        facts["phone_number_id"], facts["business_account_id"], facts["access_token"], facts["app_secret"], facts["verify_token"],
        display_phone_number=facts["display_phone_number"], **more)


class Own(Tenant):
    """A tenant of the test's own, with a channel on the sandbox."""

    def __init__(self, instance):
        admin = instance.admin
        facts = {"region": "eu-central", "phone_number_id": digits(), "business_account_id": digits(), "app_secret": "s" + digits(),
                 "verify_token": "v" + digits(), "access_token": "EAA" + digits(), "display_phone_number": "+49 30 " + digits()[:7]}
        facts["tenant_id"] = admin.post("/tenants", {"name": f"Own {digits()}", "region": "eu-central"}, expect=201)["id"]
        self.path = f"/tenants/{facts['tenant_id']}"
        admin.post(self.path + "/agreements", {"reference": "T-1", "signed_on": "2026-02-01"}, expect=201)
        self.connection = connection(instance, facts)
        meta_knows(instance, facts)
        channel = admin.post(self.path + "/channels", self.connection, expect=201)
        self.steps = {step["name"]: step["state"] for step in channel["connection"]["steps"]}
        scopes = ["messages:read", "messages:write", "contacts:read", "consents:read", "consents:write"]
        facts["api_key"] = admin.post(self.path + "/api-keys", {"label": "test", "scopes": scopes}, expect=201)["token"]
        instance.go_live(self.path)
        facts["ingress_url"], self.channel = channel["ingress_url"], f"{self.path}/channels/{channel['id']}"
        super().__init__(instance, facts)

    def at_meta(self, **more):
        """Changes the number at the sandbox; what the sandbox then has of it."""
        return self.instance.sandbox.put(f"/sandbox/numbers/{self.number}", more)

    def change(self, expect=200, **what):
        return self.instance.admin.patch(self.channel, what, expect=expect)

    def read(self):
        return next(c for c in self.instance.admin.get(self.path + "/channels")["data"] if self.channel.endswith(c["id"]))


@pytest.fixture
def own(instance):
    return Own(instance)


def without_dates(channel):
    return {name: value for name, value in channel.items() if name != "secrets"}


def test_a_changed_token_is_used_and_all_else_stays(own):
    handset, contact = own.talk()
    before = own.read()
    own.facts["access_token"] = "EAA" + digits()
    assert own.change(expect=422, configuration={"access_token": own.facts["access_token"]})["errors"][0]["path"] == "configuration.access_token"
    assert own.read() == before
    own.at_meta(access_token=own.facts["access_token"])
    after = own.change(configuration={"access_token": own.facts["access_token"]})
    assert without_dates(after) == {**without_dates(before), "revision": before["revision"] + 1} and after == own.read()
    dates = [{s["name"]: s["changed_at"] for s in channel["secrets"]} for channel in (before, after)]
    assert [name for name in dates[0] if dates[0][name] != dates[1][name]] == ["configuration.access_token"]
    assert set(dates[0]) == {"configuration.access_token", "configuration.pin", "ingress.app_secret", "ingress.verify_token"}
    sent = own.send({"contact_id": contact}, "mit neuem Schlüssel")
    own.state(sent["id"], "delivered")


def test_a_stopped_channel_stays_stopped_until_it_is_started(own):
    handset, contact = own.talk()
    right, own.facts["access_token"] = own.facts["access_token"], "EAA" + digits()
    own.at_meta(access_token=own.facts["access_token"])
    sent = own.send({"contact_id": contact}, "wartet")
    eventually(lambda: own.read()["state"] == "stopped", "the stopped channel")
    assert own.change(configuration={"access_token": own.facts["access_token"]})["state"] == "stopped"
    assert own.send({"contact_id": contact}, "nein", expect=403)["refusal"]["code"] == "channel_stopped"
    assert own.instance.admin.post(own.channel + "/start")["state"] == "active"
    own.state(sent["id"], "delivered")
    assert right != own.facts["access_token"]


def test_a_changed_app_secret_holds_beside_the_old_one_for_a_while(own):
    own.talk(consent=False)
    old, new = own.facts["app_secret"], "s" + digits()
    assert own.change(expect=422, ingress={"app_secret": new})["errors"][0]["path"] == "ingress.app_secret"
    own.at_meta(app_secret=new)
    own.change(ingress={"app_secret": new})
    own.facts["app_secret"] = new
    eventually(lambda: own.post_webhook(own.text_webhook(new_number(), "neu", new_id())).status_code == 200, "the new secret", seconds=10)
    late = json.dumps(own.text_webhook(new_number(), "alt", new_id())).encode()
    assert own.post_webhook(late, signature=own.sign(late, old)).status_code == 200
    newest = "s" + digits()
    own.at_meta(app_secret=newest)
    own.change(ingress={"app_secret": newest}, overlap_minutes=0)
    own.facts["app_secret"] = newest
    eventually(lambda: own.post_webhook(late, signature=own.sign(late, new)).status_code == 401, "the old secret refused", seconds=10)
    assert own.post_webhook(own.text_webhook(new_number(), "neuer", new_id())).status_code == 200
    refused = own.change(expect=422, ingress={}, overlap_minutes=10_081)
    assert refused["errors"][0]["path"] == "overlap_minutes"


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
    assert own.change(expect=422, configuration={"business_account_id": moved})["errors"][0]["path"] == "configuration.business_account_id"
    own.at_meta(waba_id=moved)
    assert own.change(configuration={"business_account_id": moved, "display_phone_number": "+49 1"})["display_address"] == "+49 1"
    routes = instance.sql(instance.databases()["control"], f"SELECT address FROM channel_routes WHERE tenant_id = '{own.id}' ORDER BY kind")
    assert routes == [moved, own.number] and account not in routes


def test_an_account_left_by_one_channel_leads_to_another_of_it(own, instance):
    account = own.facts["business_account_id"]
    second = {**own.facts, "phone_number_id": digits(), "display_phone_number": "+49 40 " + digits()[:7]}
    meta_knows(instance, second)
    left = instance.admin.post(own.path + "/channels", connection(instance, second), expect=201)["id"]
    moved = digits()
    own.at_meta(waba_id=moved)
    own.change(configuration={"business_account_id": moved})
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
    own.at_meta(access_token=own.facts["access_token"])
    channel = instance.admin.post(own.path + "/channels", own.connection, expect=201)
    assert channel.pop("connection")["steps"]
    assert channel == own.read() and own.channel.endswith(channel["id"]) and channel["ingress_url"] == own.ingress
    handset, contact = own.talk()
    own.state(own.send({"contact_id": contact}, "doch noch")["id"], "delivered")
    assert instance.admin.post(own.path + "/channels", own.connection, expect=409)["code"] == "conflict"


@pytest.fixture
def unconnected(instance):
    """A tenant, and a number that Meta knows and nobody has connected."""
    tenant = instance.admin.post("/tenants", {"name": f"Neu {digits()}", "region": "eu-north"}, expect=201)["id"]
    facts = {"phone_number_id": digits(), "business_account_id": digits(), "app_secret": "s" + digits(), "verify_token": "v" + digits(),
             "access_token": "EAA" + digits(), "display_phone_number": "+358 9 " + digits()[:7]}
    meta_knows(instance, facts)
    return f"/tenants/{tenant}/channels", facts


def number_at(instance, facts):
    return next(n for n in instance.sandbox.get("/sandbox/numbers")["numbers"] if n["id"] == facts["phone_number_id"])


def test_connecting_does_everything_at_meta(own, instance):
    assert own.steps == {"token": "done", "number": "done", "account": "done", "app_secret": "done", "subscription": "done",
                         "webhook": "done", "registration": "done"}
    number = number_at(instance, own.facts)
    assert (number["registered"], number["subscribed"], number["data_localization_region"]) == (True, True, "DE")
    assert number["number_override_url"] == own.ingress and number["pin"] == "314159"
    report = instance.admin.get(own.channel + "/health")
    assert report["state"] == "healthy", report
    assert {f["name"] for f in report["findings"]} == {
        "token", "number", "registration", "quality", "messaging_limit", "subscription", "local_storage", "contact_book"}


@pytest.mark.parametrize("wrong, field", [
    ({"access_token": "EAAother"}, "configuration.access_token"), ({"phone_number_id": "1"}, "configuration.phone_number_id"),
    ({"business_account_id": "1"}, "configuration.business_account_id"), ({"app_secret": "other"}, "ingress.app_secret"),
    ({"pin": None}, "configuration.pin"), ({"pin": "12345"}, "configuration.pin"), ({"pin": "12345a"}, "configuration.pin"),
])
def test_what_meta_does_not_bear_out_is_not_saved(unconnected, instance, wrong, field):
    path, facts = unconnected
    new = connection(instance, facts)
    for name, value in wrong.items():
        part = new["ingress" if name == "app_secret" else "configuration"]
        part.pop(name, None)
        if value is not None:
            part[name] = value
    before = number_at(instance, facts)
    problem = instance.admin.post(path, new, expect=422)
    assert [e["path"] for e in problem["errors"]] == [field], problem
    assert facts["access_token"] not in json.dumps(problem) and facts["app_secret"] not in json.dumps(problem)
    assert instance.admin.get(path)["data"] == [] and number_at(instance, facts) == before


@pytest.mark.parametrize("token, field", [
    ({"token_scopes": ["whatsapp_business_management"]}, "configuration.access_token"),
    ({"token_expires_at": 1_700_000_000}, "configuration.access_token"),
    ({"facts": {"code_verification_status": "NOT_VERIFIED"}}, "configuration.phone_number_id"),
    ({"facts": {"status": "BANNED"}}, "configuration.phone_number_id"),
])
def test_a_number_or_token_that_will_not_do_is_not_connected(unconnected, instance, token, field):
    path, facts = unconnected
    meta_knows(instance, facts, **token)
    problem = instance.admin.post(path, connection(instance, facts), expect=422)
    assert [e["path"] for e in problem["errors"]] == [field]
    assert instance.admin.get(path)["data"] == []


def test_a_dry_run_tells_what_would_be_done_and_does_nothing(unconnected, instance):
    path, facts = unconnected
    before = number_at(instance, facts)
    report = instance.admin.post(path, {**connection(instance, facts), "dry_run": True})
    assert {s["name"]: s["state"] for s in report["steps"]} == {
        "token": "done", "number": "done", "account": "done", "app_secret": "done", "registration": "planned", "webhook": "planned"}
    storage = next(s["detail"] for s in report["steps"] if s["name"] == "registration")
    assert "stores content at rest in DE: it offers no storage in FI" in storage
    assert instance.admin.get(path)["data"] == [] and number_at(instance, facts) == before


@pytest.mark.parametrize("call, code, status, done", [
    ("register", 133016, 422, "The app is subscribed"), ("register", 2, 503, "The app is subscribed"),
    ("webhook", 2200, 422, "The app is subscribed"), ("subscribed_apps", 10, 422, None),
])
def test_connecting_that_meta_refuses_halfway_is_told_and_can_be_finished(unconnected, instance, call, code, status, done):
    path, facts = unconnected
    meta_knows(instance, facts, refuses={call: code})
    new = connection(instance, facts)
    problem = instance.admin.post(path, new, expect=status)
    assert ("Done at the messenger before" in problem["detail"]) == (done is not None) and (done or "") in problem["detail"]
    [left] = instance.admin.get(path)["data"]
    assert left["state"] == "stopped" and left["connected_at"] is None and "not finished" in left["state_reason"]
    assert instance.admin.post(f"{path}/{left['id']}/start", expect=409)["code"] == "conflict"
    instance.sandbox.put(f"/sandbox/numbers/{facts['phone_number_id']}", {"refuses": {}})
    finished = instance.admin.post(path, new, expect=201)
    assert finished["id"] == left["id"] and finished["state"] == "active" and finished["connected_at"]
    assert instance.admin.post(path, new, expect=409)["code"] == "conflict"


def test_a_number_registered_with_storage_in_the_us_is_registered_anew(unconnected, instance):
    path, facts = unconnected
    meta_knows(instance, facts, registered=True)
    channel = instance.admin.post(path, connection(instance, facts), expect=201)
    steps = {s["name"]: s["state"] for s in channel["connection"]["steps"]}
    assert steps["deregistration"] == steps["registration"] == "done"
    assert number_at(instance, facts)["data_localization_region"] == "DE"


def test_of_two_who_connect_a_number_at_once_one_gets_it(unconnected, instance):
    path, facts = unconnected
    other = instance.admin.post("/tenants", {"name": "Zweiter", "region": "eu-central"}, expect=201)["id"]
    new = connection(instance, facts)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda p: Api(instance.admin.base, instance.admin.token).call("POST", p, new),
                                [path, f"/tenants/{other}/channels"]))
    assert sorted(a.status_code for a in answers) == [201, 409], [a.text for a in answers]
    lost = next(a for a in answers if a.status_code == 409)
    assert lost.json()["code"] == "conflict" and "connected already" in lost.json()["detail"]
    assert number_at(instance, facts)["number_override_url"] == next(a for a in answers if a.status_code == 201).json()["ingress_url"]


def test_a_disconnected_number_keeps_its_history_and_can_come_back(own, instance):
    handset, contact = own.talk()
    own.state(own.send({"contact_id": contact}, "vorher")["id"], "delivered")
    gone = instance.admin.post(own.channel + "/disconnect", {"reason": "Vertrag beendet"})
    assert gone["state"] == "disconnected" and gone["connected_at"] is None and gone["secrets"] == []
    assert {s["name"]: s["state"] for s in gone["connection"]["steps"]} == {"webhook": "done", "deregistration": "done"}
    number = number_at(instance, own.facts)
    assert not number["registered"] and "number_override_url" not in number
    assert own.send({"contact_id": contact}, "nachher", expect=403)["refusal"]["code"] == "channel_disconnected"
    assert [m["text"]["body"] for m in own.api.every("/messages?direction=outbound")] == ["vorher"]
    assert instance.admin.post(own.channel + "/disconnect", {"reason": "noch einmal"}, expect=409)["code"] == "conflict"
    assert own.change(expect=409, configuration={"pin": "314159"})["code"] == "conflict"
    assert instance.admin.post(own.channel + "/disconnect", {"reason": " "}, expect=422)["errors"][0]["path"] == "reason"
    [finding] = instance.admin.get(own.channel + "/health")["findings"]
    assert finding["name"] == "channel" and finding["state"] == "unavailable"
    back = instance.admin.post(own.path + "/channels", own.connection, expect=201)
    assert own.channel.endswith(back["id"]) and back["state"] == "active"
    own.state(own.send({"contact_id": contact}, "wieder da")["id"], "delivered")


def test_another_tenant_can_connect_a_number_that_was_given_up(own, instance):
    instance.admin.post(own.channel + "/disconnect", {"reason": "Wechsel"})
    other = instance.admin.post("/tenants", {"name": "Nachfolger", "region": "eu-north"}, expect=201)["id"]
    channel = instance.admin.post(f"/tenants/{other}/channels", own.connection, expect=201)
    assert channel["state"] == "active" and channel["ingress_url"] != own.ingress


def test_health_is_remembered_and_tells_a_token_that_ends_soon(own, instance):
    healthy = instance.admin.get(own.channel + "/health")
    own.at_meta(token_expires_at=int(time.time()) + 5 * 86_400, facts={"quality_rating": "RED"})
    remembered = instance.admin.get(own.channel + "/health?cached=true")
    assert remembered == healthy
    found = {f["name"]: f for f in instance.admin.get(own.channel + "/health")["findings"]}
    assert found["token"]["state"] == "degraded" and "expires in 4 days" in found["token"]["detail"]
    assert found["quality"]["state"] == "degraded" and found["subscription"]["state"] == "healthy"
    instance.sandbox.call("DELETE", f"/v23.0/{own.facts['business_account_id']}/subscribed_apps", token=own.facts["access_token"])
    found = {f["name"]: f for f in instance.admin.get(own.channel + "/health")["findings"]}
    assert found["subscription"]["state"] == "unavailable"
    assert instance.admin.get(own.channel + "/health?cached=perhaps", expect=422)["errors"][0]["path"] == "cached"


def test_every_change_of_a_channel_stands_in_the_tenants_trail_without_secrets(own, instance):
    own.change(configuration={"display_phone_number": "+49 1"})
    instance.admin.post(own.channel + "/start")
    instance.admin.post(own.channel + "/disconnect", {"reason": "fertig"})
    entries = instance.sql(instance.databases()["control"], f"SELECT entry FROM audit_entries WHERE chain = '{own.id}' ORDER BY sequence")
    actions = [json.loads(e)["action"] for e in entries if json.loads(e)["action"].startswith("channel.")]
    assert actions == ["channel.added", "channel.connected", "channel.changed", "channel.started", "channel.disconnected"]
    for secret in ("access_token", "app_secret", "verify_token"):
        assert own.facts[secret] not in "".join(entries)


@pytest.fixture
def colleague(instance):
    """Another member of staff, to whom the second pair of eyes belongs."""
    member = instance.admin.post("/staff", {
        "email": f"k{digits()}@provider.example", "name": "Kollegin", "roles": ["owner"]}, expect=201)
    token = instance.admin.post(f"/staff/{member['id']}/tokens", {"label": "test"}, expect=201)["token"]
    return Api(instance.admin.base, token)


def test_a_number_moves_to_another_tenant_when_a_second_member_of_staff_agrees(own, instance, colleague):
    handset, contact = own.talk()
    own.state(own.send({"contact_id": contact}, "noch die alten")["id"], "delivered")
    other = instance.admin.post("/tenants", {"name": "Nachfolger", "region": "eu-north"}, expect=201)["id"]
    move = own.channel + "/move"
    assert instance.admin.post(move, {"tenant": other, "reason": "Übernahme"}, expect=409)["code"] == "conflict"
    instance.admin.post(f"/tenants/{other}/agreements", {"reference": "T-2", "signed_on": "2026-02-01"}, expect=201)
    assert instance.admin.post(move, {"tenant": "x", "reason": "y"}, expect=422)["errors"][0]["path"] == "tenant"
    # A draft gets no number; one that is being brought in does, since nothing goes live without.
    assert instance.admin.post(move, {"tenant": other, "reason": "Übernahme"}, expect=409)["code"] == "conflict"
    instance.admin.patch(f"/tenants/{other}", {"state": "onboarding"})
    asked = instance.admin.post(move, {"tenant": other, "reason": "Übernahme"}, expect=202)
    assert asked["action"] == "move_channel" and asked["state"] == "asked"
    assert instance.admin.post(f"/approvals/{asked['id']}/approve", expect=403)["code"] == "forbidden"
    assert own.read()["state"] == "active", "nothing has happened yet"
    decided = colleague.post(f"/approvals/{asked['id']}/approve")
    assert decided["state"] == "carried_out", decided
    assert own.read()["state"] == "disconnected"
    [come] = instance.admin.get(f"/tenants/{other}/channels")["data"]
    assert come["state"] == "active" and come["address"] == own.number and come["ingress_url"] == own.ingress
    scopes = ["messages:read", "messages:write", "contacts:read", "consents:read", "consents:write"]
    key = instance.admin.post(f"/tenants/{other}/api-keys", {"label": "test", "scopes": scopes}, expect=201)["token"]
    instance.go_live(f"/tenants/{other}")
    new = Tenant(instance, {**own.facts, "tenant_id": other, "region": "eu-north", "api_key": key})
    assert list(new.api.every("/messages")) == [] and list(new.api.every("/contacts")) == []
    # From the moment on, which every process knows beforehand, what people write is the new tenant's.
    since = instance.sql(instance.databases()["control"], f"SELECT extract(epoch FROM since) FROM channel_routes WHERE address = '{own.number}'")
    eventually(lambda: time.time() > float(since[0]) + 1, "the moment of the change")
    other_handset, other_contact = new.talk()
    new.state(new.send({"contact_id": other_contact}, "die neuen")["id"], "delivered")
    assert [m["text"]["body"] for m in own.api.every("/messages?direction=outbound")] == ["noch die alten"]
    assert own.send({"contact_id": contact}, "nicht mehr", expect=403)["refusal"]["code"] == "channel_disconnected"
    assert instance.admin.get(f"/tenants/{other}/channels/{come['id']}/health")["state"] == "healthy"
