"""The sign-up widget on somebody else's page, in a browser: from the button to a conversation that the person agreed to."""

import gzip
import json
import os
import pathlib
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from obhut import eventually, new_number
from visiting import AXE, CODE, Practice, Visitor, browser, purpose, violations  # noqa: F401

ARABIC = {
    "button": "الدردشة عبر واتساب", "loading": "جارٍ التحميل…", "problem": "تعذر ذلك", "offline": "لا يوجد اتصال بالإنترنت.",
    "trouble": "الخدمة لا تستجيب الآن.", "limit": "محاولات كثيرة. حاول بعد {minutes} دقيقة.", "unavailable": "هذه الدردشة غير متاحة الآن.",
    "retry": "حاول مرة أخرى", "close": "إغلاق", "contact": "طرق أخرى للتواصل", "newTab": "(يفتح في علامة تبويب جديدة)",
    "heading": "الدردشة مع {controller} عبر واتساب", "introduction": "قبل أن نتراسل نحتاج إلى موافقتك. تجري الدردشة عبر واتساب التابع لشركة ميتا.",
    "purposes": "على ماذا توافق؟", "needed": "لازم للدردشة", "voluntary": "اختياري", "explicit": "بيانات محمية بشكل خاص (المادة 9): أوافق صراحةً.",
    "age": "عمري {age} سنة على الأقل.", "withdrawal": "يمكنك سحب أي موافقة في أي وقت: اكتب STOP في الدردشة.", "notice": "إشعار الخصوصية",
    "imprint": "بيانات قانونية", "agree": "أوافق وأفتح واتساب", "cancel": "إلغاء", "sending": "لحظة…", "nothingTicked": "يرجى تحديد ما توافق عليه.",
    "neededMissing": "بدون هذه الموافقة لا يمكن بدء الدردشة.", "ageMissing": "يرجى تأكيد عمرك.", "incomplete": "هناك شيء ناقص.",
    "changed": "تغير النص. يرجى قراءته والتحديد من جديد.", "doneHeading": "لم يبق إلا الإرسال",
    "done": "يفتح واتساب برسالة جاهزة. أرسلها كما هي: يثبت رمزك أن الرقم لك ويؤكد موافقتك.", "scan": "امسح الرمز بكاميرا الهاتف",
    "qrLabel": "رمز يفتح الدردشة على هاتفك", "open": "افتح واتساب", "openHere": "افتح على هذا الجهاز", "code": "رمزك:",
    "until": "يصلح مرة واحدة حتى {time}.", "message": "مرحبا! رمزي: {code}",
}


@pytest.fixture(scope="module")
def practice(instance):
    practice = Practice(instance, "signup-widget")
    practice.source = practice.set_up("widget", needed=["service"], contact="tel:+4922155500", texts={"ar": ARABIC})
    yield practice
    practice.page.close()


class Reader(Visitor):
    def tick(self, *names):
        for name in names:
            self.page.get_by_label(name).check()
        return self

    def go_on(self):
        self.page.locator("form button[type=submit]").click()
        return self

    def agree(self, *names, where=("widget",)):
        """All the way; the text with the code."""
        self.visit(*where).press().tick(*(names or ("Termine",)), "Ich bin mindestens").go_on()
        return self.link()[1]


def test_on_a_phone_the_chat_opens_with_the_code_typed_and_only_the_provider_was_asked(practice, browser):
    with Reader(browser, practice, phone=True) as visitor:
        visitor.visit()
        provider = practice.page.provider
        before = visitor.to_provider("GET")
        assert len(before) == 1 and re.fullmatch(provider + r"/sources/signup-widget/widget\.[0-9a-f]{16}\.js", before[0])
        with visitor.context.expect_page() as opened:
            visitor.press().tick("Termine", "Ich bin mindestens").go_on()
        url, text = visitor.link()
        assert opened.value.url == url and CODE.search(text)
        number = re.sub(r"\D", "", practice.tenant.facts["display_phone_number"])
        assert url.startswith(f"https://wa.me/{number}?text=")
        assert visitor.page.locator("dialog svg.code").count() == 0
        others = {url for _, url in visitor.asked if not url.startswith((provider + "/", practice.page.origin + "/"))}
        assert others == {url}
        # Neither the query nor what follows # is anybody's business.
        assert not [url for _, url in visitor.asked if "anna" in url and not url.startswith(practice.page.origin)]
        assert not visitor.complaints


