"""Requests that come again, things that two people change, keys that are rotated or kept to addresses, and how often callers may come."""

import concurrent.futures
import re
import time

import pytest
import requests

from obhut import eventually, new_id, new_number
from serving import served


@pytest.fixture
def path(instance):
    return f"/tenants/{instance.admin.post('/tenants', {'name': 'Repeating', 'region': 'eu-central'}, expect=201)['id']}"


def issue(instance, path, **more):
    return instance.admin.post(path + "/api-keys", {"label": "CRM", "scopes": ["messages:read"], **more}, expect=201)


def works(instance, token, base=None, headers=None):
    answer = requests.get((base or instance.ready["base_url"]) + "/api/v1/channels", timeout=10,
                          headers={"Authorization": f"Bearer {token}", **(headers or {})})
    return answer.status_code


# --- Idempotency-Key

def test_what_is_made_under_a_key_is_made_once(instance, path):
    key, body = {"Idempotency-Key": new_id()}, {"label": "once", "scopes": ["messages:read"]}
    first = instance.admin.call("POST", path + "/api-keys", body, headers=key)
    again = instance.admin.call("POST", path + "/api-keys", body, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content and again.headers["ETag"] == first.headers["ETag"], "the token too is shown again"
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    other = instance.admin.call("POST", path + "/api-keys", {**body, "label": "twice"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(instance.admin.get(path + "/api-keys")["data"]) == 1
    assert first.json()["token"][12:] not in instance.dump(instance.databases()["control"]).decode()


def test_a_member_of_staff_and_a_token_are_made_once(instance):
    body = {"email": f"{new_id()[6:18].lower()}@provider.example", "name": "Einmal", "roles": ["auditor"]}
    key = {"Idempotency-Key": new_id()}
    first, again = (instance.admin.call("POST", "/staff", body, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201) and first.json() == again.json()
    tokens, key = f"/staff/{first.json()['id']}/tokens", {"Idempotency-Key": new_id()}
    first, again = (instance.admin.call("POST", tokens, {"label": "once"}, headers=key) for _ in range(2))
    assert first.json()["token"] == again.json()["token"] and len(instance.admin.get(tokens)["data"]) == 1


def test_a_tenant_is_changed_only_as_it_was_seen(instance, path):
    seen = instance.admin.call("GET", path).headers["ETag"]
    assert instance.admin.call("GET", path, headers={"If-None-Match": seen}).status_code == 304
    changed = instance.admin.call("PATCH", path, {"name": "Eins"}, headers={"If-Match": seen})
    assert changed.status_code == 200 and changed.headers["ETag"] != seen
    late = instance.admin.call("PATCH", path, {"name": "Zwei"}, headers={"If-Match": seen})
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed") and instance.admin.get(path)["name"] == "Eins"


def test_many_at_once_make_one(instance, path):
    key, body = {"Idempotency-Key": new_id()}, {"reference": "AVV-1", "signed_on": "2026-02-01"}

    def post(_):
        return requests.post(instance.admin.base + path + "/agreements", json=body, timeout=30,
                             headers={"Authorization": f"Bearer {instance.admin.token}", **key})

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(8)))
    assert {a.status_code for a in answers} <= {201, 409} and any(a.status_code == 201 for a in answers)
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["code"] == "idempotency_in_flight" and answer.headers["Retry-After"] == "1"
    assert len(instance.admin.get(path + "/agreements")["data"]) == 1
    assert post(0).headers["Idempotency-Replayed"] == "true"


def test_what_was_refused_can_be_mended_under_its_key(instance, path):
    key = {"Idempotency-Key": new_id()}
    assert instance.admin.call("POST", path + "/api-keys", {"label": "x", "scopes": []}, headers=key).status_code == 422
    assert instance.admin.call("POST", path + "/api-keys", {"label": "x", "scopes": ["messages:read"]}, headers=key).status_code == 201


def test_a_key_that_is_none_is_refused(instance, path):
    for wrong in ["a b", "x" * 256]:
        answer = instance.admin.call("POST", path + "/api-keys", {"label": "x", "scopes": ["messages:read"]},
                                     headers={"Idempotency-Key": wrong})
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "Idempotency-Key")


def test_a_consent_is_recorded_once(instance):
    tenant = instance.new_tenant()
    key, number = {"Idempotency-Key": new_id()}, new_number()
    body = {"contact": {"phone": number}, "purpose": "news", "state": "granted", "occurred_at": "2026-03-01T12:00:00Z",
            "evidence": {"method": "web_form", "text": "Ja.", "language": "de"}}
    first = tenant.api.call("POST", "/consents", body, headers=key)
    tenant.api.post("/consents", {**body, "state": "withdrawn", "occurred_at": "2026-03-02T12:00:00Z"}, expect=201)
    again = tenant.api.call("POST", "/consents", body, headers=key)
    assert (first.status_code, again.status_code) == (201, 201) and again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    standing = tenant.api.get(f"/contacts/{first.json()['contact_id']}/consents")["data"]
    assert [c["state"] for c in standing] == ["withdrawn"]
    changed = tenant.api.call("POST", "/consents", {**body, "purpose": "other"}, headers=key)
    assert (changed.status_code, changed.json()["code"]) == (422, "idempotency_key_reused")


# --- ETag

def test_the_second_of_two_who_change_a_key_is_told(instance, path):
    key = issue(instance, path)
    url = f"{path}/api-keys/{key['id']}"
    seen = instance.admin.call("GET", url)
    tag = seen.headers["ETag"]
    assert tag == f'"r{seen.json()["revision"]}"' and seen.headers["Cache-Control"] == "no-store"
    unchanged = instance.admin.call("GET", url, headers={"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.content, unchanged.headers["ETag"]) == (304, b"", tag)
    first = instance.admin.call("PATCH", url, {"label": "mine"}, headers={"If-Match": tag})
    assert first.status_code == 200 and first.headers["ETag"] != tag
    for method, body in [("PATCH", {"label": "yours"}), ("DELETE", None)]:
        late = instance.admin.call(method, url, body, headers={"If-Match": tag})
        assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    assert instance.admin.get(url)["label"] == "mine" and works(instance, key["token"]) == 200
    assert instance.admin.call("DELETE", url, headers={"If-Match": first.headers["ETag"]}).status_code == 204
    wrong = instance.admin.call("PATCH", url, {"label": "x"}, headers={"If-Match": "r1"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid_request")


def test_the_second_of_two_who_change_a_channel_is_told(instance):
    tenant = instance.new_tenant()
    url = f"/tenants/{tenant.id}/channels/{tenant.facts['channel_id']}"
    tag = instance.admin.call("GET", url).headers["ETag"]
    change = {"configuration": {"display_phone_number": "+49 30 1"}}
    assert instance.admin.call("PATCH", url, change, headers={"If-Match": tag}).status_code == 200
    assert instance.admin.call("PATCH", url, change, headers={"If-Match": tag}).status_code == 412


# --- Keys

def test_a_key_is_replaced_without_a_gap(instance, path):
    old = issue(instance, path)
    new = instance.admin.post(f"{path}/api-keys/{old['id']}/rotate", {"overlap_hours": 1}, expect=201)
    assert new["replaces"] == old["id"] and new["scopes"] == old["scopes"] and new["token"] != old["token"]
    former = instance.admin.get(f"{path}/api-keys/{old['id']}")
    assert former["replaced_by"] == new["id"] and former["expires_at"] and "token" not in former
    assert (works(instance, old["token"]), works(instance, new["token"])) == (200, 200)
    instance.admin.post(f"{path}/api-keys/{old['id']}/rotate", {"overlap_hours": 1}, expect=409)
    last = instance.admin.post(f"{path}/api-keys/{new['id']}/rotate", {"overlap_hours": 0}, expect=201)
    assert (works(instance, new["token"]), works(instance, last["token"])) == (401, 200)
    for wrong in [{}, {"overlap_hours": 721}, {"overlap_hours": -1}, {"overlap_hours": "1"}, {"overlap_hours": 1.5}]:
        instance.admin.post(f"{path}/api-keys/{last['id']}/rotate", wrong, expect=422)


def test_a_token_has_the_form_that_scanners_look_for(instance, path):
    form = re.compile(r"\bob[ka]_[0-9A-Za-z]{49}\b")
    for token in [issue(instance, path)["token"], instance.admin.token]:
        assert form.search(f'key = "{token}"').group() == token


def test_a_key_is_taken_from_its_addresses_only(instance, path):
    key = issue(instance, path, allowed_addresses=["192.0.2.0/24", "2001:db8::/32"])
    assert key["allowed_addresses"] == ["192.0.2.0/24", "2001:db8::/32"]
    refused = requests.get(instance.ready["base_url"] + "/api/v1/channels", headers={"Authorization": f"Bearer {key['token']}"},
                           timeout=10)
    assert (refused.status_code, refused.json()["code"]) == (403, "address_not_allowed")
    trail = instance.sql(instance.databases()["control"],
                         f"SELECT entry::jsonb #>> '{{after,code}}' FROM audit_entries WHERE principal_id = '{key['id']}' "
                         "AND action = 'access.refused'")
    assert trail == ["address_not_allowed"]
    # A header from somebody who is no proxy of ours counts for nothing.
    assert works(instance, key["token"], headers={"X-Forwarded-For": "192.0.2.1"}) == 403
    with served(instance, http_trusted_proxies="127.0.0.0/8") as base:
        for hops, status in [("192.0.2.1", 200), ("[2001:db8::7]:80", 200), ("192.0.2.1, 198.51.100.1", 403),
                             ("198.51.100.1, 192.0.2.1", 200), ("198.51.100.1, 192.0.2.1, 127.0.0.2", 200), ("unknown", 403)]:
            assert works(instance, key["token"], base, {"X-Forwarded-For": hops}) == status, hops
        assert works(instance, key["token"], base, {"Forwarded": 'for="192.0.2.9:1"'}) == 200
        assert works(instance, key["token"], base) == 403
    instance.admin.patch(f"{path}/api-keys/{key['id']}", {"allowed_addresses": ["127.0.0.1"]})
    assert works(instance, key["token"]) == 200
    instance.admin.patch(f"{path}/api-keys/{key['id']}", {"allowed_addresses": []})
    for wrong in [["192.0.2.0/33"], ["192.0.2"], ["example.org"], [""], [7], "192.0.2.1", ["192.0.2.1"] * 51]:
        instance.admin.patch(f"{path}/api-keys/{key['id']}", {"allowed_addresses": wrong}, expect=422)


# --- How often

def burst(url, token, count=12, **headers):
    sent = {"Authorization": f"Bearer {token}", **headers} if token else headers
    session = requests.Session()
    return [session.get(url, headers=sent, timeout=10) for _ in range(count)]


def test_callers_may_come_so_often(instance, tenant, other, path):
    with served(instance, limits_tenant_requests_per_second=2, limits_staff_requests_per_second=2,
                limits_anonymous_requests_per_second=2) as base:
        channels, tenants = base + "/api/v1/channels", base + "/admin/v1/regions"
        for name, answers in [("tenant", burst(channels, tenant.api.token)), ("staff", burst(tenants, instance.admin.token)),
                              ("anonymous", burst(channels, "obk_none"))]:
            passed = [a for a in answers if a.status_code != 429]
            late = [a for a in answers if a.status_code == 429]
            assert len(passed) >= 4 and late, f"{name}: {[a.status_code for a in answers]}"
            assert passed[0].headers["RateLimit-Policy"] == f'"{name}";q=4;w=2'
            assert re.fullmatch(rf'"{name}";r=3;t=\d', passed[0].headers["RateLimit"]) or name == "anonymous"
            problem = late[0].json()
            assert problem["code"] == "rate_limited" and problem["type"].endswith("/docs/problems#rate_limited")
            assert int(late[0].headers["Retry-After"]) >= 1 and late[0].headers["RateLimit"].startswith(f'"{name}";r=0;t=')
        # Another's budget is its own, and so is a key's that comes from an address whose strangers came too often.
        assert works(instance, other.api.token, base) == 200
        # In Meta's shape it is Meta's error.
        message = requests.post(f"{base}/v23.0/{tenant.number}/messages", json={}, timeout=10,
                                headers={"Authorization": f"Bearer {tenant.api.token}"})
        while message.status_code != 429:
            message = requests.post(f"{base}/v23.0/{tenant.number}/messages", json={}, timeout=10,
                                    headers={"Authorization": f"Bearer {tenant.api.token}"})
        assert message.json()["error"]["code"] == 130429 and message.headers["Retry-After"]
        # Nor are a load balancer, which may share its address with them, and what messengers post.
        assert {a.status_code for a in burst(base + "/healthz", None) + burst(base + "/readyz", None)} == {200}
        assert {a.status_code for a in burst(base + "/ingress/whatsapp-cloud/none", None)} == {404}
        time.sleep(1)
        eventually(lambda: works(instance, tenant.api.token, base) == 200, "a permit that has run in", seconds=5)


def test_without_a_limit_nothing_is_told_of_one(instance, tenant):
    answers = burst(instance.ready["base_url"] + "/api/v1/channels", tenant.api.token, count=30)
    assert {a.status_code for a in answers} == {200} and "RateLimit" not in answers[0].headers


# --- What is asked for

def test_a_query_parameter_that_is_not_known_is_named(instance, tenant):
    answer = tenant.api.call("GET", "/messages?directoin=inbound")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["path"] == "directoin" and "direction" in answer.json()["errors"][0]["problem"]
    assert tenant.api.call("GET", "/messages?limit=1&limit=2").status_code == 422
    assert requests.get(instance.ready["base_url"] + "/healthz?x=1", timeout=10).status_code == 422


def test_a_cursor_fits_its_own_listing(instance):
    tenant = instance.new_tenant()
    for number in range(3):
        tenant.talk()
    eventually(lambda: len(tenant.api.get("/messages")["data"]) == 3, "three messages")
    cursor = tenant.api.get("/messages?limit=1")["next_cursor"]
    assert re.fullmatch("[A-Za-z0-9_-]+", cursor), "it needs no percent-encoding"
    assert len(tenant.api.get(f"/messages?limit=5&cursor={cursor}")["data"]) == 2
    for listing in ["/messages?direction=inbound&", "/contacts?", "/conversations?", "/events?"]:
        answer = tenant.api.call("GET", f"{listing}cursor={cursor}")
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "cursor"), listing


def test_a_telephone_number_that_is_none_is_told_why(tenant):
    for number, reason in [("0151 23456789", "country code"), ("+49 151", "too short"), ("call me", "letters")]:
        answer = tenant.api.call("POST", "/messages", {"to": {"phone": number}, "text": {"body": "Hallo"}})
        assert answer.status_code == 422 and reason in answer.json()["errors"][0]["problem"], number


def test_what_no_route_reads_right_is_refused_early(instance, tenant):
    base, headers = instance.ready["base_url"], {"Authorization": f"Bearer {tenant.api.token}"}

    def status(path, **more):
        answer = requests.get(base + path, headers={**headers, **more}, timeout=10)
        return answer.status_code, answer.json()["code"]

    assert status("/api/v1/messages?state=%FF") == (400, "invalid_request")
    assert status("/api/v1/messages/%C3%28") == (400, "invalid_request")
    assert status("/api/v1/messages?cursor=" + "a" * 9000) == (414, "uri_too_long")
    assert status("/api/v1/messages", **{"X-Long": "a" * 40_000}) == (431, "headers_too_large")
    body = requests.post(base + "/api/v1/messages", data=b'{"to": "\xff"}', headers=headers, timeout=10)
    assert (body.status_code, body.json()["code"]) == (400, "invalid_request") and "UTF-8" in body.json()["detail"]


# --- The page

def test_the_reference_can_be_read_without_anything_from_elsewhere(instance):
    base = instance.ready["base_url"]
    page = requests.get(base + "/docs", timeout=10)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    loaded = re.findall(r'(?:src|href)="([^"#][^"]*)"', page.text)
    assert set(loaded) >= {"/docs/style.css"} and all(target.startswith("/docs") for target in loaded), loaded
    for target in set(loaded):
        assert requests.get(base + target.split("#")[0], timeout=10).status_code == 200, target
    problem = requests.get(base + "/nowhere", timeout=10).json()
    url, code = problem["type"].split("#")
    assert f'id="{code}"' in requests.get(url, timeout=10).text
