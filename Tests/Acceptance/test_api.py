"""Who may call, what is refused and how it is told."""

import uuid

import pytest
import requests

from obhut import eventually, new_id, new_number


@pytest.fixture
def fresh(instance):
    """A tenant of the test's own, with agreement and channel, and its admin path."""
    own = instance.new_tenant()
    return own, f"/tenants/{own.id}", own.facts["agreement_id"]


def key(instance, path, scopes, **more):
    return instance.admin.post(path + "/api-keys", {"label": "test", "scopes": scopes, **more}, expect=201)


ADMIN_ROUTES = [
    ("GET", "/tenants"), ("POST", "/tenants"), ("GET", "/tenants/{t}"), ("PATCH", "/tenants/{t}"), ("GET", "/tenants/{t}/readiness"), ("POST", "/tenants/{t}/termination"),
    ("GET", "/tenants/{t}/region"), ("POST", "/tenants/{t}/region"), ("POST", "/tenants/{t}/region/cancel"), ("GET", "/tenants/{t}/region/certificate"),
    ("POST", "/tenants/{t}/erasure"), ("GET", "/tenants/{t}/erasure-certificate"), ("GET", "/tenants/{t}/export"),
    ("GET", "/tenants/{t}/agreements"),
    ("POST", "/tenants/{t}/agreements"), ("PATCH", "/tenants/{t}/agreements/{x}"), ("GET", "/tenants/{t}/channels"),
    ("POST", "/tenants/{t}/channels"), ("GET", "/tenants/{t}/channels/{x}"), ("PATCH", "/tenants/{t}/channels/{x}"),
    ("GET", "/tenants/{t}/channels/{x}/health"),
    ("POST", "/tenants/{t}/channels/{x}/disconnect"), ("POST", "/tenants/{t}/channels/{x}/move"),
    ("POST", "/tenants/{t}/channels/{x}/start"),
    ("GET", "/tenants/{t}/api-keys"), ("POST", "/tenants/{t}/api-keys"), ("GET", "/tenants/{t}/api-keys/{x}"),
    ("PATCH", "/tenants/{t}/api-keys/{x}"), ("POST", "/tenants/{t}/api-keys/{x}/rotate"), ("DELETE", "/tenants/{t}/api-keys/{x}"),
    ("GET", "/tenants/{t}/dead-letters"), ("POST", "/tenants/{t}/dead-letters/{x}/retry"), ("GET", "/regions"), ("GET", "/plugins"),
    ("GET", "/unroutable-events"),
    ("GET", "/audit/chains"), ("GET", "/audit/seals"), ("GET", "/audit/control/entries"), ("GET", "/audit/control/verification"),
]
TENANT_ROUTES = [
    ("POST", "/messages", "messages:write"), ("GET", "/messages", "messages:read"), ("GET", "/messages/{x}", "messages:read"),
    ("POST", "/messages/{x}/retry", "messages:write"), ("GET", "/conversations", "messages:read"),
    ("GET", "/conversations/{x}", "messages:read"), ("GET", "/conversations/{x}/messages", "messages:read"),
    ("GET", "/events", "messages:read"), ("GET", "/channels", "messages:read"), ("GET", "/contacts", "contacts:read"),
    ("GET", "/contacts/{x}", "contacts:read"), ("GET", "/contacts/{x}/consents", "consents:read"), ("POST", "/consents", "consents:write"),
    ("GET", "/contacts/{x}/consent-links", "consents:write"), ("GET", "/contacts/{x}/consent-record", "consent_evidence:read"),
    ("GET", "/contacts/{x}/consent-proof", "consent_evidence:read"), ("GET", "/consent-records", "consent_evidence:read"),
    ("GET", "/audit", "audit:read"), ("GET", "/export", "export:read"),
]
SCOPES = ["messages:read", "messages:write", "contacts:read", "consents:read", "consents:write", "consent_evidence:read", "audit:read", "export:read"]