def test_from_the_button_to_a_confirmed_consent_and_a_conversation(practice, browser):
    tenant, handset, before = practice.tenant, new_number(), practice.codes()
    tenant.handset_writes(handset, "Eine Frage vorab")
    with Reader(browser, practice, phone=True) as visitor:
        text = visitor.agree("Termine", "Angebote")
    assert practice.codes() == before + 1
    assert tenant.held_back() == 1 and list(tenant.api.every("/messages")) == []
    tenant.handset_writes(handset, text)
    contact = tenant.inbound(text)["contact_id"]
    consents = {one["purpose"]: one["state"] for one in tenant.api.get(f"/contacts/{contact}/consents")["data"]}
    assert consents == {"service": "confirmed", "marketing": "confirmed"}
    read = sorted(tenant.api.every("/messages?direction=inbound"), key=lambda message: message["id"])
    assert [message["text"]["body"] for message in read] == ["Eine Frage vorab", text]
    assert practice.codes() == before
    tenant.state(tenant.send({"contact_id": contact}, "Gern.")["id"], "delivered")
    assert tenant.send({"contact_id": contact}, "x", expect=403, purpose="health")["refusal"]["code"] != "service_window_closed"
    # A code counts once.
    other = new_number()
    tenant.handset_writes(other, text)
    eventually(lambda: tenant.held_back() == 1, "the second with that code held back")
    assert len(list(tenant.api.every("/contacts"))) == 1


def test_nothing_is_kept_on_the_device_and_little_is_loaded(practice, browser, capsys):
    with Reader(browser, practice) as visitor:
        network = visitor.context.new_cdp_session(visitor.page)
        network.send("Network.enable")
        moved = {}
        network.on("Network.responseReceived", lambda event: moved.setdefault(event["requestId"], [event["response"]["url"], 0]))
        network.on("Network.loadingFinished", lambda event: event["requestId"] in moved and moved[event["requestId"]].__setitem__(
            1, event["encodedDataLength"]))
        bodies, headers = {}, {}

        def note(response):
            if response.url.startswith(practice.page.provider) and response.request.method != "OPTIONS":
                bodies[response.url], headers[response.url] = response.body(), response.request.all_headers()

        visitor.page.on("response", note)
        visitor.agree()
        kept = visitor.page.evaluate(
            """async () => [document.cookie, localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
                            'caches' in self ? (await caches.keys()).length : 0,
                            (await navigator.serviceWorker?.getRegistrations() ?? []).length]""")
        assert kept == ["", 0, 0, 0, 0, 0]
        assert visitor.context.cookies() == []
        assert len(bodies) == 4 and not [name for sent in headers.values() for name in sent if name in ("cookie", "referer")]
        small = {url.split("/")[-1].split("?")[0]: len(gzip.compress(body, 6)) for url, body in bodies.items()}
        wire = sum(size for url, size in moved.values() if url.startswith(practice.page.provider))
        with capsys.disabled():
            print(f"\nwidget: compressed {small}, in all {sum(small.values())} B; as this server sends it {wire} B with headers")
        assert sum(small.values()) < 15_000


def test_without_ticking_nothing_moves_and_what_is_missing_is_said(practice, browser):
    before = practice.codes()
    with Reader(browser, practice) as visitor:
        visitor.visit().press()
        page = visitor.page
        assert page.locator("dialog :checked").count() == 0 and page.locator("dialog input").count() == 4
        visitor.go_on()
        expect(page.locator("form > [role=alert]")).to_have_text("Bitte kreuzen Sie an, worin Sie einwilligen. Ohne Einwilligung beginnt kein Chat.")
        assert visitor.focused() == "purpose-0"
        expect(page.get_by_label("Termine")).to_have_attribute("aria-invalid", "true")
        expect(page.locator("#purpose-0-missing")).to_have_text("Ohne diese Einwilligung ist der Chat nicht möglich.")
        # What is voluntary does not stand for what is needed.
        visitor.tick("Angebote", "Ich bin mindestens").go_on()
        expect(page.locator("form > [role=alert]")).to_contain_text("Es fehlt noch etwas")
        page.get_by_label("Ich bin mindestens").uncheck()
        visitor.tick("Termine").go_on()
        expect(page.locator("#age-missing")).to_contain_text("Bitte bestätigen Sie Ihr Alter")
        assert visitor.focused() == "age" and visitor.to_provider() == []
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_have_count(0)
        # Whoever comes back finds nothing ticked.
        visitor.press()
        assert page.locator("dialog :checked").count() == 0
    assert practice.codes() == before


