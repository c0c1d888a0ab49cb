"""Every route with every role and with none, with a key of another tenant, one that ended and one that was revoked."""

import datetime
import itertools
import re
import uuid

import pytest
import requests

NOTHING = "00000000-0000-7000-8000-000000000000"
# What goes for the other names in a path; none of them is there.
NAMES = {"plugin": "whatsapp-cloud", "version": "v23.0", "number": "999999999999999", "region": "nowhere", "chain": NOTHING,
         "link": "none.none", "name": "nowhere", "n": "1", "purpose": "none", "setup_version": "1"}
MEMBERS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def operations(instance):
    """Method, path with ids that do not exist, who may call it, the template."""
    document = requests.get(instance.ready["base_url"] + "/openapi.json", timeout=10).json()
    found = []
    for template, item in document["paths"].items():
        for method in MEMBERS & set(item):
            path = re.sub(r"\{(\w+)\}", lambda match: NAMES.get(match[1], NOTHING), template)
            found.append((method.upper(), path, item[method]["x-obhut-access"], template))
    assert len(found) > 50
    return sorted(found, key=lambda entry: entry[:2])


@pytest.fixture(scope="module")
def matrix(instance):
    return {entry["role"]: set(entry["permissions"]) for entry in instance.admin.get("/roles")["data"]}


def new_member(instance, *roles):
    name = uuid.uuid4().hex[:12]
    return instance.admin.post("/staff", {"email": f"{name}@provider.example", "name": name, "roles": list(roles)}, expect=201)


def new_token(instance, member, **more):
    return instance.admin.post(f"/staff/{member['id']}/tokens", {"label": "test", **more}, expect=201)


@pytest.fixture(scope="module")
def tokens(instance, matrix):
    """A token a role, each of a member of its own."""
    return {role: new_token(instance, new_member(instance, role)) for role in matrix}


