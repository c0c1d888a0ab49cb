"""What people are asked and where: terms, set-ups, and what a tenant's pages get of them. The widget itself, in a browser, is in
test_widget.py."""

import base64
import hashlib
import re
import urllib.parse

import pytest
import requests
from playwright.sync_api import expect, sync_playwright

from gallery import launch
from obhut import Api, new_id
from operating import WithMouse
from serving import served

PAGE, FOREIGN = "https://praxis.example", "https://bank.example"
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}")


@pytest.fixture(scope="module")
def practice(instance):
    tenant = instance.new_tenant()
    tenant.terms()
    return tenant


class Page:
    """A page's script, as a browser lets it ask."""

    def __init__(self, base, source, origin=PAGE):
        self.base, self.source, self.origin = base, source, origin
        self.session = requests.Session()

    def ask(self, method, path, origin="", **more):
        origin = self.origin if origin == "" else origin
        headers = {**({"Origin": origin} if origin else {}), **more.pop("headers", {})}
        return self.session.request(method, f"{self.base}/s/{self.source['id']}{path}", headers=headers, timeout=30, **more)

    def config(self, **more):
        answer = self.ask("GET", "/config?lang=de", **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def agreement(self, *purposes, **change):
        return {"purposes": list(purposes or ("service",)), "language": "de", "page": self.origin + "/termine",
                "shown": self.config()["shown"], **change}

    def agree(self, *purposes, **change):
        answer = self.ask("POST", "/agree", json=self.agreement(*purposes, **change))
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def page(instance, practice):
    return Page(instance.ready["base_url"], practice.set_up())


def codes(instance, tenant):
    return int(instance.sql(instance.ready["postgres"]["regions"][tenant.region],
                            f"SELECT count(*) FROM entry_codes WHERE tenant_id = '{tenant.id}'")[0])


# MARK: Terms and set-ups


def test_terms_purposes_and_set_ups_grow_by_versions(instance):
    tenant = instance.new_tenant()
    path = f"/tenants/{tenant.id}"
    assert instance.admin.call("GET", path + "/consent-terms").status_code == 404
    before = {"plugin": "signup-widget", "channel_id": tenant.facts["channel_id"], "name": "x", "configuration": {}}
    assert instance.admin.call("POST", path + "/consent-sources", before).status_code == 409, "nobody has said who asks"
    tenant.terms()
    source = tenant.set_up()
    where = f"{path}/consent-sources/{source['id']}"
    assert source["version"] == 1 and source["state"] == "active" and source["terms"]["purposes"] == [{"purpose": "service", "version": 1}]
    assert source["public_url"].endswith(f"/s/{source['id']}") and "integrity=\"sha384-" in source["snippet"]

    # Other terms: another version of the set-up, by itself.
    tenant.purpose("marketing", "Angebote", position=200)
    now = instance.admin.get(where)
    assert [p["purpose"] for p in now["terms"]["purposes"]] == ["service", "marketing"] and now["version"] == 2
    assert instance.admin.get(where + "/versions/1")["terms"] == source["terms"]
    assert instance.admin.call("GET", where + "/versions/9").status_code == 404
    assert [p["version"] for p in instance.admin.get(path + "/purposes/service")["versions"]] == [1]

    # What does not fit any more goes on with the former, and says so.
    instance.admin.put(path + "/purposes/service", {"legal_basis": "Art. 6(1)(a) GDPR", "texts": {"fr": {"title": "Rendez-vous", "text": "Oui."}}})
    kept = instance.admin.get(where)
    assert not kept["shows_current_terms"] and kept["version"] == 2 and kept["problems"][0]["path"] == "configuration.texts"
    tenant.purpose("service")
    assert instance.admin.get(where)["shows_current_terms"]

    # As it was seen.
    tag = instance.admin.call("GET", where).headers["ETag"]
    assert instance.admin.call("PATCH", where, {"name": "Startseite"}, headers={"If-Match": tag}).json()["name"] == "Startseite"
    assert instance.admin.call("PATCH", where, {"name": "Andere"}, headers={"If-Match": tag}).status_code == 412
    wrong = instance.admin.call("PATCH", where, {"configuration": {"colour": "#ffffff", "corner": "middle"}, "origins": ["https://praxis.example/"]})
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["path"] == "origins[0]"
    wrong = instance.admin.call("PATCH", where, {"configuration": {"colour": "#ffffff", "corner": "middle"}}).json()
    assert {e["path"] for e in wrong["errors"]} == {"configuration.colour", "configuration.corner"}

    for step, state in [("pause", "paused"), ("resume", "active"), ("retire", "retired")]:
        assert instance.admin.post(f"{where}/{step}")["state"] == state
    assert instance.admin.call("POST", where + "/resume").status_code == 409
    chain = instance.admin.get(f"/audit/{tenant.id}/entries?subject={source['id']}")["data"]
    assert [e["action"] for e in reversed(chain)] == [
        "consent_source.created", "consent_source.changed", "consent_source.paused", "consent_source.resumed", "consent_source.retired"]


def test_a_tenant_changes_its_own_with_its_key_and_sees_nobody_elses(instance, practice):
    source = practice.set_up()
    other = instance.new_tenant()
    assert practice.api.get("/consent-terms")["controller"] == "Praxis Morgenrot"
    assert practice.api.get(f"/consent-sources/{source['id']}")["id"] == source["id"]
    assert other.api.call("GET", f"/consent-sources/{source['id']}").status_code == 404
    assert other.api.call("POST", f"/consent-sources/{source['id']}/pause").status_code == 404
    body = {"plugin": "signup-widget", "channel_id": practice.facts["channel_id"], "name": "Eigene", "configuration": {}}
    key = {"Idempotency-Key": new_id()}
    made = [practice.api.post("/consent-sources", body, expect=201, headers=key) for _ in range(2)]
    assert made[0] == made[1]
    reader = instance.admin.post(f"/tenants/{practice.id}/api-keys", {"label": "x", "scopes": ["consent_terms:read"]}, expect=201)["token"]
    reading = Api(practice.api.base, reader)
    assert reading.get(f"/consent-sources/{source['id']}")["state"] == "active"
    assert reading.call("POST", f"/consent-sources/{source['id']}/retire").status_code == 403
    # Another's channel is no channel.
    body["channel_id"] = other.facts["channel_id"]
    assert practice.api.call("POST", "/consent-sources", body).json()["errors"][0]["path"] == "channel_id"


# MARK: What pages get


def test_agreeing_makes_a_code_and_the_link_that_holds_it(instance, practice, page):
    before = codes(instance, practice)
    entry = page.agree(qr=True)
    assert CODE.fullmatch(entry["code"]) and codes(instance, practice) == before + 1
    link = urllib.parse.urlsplit(entry["link"])
    digits = re.sub(r"\D", "", practice.facts["display_phone_number"])
    assert (link.scheme, link.netloc, link.path) == ("https", "wa.me", "/" + digits)
    assert entry["code"] in urllib.parse.parse_qs(link.query)["text"][0]
    assert entry["qr"].startswith("<svg") and "<script" not in entry["qr"]
    assert "qr" not in page.agree()
    # Neither the code nor what was agreed to stands anywhere to be read.
    region = instance.ready["postgres"]["regions"][practice.region]
    rows = instance.sql(region, f"SELECT to_jsonb(c)::text FROM entry_codes c WHERE tenant_id = '{practice.id}'")
    plain = entry["code"].replace("-", "")
    assert not any(word in row for row in rows for word in (entry["code"], plain, "service", "127.0.0.1"))
    assert plain not in instance.logs() and entry["code"] not in instance.logs()


@pytest.mark.parametrize("origin", [FOREIGN, "null", "https://praxis.example.evil.example", "http://praxis.example", "https://praxis.example:8443",
                                    "https://PRAXIS.example", "https://praxis.example, https://bank.example"])
def test_a_page_of_another_origin_gets_nothing(instance, practice, page, origin):
    agreement, before = page.agreement(), codes(instance, practice)
    for method, path, more in [("GET", "/config?lang=de", {}), ("POST", "/agree", {"json": agreement}),
                               ("OPTIONS", "/agree", {"headers": {"Access-Control-Request-Method": "POST"}})]:
        answer = page.ask(method, path, origin=origin, **more)
        assert answer.status_code == 403 and answer.json()["code"] == "origin_not_allowed"
        assert "Access-Control-Allow-Origin" not in answer.headers and answer.headers["Vary"] == "Origin"
    assert codes(instance, practice) == before


def test_a_page_of_an_allowed_origin_reads_what_there_is_and_what_is_wrong(page):
    asked = page.ask("OPTIONS", "/agree", headers={"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"})
    assert asked.status_code == 204 and asked.content == b""
    assert asked.headers["Access-Control-Allow-Methods"] == "GET, POST" and asked.headers["Access-Control-Allow-Headers"] == "Content-Type"
    shown = page.ask("GET", "/config?lang=de")
    assert shown.headers["Cache-Control"] == "public, max-age=300"
    again = page.ask("GET", "/config?lang=de", headers={"If-None-Match": shown.headers["ETag"]})
    assert again.status_code == 304 and again.headers["Cache-Control"] == "public, max-age=300"
    wrong = page.ask("POST", "/agree", json=page.agreement("nothing"))
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["path"] == "purposes"
    large = page.ask("POST", "/agree", data=b"{" + b" " * 70_000 + b"}", headers={"Content-Type": "application/json"})
    assert large.status_code == 413
    form = page.ask("POST", "/agree", data="purposes=service", headers={"Content-Type": "text/plain"})
    assert form.status_code == 415
    nowhere = page.ask("GET", "/config/de")
    assert nowhere.status_code == 404
    for answer in (asked, shown, again, wrong, large, form, nowhere):
        assert answer.headers["Access-Control-Allow-Origin"] == PAGE and answer.headers["Vary"] == "Origin"
        assert "Set-Cookie" not in answer.headers and "Access-Control-Allow-Credentials" not in answer.headers
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Referrer-Policy"] == "no-referrer"
    assert shown.headers["Content-Security-Policy"].startswith("default-src 'none'; ")


def test_what_is_no_page_may_look_and_not_act(instance, practice, page):
    assert page.ask("GET", "/config", origin=None).status_code == 200
    agreement, before = page.agreement(), codes(instance, practice)
    refused = page.ask("POST", "/agree", origin=None, json=agreement)
    assert refused.status_code == 403 and refused.json()["code"] == "origin_not_allowed"
    assert codes(instance, practice) == before


def test_a_set_up_that_is_not_open_says_so_to_its_own_pages_and_tells_strangers_nothing(instance, practice):
    source = practice.set_up()
    page, path = Page(instance.ready["base_url"], source), f"/tenants/{practice.id}/consent-sources/{source['id']}"
    agreement = page.agreement()
    instance.admin.post(path + "/pause")
    for answer in (page.ask("GET", "/config?lang=de"), page.ask("POST", "/agree", json=agreement)):
        assert answer.status_code == 404 and answer.headers["Access-Control-Allow-Origin"] == PAGE
    unknown = Page(page.base, {"id": "00000000-0000-7000-8000-000000000000"}).ask("GET", "/config?lang=de")
    closed = page.ask("GET", "/config?lang=de", origin=None)
    hidden = ("request_id",)
    assert [{k: v for k, v in a.json().items() if k not in hidden} for a in (unknown,)] == [
        {k: v for k, v in a.json().items() if k not in hidden} for a in (closed,)]
    instance.admin.post(path + "/resume")
    assert page.agree()["code"]
    # A source without pages has none.
    chatbot = practice.set_up("chatbot", origins=())
    assert chatbot["plugin"] == "chatbot" and chatbot["state"] == "active"
    instance.admin.post(f"/tenants/{practice.id}/consent-sources/{chatbot['id']}/retire")


def test_while_a_tenant_may_not_process_its_pages_ask_nobody(instance):
    tenant = instance.new_tenant()
    tenant.terms()
    page = Page(instance.ready["base_url"], tenant.set_up())
    agreement = page.agreement()
    instance.admin.patch(f"/tenants/{tenant.id}", {"state": "suspended", "reason": "test"})
    assert page.ask("POST", "/agree", json=agreement).status_code == 404 and codes(instance, tenant) == 0
    instance.admin.patch(f"/tenants/{tenant.id}", {"state": "active"})
    assert page.ask("POST", "/agree", json=agreement).status_code == 200 and codes(instance, tenant) == 1


# MARK: Files


def test_the_script_of_the_snippet_is_the_one_that_its_integrity_names(instance, practice):
    source = practice.set_up()
    url, digest = (re.search(pattern, source["snippet"])[1] for pattern in (r'src="([^"]+)"', r'integrity="sha384-([^"]+)"'))
    pinned = requests.get(url, timeout=10)
    assert base64.b64encode(hashlib.sha384(pinned.content).digest()).decode() == digest
    assert pinned.headers["Content-Type"] == "text/javascript; charset=utf-8" and "immutable" in pinned.headers["Cache-Control"]
    newest = requests.get(url.rsplit("/", 1)[0] + "/widget.js", timeout=10)
    assert newest.content == pinned.content and newest.headers["Cache-Control"] == "public, max-age=300"
    again = requests.get(newest.url, headers={"If-None-Match": newest.headers["ETag"]}, timeout=10)
    assert again.status_code == 304 and again.content == b"" and again.headers["Cache-Control"] == "public, max-age=300"
    for answer in (pinned, newest, again):
        assert answer.headers["Access-Control-Allow-Origin"] == "*" and "Set-Cookie" not in answer.headers
    for nothing in ("signup-widget/words.json", "signup-widget/..%2Fwidget.js", "declared/widget.js", "nothing/widget.js"):
        assert requests.get(f"{instance.ready['base_url']}/sources/{nothing}", timeout=10).status_code == 404


# MARK: Limits


def test_a_visitor_who_comes_too_often_is_told_when_to_come_again(instance, practice):
    source = practice.set_up()
    with served(instance, limits_anonymous_requests_per_second=30) as base:
        page = Page(base, source)
        agreement = page.agreement()
        answers = [page.ask("POST", "/agree", json=agreement) for _ in range(12)]
        refused = [a for a in answers if a.status_code == 429]
        # Three a second, six at once.
        assert [a.status_code for a in answers[:6]] == [200] * 6 and refused
        for answer in refused:
            assert int(answer.headers["Retry-After"]) >= 1 and answer.headers["Access-Control-Allow-Origin"] == PAGE
            assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
        # Looking is another matter, and so is another set-up.
        assert page.ask("GET", "/config?lang=de").status_code == 200
        assert Page(base, practice.set_up()).agree()["code"]


# MARK: Console


@pytest.fixture(scope="module")
def member(instance):
    """A member of staff at a browser, who came by the link that is printed at start."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        person = WithMouse(browser, instance.ready["base_url"])
        person.goto(instance.ready["sign_in_url"])
        person.press(person.page.get_by_role("button", name="Sign in"))
        person.at("Tenants")
        yield person
        person.close()
        browser.close()


def test_staff_sets_a_button_up_in_the_console_and_tries_it(instance, member):
    tenant, page = instance.new_tenant(), member.page
    member.goto(f"/console/tenants/{tenant.id}")
    member.press(page.locator("section", has=page.get_by_role("heading", name="Consent", exact=True)).get_by_role("link", name="Show"))
    member.at("Consent")
    assert page.get_by_role("link", name="New set-up").count() == 0, "nobody has said who asks"

    member.press(page.get_by_role("link", name="Say it"))
    page.get_by_label("Controller").fill("Praxis Morgenrot")
    page.get_by_label("Imprint (address)").fill("http://praxis.example")
    page.get_by_label("Version").fill("2026-03")
    page.locator("[name='notice.en.url']").fill("https://praxis.example/privacy")
    page.locator("[name='other.language']").fill("fr")
    page.locator("[name='other.url']").fill("praxis.example/fr")
    member.press(page.get_by_role("button", name="Save"))
    # What is wrong is said at its field, and what was typed is still there.
    expect(page.locator(".error-summary li")).to_have_count(2)
    assert page.locator("[name='other.url']").input_value() == "praxis.example/fr"
    page.get_by_label("Imprint (address)").fill("https://praxis.example/imprint")
    page.locator("[name='other.url']").fill("https://praxis.example/fr")
    member.press(page.get_by_role("button", name="Save"))
    member.at("Consent")
    terms = instance.admin.get(f"/tenants/{tenant.id}/consent-terms")
    assert terms["controller"] == "Praxis Morgenrot" and sorted(terms["privacy_notice"]["texts"]) == ["en", "fr"]

    member.press(page.get_by_role("link", name="New purpose"))
    page.get_by_label("Short name").fill("service")
    page.get_by_label("Legal basis").fill("Art. 6(1)(a) GDPR")
    page.locator("[name='texts.en.title']").fill("Appointments")
    page.locator("[name='texts.en.text']").fill("The practice may write to me about my appointments.")
    member.press(page.get_by_role("button", name="Save"))
    member.at("Consent")

    member.press(page.get_by_role("link", name="New set-up"))
    member.press(page.get_by_role("link", name="signup-widget"))
    page.get_by_label("Name").fill("Homepage")
    page.get_by_label("Allowed pages").fill("https://praxis.example\nhttps://www.praxis.example")
    page.locator("[name='configuration.colour']").fill("#ffffff")
    page.locator("[name='configuration.needed']").fill("service")
    page.locator("[name='configuration']").fill('{"texts": {"en": {"button": "Ask us"}}}')
    member.press(page.get_by_role("button", name="Set up"))
    expect(page.locator(".error-summary")).to_contain_text("contrast")
    page.locator("[name='configuration.colour']").fill("#0B3D91")
    member.press(page.get_by_role("button", name="Set up"))
    member.at("Homepage")
    source = instance.admin.get(f"/tenants/{tenant.id}/consent-sources")["data"][0]
    assert source["configuration"] == {"needed": ["service"], "colour": "#0B3D91", "texts": {"en": {"button": "Ask us"}}}
    assert source["origins"] == ["https://praxis.example", "https://www.praxis.example"]
    assert page.locator("code[data-copy]").inner_text() == source["snippet"]
    assert not [text for text in member.complaints if "422" not in text], member.complaints

    # Changed: what was said comes back, and becomes another version.
    assert page.locator("[name='configuration']").input_value() == '{"texts":{"en":{"button":"Ask us"}}}'
    page.get_by_label("Name").fill("Start page")
    page.locator("[name='configuration.needed']").fill("")
    member.press(page.get_by_role("button", name="Save"))
    member.at("Start page")
    assert instance.admin.get(f"/tenants/{tenant.id}/consent-sources/{source['id']}")["version"] == 2

    member.press(page.get_by_role("link", name="Try it"))
    member.at("Start page")
    button = page.locator("obhut-signup .open")
    expect(button).to_have_text("Ask us")
    button.click()
    expect(page.locator("dialog[open]")).to_contain_text("The practice may write to me about my appointments.")
    page.get_by_label("Appointments").check()
    page.locator("form button[type=submit]").click()
    link = page.locator("dialog a[href^='https://wa.me/']")
    expect(link).to_be_visible()
    assert CODE.search(urllib.parse.unquote(link.get_attribute("href")))
    assert not [text for text in member.complaints if "422" not in text], member.complaints

    member.goto(f"/console/tenants/{tenant.id}/consent/sources/{source['id']}")
    for button, shown in [("Pause", "Paused"), ("Go on asking", "Asking"), ("Retire", "Retired")]:
        member.press(page.get_by_role("button", name=button))
        if button != "Go on asking":
            member.press(page.get_by_role("dialog").get_by_role("button", name=button))
        expect(page.locator(".page-header, header, h1").get_by_text(shown).first).to_be_visible()
    assert instance.admin.get(f"/tenants/{tenant.id}/consent-sources/{source['id']}")["state"] == "retired"


def test_staff_tries_a_chatbot_on_a_page_as_soon_as_it_has_pages(instance, member):
    tenant, page = instance.new_tenant(), member.page
    tenant.terms(minimum_age=16)
    source = tenant.set_up("chatbot", origins=())
    place = f"/console/tenants/{tenant.id}/consent/sources/{source['id']}"
    member.goto(place)
    assert page.get_by_role("link", name="Try it").count() == 0 and page.locator("code[data-copy]").count() == 0
    page.get_by_label("Allowed pages").fill(PAGE)
    member.press(page.get_by_role("button", name="Save"))
    member.at("Homepage")
    source = instance.admin.get(f"/tenants/{tenant.id}/consent-sources/{source['id']}")
    assert "/sources/chatbot/chat." in source["snippet"] and page.locator("code[data-copy]").inner_text() == source["snippet"]
    member.press(page.get_by_role("link", name="Try it"))
    page.locator("obhut-chat .open").click()
    expect(page.locator(".theirs")).to_contain_text("are you 16 or older?")