def test_the_server_takes_no_consent_without_ticks_whatever_a_page_sends(practice, browser):
    before = practice.codes()
    address = practice.page.provider + f"/s/{practice.source['id']}"
    with Reader(browser, practice) as visitor:
        visitor.visit()
        send = """async ([url, body]) => {
            const config = await (await fetch(url + "/config?lang=de")).json();
            const sent = {age: true, language: "de", page: location.origin + "/", shown: config.shown, ...body};
            const answer = await fetch(url + "/agree", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(sent)});
            return [answer.status, await answer.json()];
        }"""
        for body, field in [({"purposes": []}, "purposes"), ({"purposes": ["marketing"]}, "purposes"), ({"purposes": ["service"], "age": False}, "age"),
                            ({"purposes": ["service"], "page": "https://bank.example/"}, "page"), ({"purposes": ["nothing"]}, "purposes")]:
            status, answer = visitor.page.evaluate(send, [address, body])
            assert status == 422 and answer["errors"][0]["path"] == field, answer
        status, answer = visitor.page.evaluate(send, [address, {"purposes": ["service"], "shown": {"setup": 1}}])
        assert (status, answer["code"]) == (409, "texts_changed")
    assert practice.codes() == before


def test_at_a_desk_a_camera_reads_the_same_link(practice, browser, tmp_path):
    with Reader(browser, practice, device_scale_factor=2) as visitor:
        visitor.agree()
        url, text = visitor.link()
        picture = visitor.page.locator("dialog svg.code")
        assert picture.get_attribute("aria-label")
        picture.screenshot(path=tmp_path / "code.png")
        read = zxingcpp.read_barcodes(Image.open(tmp_path / "code.png"))
        assert [code.text for code in read] == [url] and CODE.search(text)
        expect(visitor.page.locator("bdi")).to_have_text(CODE.search(text).group())


def test_the_keyboard_alone_is_enough(practice, browser):
    with Reader(browser, practice) as visitor:
        keys = visitor.visit().page.keyboard
        keys.press("Tab")
        assert visitor.focused() == "open"
        keys.press("Enter")
        expect(visitor.page.locator("dialog[open]")).to_be_visible()
        assert visitor.focused() == "heading"
        seen = []
        for _ in range(9):
            keys.press("Tab")
            seen.append(visitor.focused())
        assert seen[:5] == ["close", "purpose-0", "purpose-1", "purpose-2", "age"]
        assert [s.split(" (")[0] for s in seen[5:7]] == ["Datenschutzhinweise", "Impressum"] and seen[7:] == ["primary", "Abbrechen"]
        # Focus never gets behind the dialog.
        for _ in range(12):
            keys.press("Tab")
            assert visitor.focused() != "open"
        keys.press("Escape")
        expect(visitor.page.locator("dialog")).to_have_count(0)
        assert visitor.focused() == "open"
        keys.press("Space")
        expect(visitor.page.locator("dialog[open]")).to_be_visible()
        for key in ["Tab", "Tab", "Space", "Tab", "Tab", "Tab", "Space", "Enter"]:
            keys.press(key)
        assert CODE.search(visitor.link()[1])
        assert visitor.focused() == "heading"


def test_axe_finds_nothing_in_any_state(practice, browser):
    wrong = []
    # axe is put in past the page's own policy.
    for phone in (False, True):
        for scheme in ("light", "dark"):
            for language in ("de", "ar"):
                with Reader(browser, practice, phone, bypass_csp=True, color_scheme=scheme) as visitor:
                    visitor.page.add_init_script(AXE)

                    def look(state):
                        wrong.extend(f"{phone} {scheme} {language} {state}: {found}" for found in violations(visitor.page))

                    visitor.visit("widget", language)
                    look("button")
                    visitor.press()
                    look("dialog")
                    visitor.go_on()
                    look("complaints")
                    for box in visitor.page.locator("dialog input").all():
                        box.check()
                    look("ticked")
                    visitor.go_on().link()
                    look("code")
    assert not wrong, "\n".join(wrong)


def test_nothing_scrolls_sideways_on_the_narrowest_screen(practice, browser):
    for language in ("de", "ar"):
        with Reader(browser, practice, True, viewport={"width": 320, "height": 480}) as visitor:
            for step in (lambda: visitor.visit("widget", language), visitor.press, visitor.go_on):
                step()
                sideways = visitor.page.evaluate(
                    """() => { const d = document.querySelector("obhut-signup").shadowRoot.querySelector("dialog");
                               return [document.documentElement, ...d ? [d] : []].map(e => e.scrollWidth - e.clientWidth); }""")
                assert max(sideways) <= 0, (language, sideways)


