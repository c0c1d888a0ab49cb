"""The chatbot on somebody else's page, in a browser: the same questions as in the messenger, and on to a conversation there."""

import gzip
import os
import pathlib
import re

import pytest
import requests
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from obhut import eventually, new_number
from visiting import AXE, CODE, Practice, Visitor, browser, violations  # noqa: F401

NOTHING = "Es wurde nichts gespeichert."


@pytest.fixture(scope="module")
def practice(instance):
    practice = Practice(instance, "chatbot")
    practice.source = practice.set_up("widget")
    yield practice
    practice.page.close()


class Guest(Visitor):
    element = "obhut-chat"

    def presses(self, title):
        before = self.page.locator(".theirs").count()
        self.page.get_by_role("button", name=title, exact=True).click()
        return self.answered(before)

    def writes(self, text):
        before = self.page.locator(".theirs").count()
        self.page.get_by_label("Ihre Antwort").fill(text)
        self.page.keyboard.press("Enter")
        return self.answered(before)

    def answered(self, before):
        expect(self.page.locator(".theirs").nth(before)).to_be_attached()
        expect(self.page.locator(".log")).not_to_have_attribute("aria-busy", "true")
        return self.last()

    def last(self):
        return self.page.locator(".theirs").last.inner_text()

    def opens(self, *where):
        self.visit(*where).press()
        expect(self.page.locator(".theirs")).to_have_count(1)
        return self

    def agrees(self, *where, more=("Jetzt nicht", "Jetzt nicht")):
        """All the way; the text with the code."""
        self.opens(*where).presses("Ja")
        for title in ("Ich stimme zu", *more):
            self.presses(title)
        return self.link()[1]


def test_from_the_first_question_to_a_confirmed_consent_and_a_conversation(practice, browser):
    tenant, handset, before = practice.tenant, new_number(), practice.codes()
    with Guest(browser, practice, phone=True) as guest:
        guest.opens()
        assert "Sind Sie mindestens 16 Jahre alt?" in guest.last() and practice.codes() == before
        assert "zu meinen Terminen" in guest.presses("Ja")
        assert "höchstens zweimal im Monat" in guest.presses("Ich stimme zu")
        # What is written counts as in the messenger: a plain yes, but not for health.
        assert "ausdrückliche Einwilligung" in guest.writes("Ja, bitte")
        assert "nicht eindeutig verstanden" in guest.writes("ja") and practice.codes() == before
        guest.writes("Ich willige ein")
        text = guest.link()[1]
        assert "Erst damit gilt Ihre Einwilligung." in guest.last() and CODE.search(text)
        assert not guest.complaints
    assert practice.codes() == before + 1
    tenant.handset_writes(handset, text)
    contact = tenant.inbound(text)["contact_id"]
    consents = {one["purpose"]: one for one in tenant.api.get(f"/contacts/{contact}/consents")["data"]}
    assert {name: one["state"] for name, one in consents.items()} == dict.fromkeys(("service", "marketing", "health"), "confirmed")
    # The proof names the page, never its query, and the words under which the person acted.
    record = tenant.api.call("GET", f"/contacts/{contact}/consent-record").text
    for part in (practice.page.origin + "/termine/neu", "button_pressed", "answer_written", "Ich willige ein", "Stimmen Sie zu?", "entry_code_sent"):
        assert part in record, part
    assert "anna" not in record and "Chrome" not in record
    assert practice.codes() == before
    tenant.state(tenant.send({"contact_id": contact}, "Gern.")["id"], "delivered")
    # A code counts once.
    tenant.handset_writes(new_number(), text)
    eventually(lambda: tenant.held_back() == 1, "the second with that code held back")


def test_who_declines_or_is_too_young_or_stops_leaves_nothing(practice, browser):
    before = practice.codes()
    for answers, says in [(["Nein"], "jünger als 16"), (["Ja", "Jetzt nicht"], "In Ordnung"),
                          (["Ja", "Ich stimme zu", "*STOP"], "Wir schreiben Ihnen hier nicht mehr"), (["Ja", "*nein"], "In Ordnung"),
                          (["Ja", "*hm, was?", "*weiß nicht"], "nicht weiter")]:
        with Guest(browser, practice) as guest:
            guest.opens()
            for answer in answers:
                guest.writes(answer[1:]) if answer[0] == "*" else guest.presses(answer)
            text = guest.page.locator(".log").inner_text()
            assert says in text and text.rstrip().endswith(NOTHING) and "gelöscht" not in text, text
            expect(guest.page.get_by_label("Ihre Antwort")).to_be_hidden()
            # Who thinks again begins again.
            guest.page.get_by_role("button", name="Noch einmal von vorn").click()
            expect(guest.page.locator(".theirs")).to_have_count(1)
            expect(guest.page.get_by_role("button", name="Ja", exact=True)).to_be_visible()
    assert practice.codes() == before


