"""HTTP itself: limits on size and time, wrong methods and paths, what every answer has."""

import http.client
import json
import re
import socket
import subprocess
import time
import uuid

import pytest
import requests

from obhut import new_number
from serving import command, served


@pytest.fixture(scope="module")
def hasty(instance):
    """A server that waits for nobody longer than a second or two."""
    with served(instance, http_idle_timeout_seconds=3, http_body_timeout_seconds=2) as base:
        yield base


class Wire:
    """A connection on which bytes are written as we like."""

    def __init__(self, base):
        host, port = base.removeprefix("http://").split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def write(self, text):
        self.socket.sendall(text.encode())

    def read(self):
        """All that comes until the server closes."""
        parts = []
        try:
            while part := self.socket.recv(65536):
                parts.append(part)
        except ConnectionResetError:
            pass
        return b"".join(parts).decode()

    def drip(self, seconds, byte="x"):
        """A byte now and then, for as long as the server takes them; how long that was."""
        started = time.monotonic()
        try:
            while time.monotonic() - started < seconds:
                self.write(byte)
                time.sleep(0.1)
        except OSError:
            pass
        return time.monotonic() - started


def head(path, tenant=None, method="POST", **headers):
    lines = [f"{method} {path} HTTP/1.1", "Host: obhut"]
    if tenant:
        lines.append(f"Authorization: Bearer {tenant.facts['api_key']}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines) + "\r\n\r\n"


# Time


def test_a_connection_on_which_nothing_happens_is_closed(hasty):
    for first in ["", "GET /heal"]:
        with Wire(hasty) as wire:
            wire.write(first)
            started = time.monotonic()
            assert wire.read() == ""
            assert 1 < time.monotonic() - started < 8


def test_a_connection_is_kept_between_requests_and_then_closed(hasty):
    with Wire(hasty) as wire:
        for _ in range(3):
            wire.write(head("/healthz", method="GET"))
            assert "ok" in wire.socket.recv(65536).decode()
            time.sleep(0.5)
        assert wire.read() == ""


def test_a_body_that_does_not_come_is_answered_408(hasty, tenant):
    with Wire(hasty) as wire:
        wire.write(head("/api/v1/messages", tenant, Content_Length=1000) + '{"to":')
        started = time.monotonic()
        answer = wire.read()
        assert 1 < time.monotonic() - started < 8
    status, body = answer.split("\r\n", 1)[0], json.loads(answer.split("\r\n\r\n", 1)[1])
    assert status == "HTTP/1.1 408 Request Timeout"
    assert (body["status"], body["code"]) == (408, "request_timeout") and body["remedy"] and body["request_id"]


@pytest.mark.parametrize("route", ["/api/v1/messages", "/v23.0/{number}/messages", "{ingress}", "/healthz", "/nowhere"])
def test_a_body_that_drips_in_holds_the_connection_no_longer(hasty, tenant, route):
    """Whether the route reads it or not."""
    path = route.format(number=tenant.number, ingress="/ingress/" + tenant.ingress.split("/ingress/")[1])
    with Wire(hasty) as wire:
        wire.write(head(path, tenant, method="GET" if route == "/healthz" else "POST", Content_Length=100_000))
        assert wire.drip(15) < 10, "the server still takes bytes"
        answer = wire.read()
    if route in ("/healthz", "/nowhere"):
        assert answer == "" or answer.startswith(("HTTP/1.1 200", "HTTP/1.1 404"))


def test_a_slow_but_honest_body_is_taken(hasty, tenant):
    _, contact = tenant.talk()
    body = json.dumps({"to": {"contact_id": contact}, "text": {"body": "langsam"}})
    with Wire(hasty) as wire:
        wire.write(head("/api/v1/messages", tenant, Content_Length=len(body), Connection="close"))
        for start in range(0, len(body), 20):
            wire.write(body[start:start + 20])
            time.sleep(0.05)
        assert wire.read().startswith("HTTP/1.1 200")


# Size


def test_an_unknown_ingress_is_told_before_its_body_is_taken(instance, tenant):
    known = "/ingress/" + tenant.ingress.split("/ingress/")[1]
    for path, expected in [(f"/ingress/whatsapp-cloud/{uuid.uuid4()}", "404"), ("/ingress/whatsapp-cloud/x", "404"), (known, None)]:
        with Wire(instance.ready["base_url"]) as wire:
            wire.write(head(path, Content_Length=3_000_000))
            wire.socket.settimeout(1.5)
            try:
                answer = wire.socket.recv(65536).decode()
            except TimeoutError:
                answer = ""
            assert answer.startswith(f"HTTP/1.1 {expected}") if expected else answer == "", (path, answer)


# Start


def test_a_busy_port_is_told_in_one_sentence(instance):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        started = time.monotonic()
        done = subprocess.run(command(instance, http_port=port), capture_output=True, text=True, timeout=40)
        assert done.returncode == 1, done.stderr
        assert done.stderr.splitlines()[-1] == f"Error: port {port} on 127.0.0.1 is in use; set http.port", done.stderr
        assert time.monotonic() - started < 10
    for host, words in [("192.0.2.1", "192.0.2.1 is no address of this machine; set http.host"),
                        ("no-such-host.invalid", "no-such-host.invalid is no address that can be listened on; set http.host")]:
        done = subprocess.run(command(instance, http_host=host), capture_output=True, text=True, timeout=40)
        assert done.returncode == 1 and words in done.stderr, done.stderr


# Methods and paths


@pytest.mark.parametrize(("method", "path", "allowed"), [
    ("DELETE", "/api/v1/messages", "GET, POST"), ("HEAD", "/api/v1/messages", "GET, POST"), ("OPTIONS", "/api/v1/contacts", "GET"),
    ("PUT", "/admin/v1/tenants/{id}", "GET, PATCH"), ("GET", "/admin/v1/tenants/{id}/channels/{id}/start", "POST"),
    ("POST", "/healthz", "GET"), ("HEAD", "/readyz", "GET"), ("DELETE", "/ingress/whatsapp-cloud/{id}", "GET, POST"),
    ("PROPFIND", "/api/v1/events", "GET"), ("GET", "/v23.0/123/messages", "POST"),
])
def test_a_wrong_method_is_told_with_what_is_allowed(instance, method, path, allowed):
    answer = requests.request(method, instance.ready["base_url"] + path.format(id=uuid.uuid4()), timeout=10)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
    if method == "HEAD":
        assert answer.content == b""
    elif path.startswith("/v23.0"):
        assert answer.json()["error"]["code"] == 100 and answer.json()["error"]["type"] == "GraphMethodException"
    else:
        assert answer.json()["code"] == "method_not_allowed" and allowed in answer.json()["remedy"]


@pytest.mark.parametrize(("method", "path"), [
    ("GET", "/"), ("GET", "/nowhere"), ("POST", "/api/v1"), ("GET", "/api/v2/messages"), ("POST", "/admin/v1/messages"),
    ("POST", "/a/b/messages"), ("GET", "/a/b/messages"), ("DELETE", "/admin/v1/nothing"), ("HEAD", "/nowhere"),
])
def test_an_unknown_route_is_a_problem(instance, method, path):
    answer = requests.request(method, instance.ready["base_url"] + path, timeout=10)
    assert answer.status_code == 404 and "Allow" not in answer.headers
    assert answer.headers["Content-Type"] == "application/problem+json"
    if method != "HEAD":
        assert answer.json()["code"] == "not_found" and answer.json()["request_id"] == answer.headers["X-Request-Id"]


# What every answer has


def test_every_answer_has_an_id_and_is_not_kept(instance, tenant):
    base = instance.ready["base_url"]
    staff, key = ({"Authorization": f"Bearer {token}"} for token in [instance.ready["admin_token"], tenant.facts["api_key"]])
    calls = [("GET", "/healthz", {}), ("GET", "/readyz", {}), ("GET", "/metrics", staff), ("GET", "/nowhere", {}), ("POST", "/healthz", {}),
             ("GET", "/api/v1/messages", key), ("GET", "/api/v1/messages", {}), ("GET", "/admin/v1/tenants", staff),
             ("POST", f"/v23.0/{tenant.number}/messages", key), ("POST", "/v23.0/1/messages", {}), ("HEAD", "/healthz", {}),
             ("GET", "/ingress/" + tenant.ingress.split("/ingress/")[1], {}), ("POST", f"/ingress/whatsapp-cloud/{uuid.uuid4()}", {})]
    for method, path, headers in calls:
        answer = requests.request(method, base + path, headers={**headers, "X-Request-Id": "mine.1"}, timeout=10)
        assert answer.headers["X-Request-Id"] == "mine.1" and answer.headers["Cache-Control"] == "no-store", path
        answer = requests.request(method, base + path, headers=headers, timeout=10)
        assert re.fullmatch("[0-9a-f-]{36}", answer.headers["X-Request-Id"]), path
    with Wire(base) as wire:
        wire.write("NO HTTP AT ALL\r\n\r\n")
        answer = http.client.HTTPResponse(wire.socket)
        answer.begin()
        assert answer.status == 400 and answer.headers["X-Request-Id"] and answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("content_type", "taken"), [
    (None, True), ("application/json", True), ("Application/JSON; charset=UTF-8", True), ('application/json;charset="utf-8"', True),
    ("application/merge-patch+json", True), ("text/plain", False), ("application/x-www-form-urlencoded", False), ("multipart/form-data", False),
    ("application/json; charset=latin-1", False), ("", False), ("json", False),
])
def test_json_routes_take_json(instance, tenant, content_type, taken):
    body = json.dumps({"to": {"phone": new_number()}, "text": {"body": "x"}}).encode()
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = tenant.api.call("POST", "/messages", data=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == ((403, "refused_by_gate") if taken else (415, "unsupported_media_type"))
    change = instance.admin.call("PATCH", f"/tenants/{tenant.id}", data=b'{"state":"active"}', headers=headers)
    assert change.status_code == (200 if taken else 415)
    meta = requests.post(f"{instance.ready['base_url']}/v23.0/{tenant.number}/messages", data=b"{}",
                         headers={"Authorization": f"Bearer {tenant.facts['api_key']}", **headers}, timeout=10)
    assert (meta.status_code, meta.json()["error"]["code"]) == (400, 100)
    assert ("Content-Type" in meta.json()["error"]["error_data"]["details"]) == (not taken)