def test_texts_that_change_meanwhile_are_shown_before_anything_is_agreed(practice, browser):
    before = practice.codes()
    with Reader(browser, practice) as visitor:
        visitor.visit().press().tick("Termine", "Angebote", "Ich bin mindestens")
        texts = json.loads(json.dumps(purpose("marketing")))
        texts["texts"]["de"]["text"] = "Die Praxis darf mir über WhatsApp täglich Angebote senden."
        practice.instance.admin.put(f"{practice.path}/purposes/marketing", texts)
        visitor.go_on()
        expect(visitor.page.locator("dialog .news")).to_contain_text("Der Text wurde inzwischen geändert")
        expect(visitor.page.locator("dialog")).to_contain_text("täglich")
        assert visitor.page.locator("dialog :checked").count() == 0 and practice.codes() == before
        visitor.tick("Termine", "Ich bin mindestens").go_on()
        assert CODE.search(visitor.link()[1])
    practice.instance.admin.put(f"{practice.path}/purposes/marketing", purpose("marketing"))


def test_a_page_that_is_not_allowed_gets_no_texts(practice, browser):
    with Reader(browser, practice) as visitor:
        visitor.visit(host="localhost").press()
        expect(visitor.page.locator("dialog")).not_to_contain_text("Termine")
        expect(visitor.page.get_by_role("link", name="Andere Wege zu uns")).to_have_attribute("href", "tel:+4922155500")


def test_what_is_in_the_way_is_said_with_a_way_out(practice, browser):
    with Reader(browser, practice) as visitor:
        visitor.visit()
        visitor.context.set_offline(True)
        visitor.press()
        expect(visitor.page.get_by_role("alert")).to_contain_text("keine Verbindung zum Internet")
        visitor.context.set_offline(False)
        visitor.page.get_by_role("button", name="Noch einmal versuchen").click()
        visitor.tick("Termine", "Ich bin mindestens")
        # A limit that was reached, as the server answers it.
        visitor.page.route("**/agree", lambda route: route.fulfill(
            status=429, headers={"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After", "Retry-After": "120"}))
        visitor.go_on()
        expect(visitor.page.locator("form > [role=alert]")).to_contain_text("in 2 Min. noch einmal")
        assert visitor.page.locator("dialog :checked").count() == 2
        visitor.page.unroute("**/agree")
        visitor.go_on()
        assert CODE.search(visitor.link()[1])


def test_a_paused_set_up_says_that_the_chat_cannot_be_reached(practice, browser):
    source = practice.set_up("paused")
    practice.instance.admin.post(f"{practice.path}/consent-sources/{source['id']}/pause")
    with Reader(browser, practice) as visitor:
        visitor.visit("paused").press()
        expect(visitor.page.get_by_role("alert")).to_have_text("Dieser Chat ist zurzeit nicht erreichbar.")


def test_an_inline_button_stands_where_its_tag_is_and_looks_as_chosen(practice, browser):
    practice.set_up("inline", mode="inline", colour="#0B3D91", texts={"de": {"button": "Fragen Sie uns"}})
    with Reader(browser, practice) as visitor:
        visitor.visit("inline")
        button = visitor.page.locator("main > obhut-signup .open")
        expect(button).to_have_text("Fragen Sie uns")
        assert button.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(11, 61, 145)"
        assert button.evaluate("e => getComputedStyle(e.getRootNode().host).position") == "static"


def test_how_it_looks(practice, browser, tmp_path):
    """Pictures of every step, to be looked at: in the folder that OBHUT_PICTURES names, or the test's own."""
    folder = pathlib.Path(os.environ.get("OBHUT_PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    for language in ("de", "ar"):
        for phone in (True, False):
            for scheme in ("light", "dark"):
                with Reader(browser, practice, phone, color_scheme=scheme) as visitor:

                    def picture(step):
                        path = folder / f"{language}-{360 if phone else 1280}-{scheme}-{step}.png"
                        visitor.page.screenshot(path=path)
                        assert path.stat().st_size > 2000

                    visitor.visit("widget", language)
                    picture("button")
                    visitor.press()
                    picture("dialog")
                    visitor.go_on()
                    picture("missing")
                    for box in (0, 2, 3):
                        visitor.page.locator("dialog input").nth(box).check()
                    picture("ticked")
                    visitor.go_on().link()
                    picture("code")
                    assert not visitor.complaints