def test_at_a_desk_a_camera_reads_the_same_link(practice, browser, tmp_path):
    with Guest(browser, practice, device_scale_factor=2) as guest:
        guest.agrees()
        url, text = guest.link()
        picture = guest.page.locator("dialog svg.code")
        picture.scroll_into_view_if_needed()
        picture.screenshot(path=tmp_path / "code.png")
        assert [code.text for code in zxingcpp.read_barcodes(Image.open(tmp_path / "code.png"))] == [url] and CODE.search(text)
        expect(guest.page.locator("bdi")).to_have_text(CODE.search(text).group())


def test_only_the_provider_is_asked_nothing_is_kept_on_the_device_and_little_is_loaded(practice, browser, capsys):
    with Guest(browser, practice) as guest:
        provider, bodies, headers = practice.page.provider, [], []

        def note(response):
            if response.url.startswith(provider) and response.request.method != "OPTIONS":
                bodies.append((response.url.split("/")[-1], response.body()))
                headers.append(response.request.all_headers())

        guest.page.on("response", note)
        guest.visit()
        loaded = guest.to_provider("GET")
        assert len(loaded) == 1 and re.fullmatch(provider + r"/sources/chatbot/chat\.[0-9a-f]{16}\.js", loaded[0])
        assert guest.to_provider() == []
        guest.press()
        guest.presses("Ja")
        for title in ("Ich stimme zu", "Jetzt nicht", "Jetzt nicht"):
            guest.presses(title)
        guest.link()
        kept = guest.page.evaluate(
            """async () => [document.cookie, localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
                            'caches' in self ? (await caches.keys()).length : 0,
                            (await navigator.serviceWorker?.getRegistrations() ?? []).length]""")
        assert kept == ["", 0, 0, 0, 0, 0] and guest.context.cookies() == []
        assert {url for _, url in guest.asked if not url.startswith((provider + "/", practice.page.origin + "/"))} == set()
        # Neither the query nor what follows # is anybody's business.
        assert not [url for _, url in guest.asked if "anna" in url and not url.startswith(practice.page.origin)]
        assert not [name for sent in headers for name in sent if name in ("cookie", "referer")]
        small = [(name, len(gzip.compress(body, 6))) for name, body in bodies]
        with capsys.disabled():
            print(f"\nweb chat: compressed {small}, in all {sum(size for _, size in small)} B")
        assert len(small) == 7 and sum(size for _, size in small) < 15_000
        assert not guest.complaints


def test_the_keyboard_alone_is_enough_and_never_agrees_by_itself(practice, browser):
    with Guest(browser, practice) as guest:
        keys = guest.visit().page.keyboard
        keys.press("Tab")
        assert guest.focused() == "open"
        keys.press("Enter")
        expect(guest.page.locator("dialog[open]")).to_be_visible()
        assert guest.focused() == "heading"

        def reach(title):
            for _ in range(12):
                keys.press("Tab")
                if guest.focused() == title:
                    return
            raise AssertionError(title)

        for title in ("Ja", "Ich stimme zu", "Jetzt nicht"):
            before = guest.page.locator(".theirs").count()
            reach(title)
            keys.press("Enter")
            guest.answered(before)
            assert guest.focused() == "theirs"
        # Escape closes the box, and what was said is still there.
        keys.press("Escape")
        expect(guest.page.locator("dialog")).to_have_count(0)
        assert guest.focused() == "open"
        keys.press("Space")
        expect(guest.page.locator(".mine")).to_have_count(3)
        reach("field")
        keys.type("Jetzt nicht")
        keys.press("Enter")
        assert CODE.search(guest.link()[1])


def test_a_double_press_answers_one_question(practice, browser):
    with Guest(browser, practice) as guest:
        guest.opens().presses("Ja")
        guest.page.get_by_role("button", name="Ich stimme zu").dblclick()
        expect(guest.page.locator(".log")).to_contain_text("höchstens zweimal im Monat")
        expect(guest.page.locator(".mine")).to_have_count(2)
        assert "höchstens zweimal" in guest.last()


