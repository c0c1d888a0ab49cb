"""Signing in to the console by an OpenID Connect provider that is none of ours, in Chromium."""

import subprocess
import sys
import time
import uuid

import pytest
import requests
from playwright.sync_api import sync_playwright

from obhut import free_port
from serving import served

CLIENT = ("obhut-console", "a-secret-of-the-registration")


@pytest.fixture(scope="module")
def provider():
    """The issuer's URL of a running provider; it takes anybody for whom they say they are."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + 30
        while True:
            try:
                requests.get(issuer + "/.well-known/openid-configuration", timeout=5).raise_for_status()
                break
            except requests.ConnectionError:
                assert process.poll() is None and time.monotonic() < end, "the provider did not start"
                time.sleep(0.05)
        yield issuer
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def console(instance, provider):
    settings = {"oidc_providers": "mock", "oidc_mock.issuer": provider, "oidc_mock.client_id": CLIENT[0], "oidc_mock.client_secret": CLIENT[1],
                "oidc_mock.label": "Firmenkonto", "egress_exceptions": f"127.0.0.1:{instance.sandbox_port},{provider.removeprefix('http://')}"}
    with served(instance, **settings) as base:
        yield base


@pytest.fixture
def page():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(20_000)
        yield page
        browser.close()


def sign_in(page, console, subject):
    page.goto(console + "/console/sign-in?lang=de")
    page.get_by_text("Firmenkonto").click()
    page.wait_for_url("**/oauth2/authorize**", timeout=8000)
    page.fill("input[name=sub]", subject)
    page.get_by_role("button", name="Authorize", exact=True).click()
    page.wait_for_url(console + "/**")


def known_to(provider, subject, **claims):
    requests.put(f"{provider}/users/{subject}", json=claims, timeout=10).raise_for_status()


def test_a_member_signs_in_and_is_known_by_the_providers_own_id_from_then_on(instance, provider, console, page):
    subject, email = uuid.uuid4().hex, f"{uuid.uuid4().hex[:12]}@provider.example"
    instance.admin.post("/staff", {"email": email, "name": "Olga Dienst", "roles": ["auditor"]}, expect=201)
    known_to(provider, subject, email=email, email_verified=True)
    sign_in(page, console, subject)
    assert "/console/sign-in" not in page.url, page.inner_text("body")
    assert "Olga Dienst" in page.inner_text("body")
    page.context.clear_cookies()
    # Another address at the provider is the same person.
    known_to(provider, subject, email="someone@else.example", email_verified=True)
    sign_in(page, console, subject)
    assert "Olga Dienst" in page.inner_text("body")


@pytest.mark.parametrize("claims", [{"email": "nobody@provider.example", "email_verified": True},
                                    {"email": None, "email_verified": False}], ids=["nobody of that address", "not verified"])
def test_nobody_is_made_a_member_by_signing_in(instance, provider, console, page, claims):
    subject = uuid.uuid4().hex
    if claims["email"] is None:
        claims = {**claims, "email": f"{subject[:12]}@provider.example"}
        instance.admin.post("/staff", {"email": claims["email"], "name": "Unbestätigt", "roles": ["auditor"]}, expect=201)
    known_to(provider, subject, **claims)
    sign_in(page, console, subject)
    assert "Unbestätigt" not in page.inner_text("body")
    page.goto(console + "/console/tenants")
    assert "/console/sign-in" in page.url
