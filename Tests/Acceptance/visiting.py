"""Who visits a tenant's page on which a source asks: the tenant, the browser, and what it asks anybody for."""

import pathlib
import re
import urllib.parse

import axe_playwright_python
import pytest
from playwright.sync_api import expect, sync_playwright

from gallery import launch
from hostpage import HostPage

AXE = (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 860}
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}\b")

PURPOSES = {
    "service": ({"de": ("Termine", "Die Praxis darf mir über WhatsApp zu meinen Terminen schreiben und auf Fragen antworten."),
                 "en": ("Appointments", "The practice may write to me on WhatsApp about my appointments, and answer questions."),
                 "ar": ("المواعيد", "يجوز للعيادة أن تراسلني عبر واتساب بشأن مواعيدي وأن تجيب عن أسئلتي.")}, {}),
    "marketing": ({"de": ("Angebote", "Die Praxis darf mir über WhatsApp höchstens zweimal im Monat Angebote senden."),
                   "en": ("Offers", "The practice may send me offers on WhatsApp, at most twice a month."),
                   "ar": ("العروض", "يجوز للعيادة أن ترسل لي عبر واتساب عروضًا مرتين في الشهر على الأكثر.")}, {"validity_days": 365}),
    "health": ({"de": ("Gesundheit", "Die Praxis darf mit mir über WhatsApp auch über Beschwerden, Befunde und Behandlungen schreiben."),
                "en": ("Health", "The practice may write with me on WhatsApp about complaints, findings and treatments too."),
                "ar": ("الصحة", "يجوز للعيادة أن تراسلني عبر واتساب بشأن شكواي ونتائجي وعلاجي.")},
               {"special_category": True, "legal_basis": "Art. 9(2)(a) GDPR"}),
}


def terms(version="2026-03"):
    pages = {language: {"url": f"https://praxis.example/{language}/datenschutz"} for language in ("de", "en", "ar")}
    return {"controller": "Praxis Morgenrot", "imprint_url": "https://praxis.example/impressum", "minimum_age": 16,
            "privacy_notice": {"version": version, "texts": pages}}


def purpose(name, **change):
    texts, more = PURPOSES[name]
    return {"legal_basis": "Art. 6(1)(a) GDPR", "special_category": False, "position": list(PURPOSES).index(name),
            "texts": {language: {"title": title, "text": text} for language, (title, text) in texts.items()}, **more, **change}


class Practice:
    """A tenant with terms, a set-up of a source on pages, and a page that has it."""

    def __init__(self, instance, plugin):
        self.instance, self.plugin = instance, plugin
        self.tenant = instance.new_tenant()
        self.path = f"/tenants/{self.tenant.id}"
        self.page = HostPage(instance.ready["base_url"])
        instance.admin.put(self.path + "/consent-terms", terms())
        for name in PURPOSES:
            instance.admin.put(f"{self.path}/purposes/{name}", purpose(name))

    def set_up(self, name, **configuration):
        source = self.instance.admin.post(self.path + "/consent-sources", {
            "plugin": self.plugin, "channel_id": self.tenant.facts["channel_id"], "name": name, "origins": [self.page.origin],
            "configuration": configuration}, expect=201)
        self.page.snippets[name] = source["snippet"]
        return source

    def sql(self, statement):
        return self.instance.sql(self.instance.ready["postgres"]["regions"][self.tenant.region], statement)

    def codes(self):
        return int(self.sql(f"SELECT count(*) FROM entry_codes WHERE tenant_id = '{self.tenant.id}'")[0])


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


class Visitor:
    """A person at a browser; everything that the browser asks anybody for is written down."""

    element = "obhut-signup"

    def __init__(self, browser, practice, phone=False, **options):
        size = PHONE if phone else DESK
        self.practice = practice
        self.context = browser.new_context(**{"viewport": size, "has_touch": phone, "is_mobile": phone, "locale": "de-DE",
                                              "reduced_motion": "reduce", **options})
        # Nothing of this leaves the machine.
        self.context.route("https://wa.me/**", lambda route: route.fulfill(body="WhatsApp", content_type="text/plain"))
        self.page = self.context.new_page()
        self.asked, self.complaints = [], []
        self.context.on("request", lambda request: self.asked.append((request.method, request.url)))
        self.page.on("console", lambda message: message.type in ("error", "warning") and self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def visit(self, *where, **more):
        self.page.goto(self.practice.page.url(*where, **more))
        expect(self.page.locator(f"{self.element} .open")).to_be_visible()
        return self

    def press(self):
        self.page.locator(f"{self.element} .open").click()
        expect(self.page.locator("dialog[open]")).to_be_visible()
        return self

    def link(self):
        """Where the chat opens, and the text that is typed there."""
        link = self.page.locator("dialog a[href^='https://wa.me/']")
        expect(link).to_be_visible()
        url = link.get_attribute("href")
        return url, urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["text"][0]

    def to_provider(self, method="POST"):
        return [url for how, url in self.asked if how == method and url.startswith(self.practice.page.provider)]

    def focused(self):
        return self.page.evaluate(
            "(e => e ? e.id || e.className || e.textContent : '')(document.querySelector('" + self.element + "').shadowRoot.activeElement)")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.context.close()


def violations(page):
    return page.evaluate(
        """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
             .map(v => v.id + ": " + v.nodes.map(n => n.html.slice(0, 200) + " " + (n.any[0]?.message ?? "")).join(" | "))""")