def test_what_is_in_the_way_is_said_and_what_was_typed_stays(practice, browser):
    with Guest(browser, practice) as guest:
        guest.opens().presses("Ja")
        field = guest.page.get_by_label("Ihre Antwort")
        guest.context.set_offline(True)
        field.fill("Ich stimme zu")
        guest.page.keyboard.press("Enter")
        expect(guest.page.get_by_role("alert")).to_contain_text("keine Verbindung zum Internet")
        expect(field).to_have_value("Ich stimme zu")
        guest.context.set_offline(False)
        guest.page.keyboard.press("Enter")
        expect(guest.page.locator(".log")).to_contain_text("höchstens zweimal im Monat")
        # What was shown holds no more: a set-up in another version does not know the state.
        practice.instance.admin.patch(f"{practice.path}/consent-sources/{practice.source['id']}",
                                      {"configuration": {"wait_minutes": 30}}, headers={"If-Match": "*"})
        field.fill("Jetzt nicht")
        guest.page.keyboard.press("Enter")
        expect(guest.page.get_by_role("alert")).to_contain_text("beginnen wir von vorn")
        expect(guest.page.locator(".theirs")).to_have_count(1)
        expect(field).to_have_value("Jetzt nicht")


def test_a_set_up_without_pages_is_reached_from_none(instance):
    tenant = instance.new_tenant()
    tenant.terms()
    source = tenant.set_up("chatbot", origins=())
    assert source["snippet"] is None and source["public_url"] is None
    for origin in (instance.ready["base_url"], "https://praxis.example"):
        answer = requests.post(f"{instance.ready['base_url']}/s/{source['id']}/step", json={"page": origin + "/"}, headers={"Origin": origin})
        assert answer.status_code == 404, answer.text


def test_axe_finds_nothing_in_any_state(practice, browser):
    wrong = []
    for phone in (False, True):
        for scheme in ("light", "dark"):
            # axe is put in past the page's own policy.
            with Guest(browser, practice, phone, bypass_csp=True, color_scheme=scheme) as guest:
                guest.page.add_init_script(AXE)

                def look(state):
                    wrong.extend(f"{phone} {scheme} {state}: {found}" for found in violations(guest.page))

                guest.opens()
                look("first question")
                guest.presses("Ja")
                guest.writes("Was?")
                look("unclear")
                guest.presses("Ich stimme zu")
                guest.presses("Jetzt nicht")
                guest.presses("Jetzt nicht")
                guest.link()
                look("code")
                guest.page.reload()
                guest.press().presses("Nein")
                look("over")
    assert not wrong, "\n".join(wrong)


def test_nothing_scrolls_sideways_on_the_narrowest_screen(practice, browser):
    with Guest(browser, practice, True, viewport={"width": 320, "height": 480}) as guest:
        guest.agrees()
        sideways = guest.page.evaluate(
            """() => { const d = document.querySelector("obhut-chat").shadowRoot.querySelector("dialog");
                       return [document.documentElement, d, d.querySelector(".log")].map(e => e.scrollWidth - e.clientWidth); }""")
        assert max(sideways) <= 0, sideways


def test_how_it_looks(practice, browser, tmp_path):
    """Pictures of every step, to be looked at: in the folder that OBHUT_PICTURES names, or the test's own."""
    folder = pathlib.Path(os.environ.get("OBHUT_PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    for language in ("de", "ar"):
        for phone in (True, False):
            for scheme in ("light", "dark"):
                with Guest(browser, practice, phone, color_scheme=scheme) as guest:
                    if language == "ar":
                        # As it would be laid out in a language that runs from right to left.
                        guest.page.route("**/step", lambda route: (lambda answer: route.fulfill(
                            response=answer, json={**answer.json(), "dir": "rtl"}))(route.fetch()))

                    def picture(step):
                        path = folder / f"chat-{language}-{360 if phone else 1280}-{scheme}-{step}.png"
                        guest.page.screenshot(path=path)
                        assert path.stat().st_size > 2000

                    guest.opens("widget", language)
                    picture("1-first")
                    guest.presses("Ja")
                    picture("2-consent")
                    guest.writes("Was?")
                    guest.presses("Ich stimme zu")
                    picture("3-further")
                    guest.presses("Jetzt nicht")
                    guest.presses("Jetzt nicht")
                    guest.link()
                    picture("4-code")