@pytest.mark.parametrize(("method", "path"), ADMIN_ROUTES)
def test_admin_routes_are_for_staff_only(instance, tenant, method, path):
    path = path.format(t=tenant.id, x=uuid.uuid4())
    token = instance.ready["admin_token"]
    for wrong in ["", "x", tenant.facts["api_key"], token[:-1] + ("a" if token[-1] != "a" else "b")]:
        headers = {"Authorization": f"Bearer {wrong}"} if wrong else {}
        answer = requests.request(method, instance.admin.base + path, headers=headers, json={}, timeout=10)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), wrong
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path", "scope"), TENANT_ROUTES)
def test_tenant_routes_need_a_key_with_the_scope(instance, tenant, scoped_keys, method, path, scope):
    url = tenant.api.base + path.format(x=uuid.uuid4())
    for wrong in [None, "nonsense", instance.ready["admin_token"], tenant.facts["api_key"][:-1]]:
        headers = {"Authorization": f"Bearer {wrong}"} if wrong else {}
        assert requests.request(method, url, headers=headers, json={}, timeout=10).status_code == 401
    for held in SCOPES:
        answer = requests.request(method, url, headers={"Authorization": f"Bearer {scoped_keys[held]}"}, json={}, timeout=10)
        assert (answer.status_code == 403) == (held != scope), (held, answer.status_code, answer.text)


@pytest.fixture(scope="module")
def scoped_keys(instance):
    path = f"/tenants/{instance.tenants[0].id}"
    return {scope: key(instance, path, [scope])["token"] for scope in SCOPES}


def test_a_key_is_shown_once_and_revoked_at_once(instance, fresh):
    _, path, _ = fresh
    issued = key(instance, path, ["messages:read"])
    assert issued["token"].startswith("obk_")
    listed = instance.admin.get(path + "/api-keys")["data"]
    assert listed[-1]["id"] == issued["id"] and "token" not in listed[-1]
    url, bearer = instance.ready["base_url"] + "/api/v1/messages", {"Authorization": f"Bearer {issued['token']}"}
    assert requests.get(url, headers=bearer, timeout=10).status_code == 200
    assert instance.admin.call("DELETE", f"{path}/api-keys/{issued['id']}").status_code == 204
    assert requests.get(url, headers=bearer, timeout=10).status_code == 401
    instance.admin.post(path + "/api-keys", {"label": "x", "scopes": ["messages:read"], "expires_at": "2020-01-01T00:00:00Z"}, expect=422)


def test_suspending_stops_sending_at_once(instance, tenant):
    _, contact = tenant.talk()
    path = f"/tenants/{tenant.id}"
    agreement = next(a for a in instance.admin.get(path + "/agreements")["data"] if a["state"] == "in_force")
    try:
        instance.admin.patch(path, {"state": "suspended", "reason": "test"})
        assert tenant.send({"contact_id": contact}, "x", expect=403)["refusal"]["code"] == "tenant_not_active"
        instance.admin.patch(path, {"state": "active"})
        instance.admin.patch(f"{path}/agreements/{agreement['id']}", {"state": "suspended"})
        assert tenant.send({"contact_id": contact}, "x", expect=403)["refusal"]["code"] == "agreement_suspended"
    finally:
        # The agreement first: nothing may be missing when a tenant becomes active.
        instance.admin.patch(f"{path}/agreements/{agreement['id']}", {"state": "in_force"})
        instance.admin.patch(path, {"state": "active"})
    tenant.state(tenant.send({"contact_id": contact}, "wieder")["id"], "delivered")