def ask(instance, method, path, token):
    """The status. A body that no route takes whole, so that what is allowed does no harm."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = {"json": {"there_is_no_such_field": True}} if method in ("POST", "PUT", "PATCH") else {}
    answer = requests.request(method, instance.ready["base_url"] + path, headers=headers, timeout=30, **body)
    return answer.status_code


def refusals(instance):
    control = instance.databases()["control"]
    return int(instance.sql(control, "SELECT count(*) FROM audit_entries WHERE action = 'access.refused'")[0])


def test_every_route_answers_every_role_as_the_matrix_says(instance, operations, matrix, tokens):
    staff = [entry for entry in operations if entry[2]["caller"] in ("staff", "watcher")]
    before, forbidden, wrong = refusals(instance), 0, []
    for (method, path, access, template), role in itertools.product(staff, matrix):
        # One's own sessions and tokens are not touched by ids that do not exist.
        status = ask(instance, method, path, tokens[role]["token"])
        expected = access["permission"] not in matrix[role]
        forbidden += expected
        if (status == 403) != expected or status in (401, 405) or status >= 500:
            wrong.append(f"{method} {template} as {role}: {status}")
    assert not wrong, "\n".join(wrong)
    print(f"{len(staff)} routes x {len(matrix)} roles = {len(staff) * len(matrix)} combinations, {forbidden} refused")
    assert forbidden > 50
    assert refusals(instance) == before + forbidden, "each refusal stands in the trail"


def test_a_refusal_names_route_and_member_and_nothing_that_was_typed(instance, tokens):
    token = tokens["auditor"]["token"]
    assert ask(instance, "POST", "/admin/v1/tenants", token) == 403
    account = requests.get(instance.ready["base_url"] + "/admin/v1/account", headers={"Authorization": f"Bearer {token}"}, timeout=10).json()
    control = instance.databases()["control"]
    entry = instance.sql(control, "SELECT entry FROM audit_entries WHERE action = 'access.refused' AND chain = 'control' ORDER BY sequence DESC LIMIT 1")[0]
    assert "POST /admin/v1/tenants" in entry and account["id"] in entry and account["email"] not in entry


def test_a_member_with_two_roles_may_do_what_either_may(instance, operations, matrix):
    token = new_token(instance, new_member(instance, "support", "auditor"))["token"]
    for method, path, access, template in operations:
        if access["caller"] == "staff":
            expected = access["permission"] not in matrix["support"] | matrix["auditor"]
            assert (ask(instance, method, path, token) == 403) == expected, f"{method} {template}"


def test_without_a_key_that_is_in_force_nothing_opens(instance, operations, tokens):
    """None at all, nonsense, one that ended, one that was revoked, and one of the other kind."""
    member = new_member(instance, "owner")
    expired, revoked = new_token(instance, member), new_token(instance, member)
    instance.sql(instance.databases()["control"], f"UPDATE admin_tokens SET expires_at = now() WHERE admin_token_id = '{expired['id']}'")
    instance.admin.call("DELETE", f"/staff/{member['id']}/tokens/{revoked['id']}")
    disabled = new_member(instance, "owner")
    of_disabled = new_token(instance, disabled)
    instance.admin.patch(f"/staff/{disabled['id']}", {"state": "disabled"})

    tenant = instance.new_tenant()
    path = f"/tenants/{tenant.facts['tenant_id']}/api-keys"
    keys = [instance.admin.post(path, {"label": "x", "scopes": ["messages:read", "messages:write", "contacts:read", "consents:read",
                                                               "consents:write"]}, expect=201) for _ in range(2)]
    instance.sql(instance.databases()["control"], f"UPDATE api_keys SET expires_at = now() WHERE api_key_id = '{keys[0]['id']}'")
    assert instance.admin.call("DELETE", f"{path}/{keys[1]['id']}").status_code == 204

    never = [None, "nonsense", expired["token"], revoked["token"], of_disabled["token"], keys[0]["token"]]
    tried, wrong = 0, []
    for method, path, access, template in operations:
        if access["caller"] in ("staff", "watcher"):
            shown = never + [tenant.facts["api_key"]]
        elif access["caller"] == "tenant":
            shown = never + [tokens["owner"]["token"]]
        else:
            continue
        for index, token in enumerate(shown):
            tried += 1
            status = ask(instance, method, path, token)
            if status != 401:
                wrong.append(f"{method} {template} with key {index}: {status}")
    assert not wrong, "\n".join(wrong)
    print(f"{tried} combinations of route and key, all 401")


def test_a_tenants_key_opens_what_its_scopes_say_and_nothing_of_another_tenant(instance, operations):
    one, other = instance.new_tenant(), instance.new_tenant()
    scopes = ["messages:read", "messages:write", "contacts:read", "consents:read", "consents:write", "consent_evidence:read", "consent_terms:read", "consent_terms:write"]
    path = f"/tenants/{one.facts['tenant_id']}/api-keys"
    tried = 0
    for scope in scopes:
        key = instance.admin.post(path, {"label": scope, "scopes": [scope]}, expect=201)["token"]
        for method, route, access, template in operations:
            if access["caller"] != "tenant" or template.startswith("/{"):
                continue
            tried += 1
            status = ask(instance, method, route, key)
            assert (status == 403) == (access["scope"] != scope), f"{method} {template} with {scope}: {status}"
    print(f"{tried} combinations of route and scope")
    # Another tenant's number, in Meta's shape: as if it were not there.
    foreign = f"/v23.0/{other.facts['phone_number_id']}/messages"
    mine = f"/v23.0/{one.facts['phone_number_id']}/messages"
    body = {"messaging_product": "whatsapp", "to": "491701234567", "type": "text", "text": {"body": "x"}}
    answers = [requests.post(instance.ready["base_url"] + route, json=body, headers={"Authorization": f"Bearer {one.facts['api_key']}"}, timeout=10)
               for route in (foreign, mine)]
    assert answers[0].status_code in (400, 404) and "does not exist" in answers[0].text and "does not exist" not in answers[1].text


def test_disabling_and_the_last_owner_over_http(instance):
    member = new_member(instance, "support")
    url = f"/staff/{member['id']}"
    answer = instance.admin.call("GET", url)
    assert answer.headers["ETag"] == '"r1"'
    changed = instance.admin.call("PATCH", url, {"roles": ["support", "auditor"]}, headers={"If-Match": '"r1"'})
    assert changed.status_code == 200 and changed.json()["roles"] == ["auditor", "support"] and changed.headers["ETag"] == '"r2"'
    assert instance.admin.call("PATCH", url, {"state": "disabled"}, headers={"If-Match": '"r1"'}).status_code == 412
    assert instance.admin.call("PATCH", url, {"roles": ["king"]}).status_code == 422


def test_ones_own_account(instance, tokens, matrix):
    token = tokens["support"]["token"]

    def own(method, path, body=None):
        return instance.admin.call(method, "/account" + path, body, token=token)

    account = own("GET", "").json()
    assert account["roles"] == ["support"] and set(account["permissions"]) == matrix["support"]
    far = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=366)).isoformat()
    assert own("POST", "/tokens", {"label": "x", "expires_at": far}).status_code == 422
    issued = own("POST", "/tokens", {"label": "laptop"}).json()
    assert [entry["label"] for entry in own("GET", "/tokens").json()["data"]] == ["test", "laptop"]
    assert own("DELETE", f"/tokens/{issued['id']}").status_code == 204
    others = tokens["owner"]["id"]
    assert own("DELETE", f"/tokens/{others}").status_code == 404, "another's token is none of mine"
    assert own("GET", "/sessions").json()["data"] == []
