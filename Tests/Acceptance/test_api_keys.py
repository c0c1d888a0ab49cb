"""API keys under load: revoked at once, and noted as used without a write for each request."""

import threading
import time

import pytest
import requests

from obhut import eventually


@pytest.fixture
def issued(instance):
    """A key of a tenant of its own: its admin path, the key, the headers that carry it."""
    admin = instance.admin
    path = f"/tenants/{admin.post('/tenants', {'name': 'Keys', 'region': 'eu-central'}, expect=201)['id']}"
    key = admin.post(path + "/api-keys", {"label": "busy", "scopes": ["messages:read"]}, expect=201)
    return path, key, {"Authorization": f"Bearer {key['token']}"}


def test_a_key_that_is_in_use_all_the_time_is_refused_once_revoked(instance, issued):
    path, key, headers = issued
    url = instance.ready["base_url"] + "/api/v1/channels"
    answers, stopping = [], threading.Event()

    def call():
        session = requests.Session()
        while not stopping.is_set():
            started = time.monotonic()
            answers.append((started, session.get(url, headers=headers, timeout=10).status_code))

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(2.5)  # Long enough for what is remembered to be looked up anew under load.
    assert instance.admin.call("DELETE", f"{path}/api-keys/{key['id']}").status_code == 204
    revoked = time.monotonic()
    time.sleep(0.5)
    stopping.set()
    for thread in threads:
        thread.join()
    assert {status for started, status in answers if started < revoked - 1} == {200}
    assert {status for started, status in answers if started > revoked} == {401}


def test_use_is_noted_once_a_minute(instance, issued):
    path, key, headers = issued
    control = instance.databases()["control"]

    def used():
        requests.get(instance.ready["base_url"] + "/api/v1/channels", headers=headers, timeout=10).raise_for_status()
        return instance.admin.get(path + "/api-keys")["data"][0]["last_used_at"]

    first = used()
    assert first
    time.sleep(2.2)
    assert used() == first, "a key is noted as used at every look-up"
    instance.sql(control, f"UPDATE api_keys SET last_used_at = now() - interval '61 seconds' WHERE api_key_id = '{key['id']}'")
    eventually(lambda: used() > first, "the key noted as used again", seconds=5)