def test_without_an_agreement_nothing_is_sent(instance):
    admin = instance.admin
    created = admin.post("/tenants", {"name": "Ohne Vertrag", "region": "eu-north"}, expect=201)
    path = f"/tenants/{created['id']}"
    number = new_number()
    instance.meta_knows(number, "9" + number, "t" + number, "s")
    channel = admin.post(path + "/channels", {
        "plugin": "whatsapp-cloud", "configuration": {"phone_number_id": number, "business_account_id": "9" + number, "pin": "000123",
                                                      "access_token": "t" + number, "base_url": instance.ready["sandbox_url"]},
        "ingress": {"app_secret": "s", "verify_token": "v"}}, expect=201)
    assert channel["address"] == number and "/ingress/whatsapp-cloud/" in channel["ingress_url"]
    token = key(instance, path, SCOPES)["token"]
    api = instance.tenants[0].api.__class__(instance.ready["base_url"] + "/api/v1", token)
    refused = api.post("/messages", {"to": {"phone": new_number()}, "text": {"body": "x"}}, expect=403)
    assert refused["refusal"]["code"] == "tenant_not_active"
    lacking = {e["path"] for e in admin.patch(path, {"state": "onboarding"}) and admin.patch(path, {"state": "active"}, expect=409)["errors"]}
    assert lacking == {"controller_details", "agreement_in_force"}
    again = admin.call("POST", path + "/channels", {
        "plugin": "whatsapp-cloud", "configuration": {"phone_number_id": number, "business_account_id": "8", "access_token": "t"},
        "ingress": {"app_secret": "s", "verify_token": "v"}})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_channel_health_tells_what_matters_for_data_protection(instance, tenant):
    report = instance.admin.get(f"/tenants/{tenant.id}/channels/{tenant.facts['channel_id']}/health")
    found = {f["name"]: f["state"] for f in report["findings"]}
    assert found["token"] == found["local_storage"] == found["contact_book"] == "healthy" and report["state"] == "healthy"


@pytest.mark.parametrize(("body", "status", "paths"), [
    (b"{", 400, None), (b"[]", 400, None), (b"\xff", 400, None), (b'{"a":' * 40 + b"1" + b"}" * 40, 400, None),
    (b'{"to":{"phone":"+4915100000000"},"text":{"body":"x"},"colour":"red","size":1}', 422, {"colour", "size"}),
    (b'{"text":{"body":"x"}}', 422, {"to"}), (b'{"to":{"phone":"12"},"text":{"body":"x"}}', 422, {"to.phone"}),
    (b'{"to":{"phone":"+4915100000000"},"text":{"body":""}}', 422, {"text.body"}),
    (b'{"to":{"phone":"+4915100000000"},"type":"dance","dance":{}}', 422, {"type"}),
    (b'{"to":{"phone":"+4915100000000"},"purpose":"Not A Word","text":{"body":"x"}}', 422, {"purpose"}),
    (b'{"to":{"phone":5},"text":{"body":"x"}}', 422, {"to.phone"}),
    (b'{"to":{"id":"00000000-0000-0000-0000-000000000000"},"text":{"body":"x"}}', 422, {"to"}),
    (b'{"to":{"phone":"+4915100000000"},"text":{"body":"x","preview_url":"yes"}}', 422, {"text.preview_url"}),
    (b'{"to":{"phone":"+4915100000000"},"text":{"body":"x","preview_url":null}}', 422, {"text.preview_url"}),
    (b'{"to":{"phone":"+4915100000000"},"text":{"body":"x"},"context":{"message_id":"x"}}', 422, {"context.message_id"}),
    (b'{"to":{"phone":"+4915100000000"},"text":{"body":"x"},"context":"x"}', 422, {"context.message_id"}),
    (b'{"to":{"phone":"+4915100000000"},"text":{"body":"x"},"context":{"message_id":"00000000-0000-0000-0000-000000000000","a":1}}',
     422, {"context.a"}),
])
def test_bad_requests_are_told_what_is_wrong(tenant, body, status, paths):
    answer = tenant.api.call("POST", "/messages", data=body)
    problem = answer.json()
    assert answer.status_code == status and answer.headers["Content-Type"] == "application/problem+json", answer.text
    assert problem["code"] == "invalid_request" and problem["title"] and problem["detail"]
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    if paths:
        assert {e["path"] for e in problem["errors"]} == paths


def test_limits(tenant):
    assert tenant.api.call("POST", "/messages", data=b" " * (1024 * 1024 + 1)).status_code == 413
    _, contact = tenant.talk()
    assert tenant.send({"contact_id": contact}, "ü" * 4096)["state"] == "accepted"
    assert tenant.send({"contact_id": contact}, "ü" * 4097, expect=422)["errors"][0]["path"] == "text.body"
    for query in ["limit=0", "limit=201", "limit=x", "cursor=%20", "cursor=abc", "direction=up", "state=lost"]:
        assert tenant.api.call("GET", f"/messages?{query}").status_code == 422, query
    assert tenant.api.call("GET", "/messages", headers={"X-Request-Id": "mine-1"}).headers["X-Request-Id"] == "mine-1"
    assert tenant.api.call("GET", "/messages", headers={"X-Request-Id": "no\tway"}).headers["X-Request-Id"] != "no\tway"
    bad_key = tenant.api.call("POST", "/messages", {"to": {"contact_id": contact}, "text": {"body": "x"}}, headers={"Idempotency-Key": "a b"})
    assert bad_key.status_code == 422
    assert tenant.api.call("GET", "/nowhere").status_code == 404


def test_pages_are_whole_and_in_order(tenant):
    contact = None
    for n in range(7):
        _, contact = tenant.talk(consent=False)
    seen, cursor = [], None
    while True:
        page = tenant.api.get("/contacts?limit=3" + (f"&cursor={requests.utils.quote(cursor, safe='')}" if cursor else ""))
        assert len(page["data"]) <= 3
        seen += [c["id"] for c in page["data"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) and seen == sorted(seen) and contact in seen


@pytest.mark.parametrize(("change", "path"), [
    ({"purpose": "Bad Word"}, "purpose"), ({"state": "maybe"}, "state"), ({"occurred_at": "yesterday"}, "occurred_at"),
    ({"occurred_at": "2099-01-01T00:00:00Z"}, "occurred_at"), ({"evidence": {"method": "rumour"}}, "evidence.method"),
    ({"evidence": {"method": "paper"}}, "evidence.text"), ({"evidence": {"method": "paper", "text": "Ja."}}, "evidence.reference"), ({"evidnce": {}}, "evidnce"), ({"contact": {"phone": "x"}}, "phone"),
    ({"contact": {}}, "contact"), ({"contact": {"contact_id": str(uuid.uuid4())}}, "contact"),
    ({"source": "hearsay"}, "source"), ({"source": 1}, "source"), ({"channel_id": str(uuid.uuid4())}, "channel_id"),
])
def test_a_declared_consent_needs_evidence(tenant, change, path):
    body = {"contact": {"phone": new_number()}, "purpose": "service", "state": "granted", "occurred_at": "2026-01-01T00:00:00Z",
            "evidence": {"method": "web_form", "text": "Ich stimme zu."}, **change}
    answer = tenant.api.call("POST", "/consents", body)
    assert answer.status_code == 422 and [e["path"] for e in answer.json()["errors"]] == [path], answer.text


def test_null_means_the_same_as_missing(tenant):
    handset, _ = tenant.talk(consent=False)
    body = {"contact": {"phone": handset}, "purpose": "service", "state": "granted", "occurred_at": "2026-01-01T00:00:00Z",
            "evidence": {"method": "web_form", "text": "Ich stimme zu."}, "source": None, "channel_id": None}
    contact = tenant.api.post("/consents", body, expect=201)["contact_id"]
    tenant.api.post("/messages", {"to": {"contact_id": contact}, "text": {"body": "x"}, "channel_id": None,
                                  "purpose": None, "type": None, "context": None})


def test_health_and_metrics(instance):
    base = instance.ready["base_url"]
    assert requests.get(base + "/healthz", timeout=5).text == "ok\n"
    ready = requests.get(base + "/readyz", timeout=5).json()
    assert ready["ready"] and {c["name"] for c in ready["checks"]} == {"control", "eu-central-1", "eu-north-1"}
    assert requests.get(base + "/metrics", timeout=5).status_code == 401
    text = instance.admin.session.get(base + "/metrics", headers={"Authorization": f"Bearer {instance.ready['admin_token']}"}).text
    assert "# TYPE postgres_query_duration" in text
