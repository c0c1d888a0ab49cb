"""The console in a browser: every page in every state, without a server behind it."""

import pathlib

import axe_playwright_python
import pytest
from playwright.sync_api import sync_playwright

from gallery import Gallery, launch

AXE = (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    gallery = Gallery(tmp_path_factory.mktemp("gallery"))
    yield gallery
    gallery.close()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


class Watched:
    """A page whose requests and messages are written down."""

    def __init__(self, browser, origin, **options):
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("console", lambda message: message.type == "error" and self.complain(message.text))
        self.page.on("pageerror", lambda error: self.complain(str(error)))
        self.page.on("request", lambda request: self.see(request.url, origin))
        self.page.on("dialog", lambda dialog: (self.complain("a dialog: " + dialog.message), dialog.dismiss()))

    def complain(self, text):
        self.complaints.append(text)

    def see(self, url, origin):
        if not url.startswith((origin + "/", "data:image/svg+xml")):
            self.complaints.append("a request to " + url)

    def close(self):
        self.context.close()


def violations(page):
    found = page.evaluate(
        """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
             .map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + " " +
                (n.any[0]?.message ?? "")).join(" | "))"""
    )
    return found


def scrolls(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_pages_are_accessible_fit_and_ask_nobody_else(gallery, browser):
    """axe finds nothing at 360 and 1280 px, light and dark; no page scrolls sideways on a phone."""
    wrong = []
    # axe is put in by the test, past the page's own policy; that policy is tested with `Watched` below.
    watched = Watched(browser, gallery.origin, bypass_csp=True, reduced_motion="reduce")
    watched.page.add_init_script(AXE)
    pages = [page for page in gallery.pages if not page["strain"]]
    assert len(pages) > 140
    for entry in pages:
        watched.page.goto(gallery.url(entry))
        for size, scheme in ((PHONE, "light"), (PHONE, "dark"), (DESK, "dark"), (DESK, "light")):
            watched.page.set_viewport_size(size)
            watched.page.emulate_media(color_scheme=scheme)
            wrong += [f"{entry['path']} {size['width']} {scheme}: {found}" for found in violations(watched.page)]
            if scrolls(watched.page) > 0:
                wrong.append(f"{entry['path']} scrolls sideways at {size['width']}")
    watched.close()
    assert not wrong, "\n".join(wrong)


def test_long_foreign_and_hostile_texts_neither_run_nor_break_the_layout(gallery, browser):
    wrong = []
    watched = Watched(browser, gallery.origin, viewport=PHONE)
    for entry in gallery.pages:
        watched.page.goto(gallery.url(entry))
        if entry["strain"] == "rtl":
            watched.page.evaluate("document.documentElement.dir = 'rtl'")
        if scrolls(watched.page) > 0:
            wrong.append(f"{entry['path']} scrolls sideways")
        wrong += [f"{entry['path']}: {complaint}" for complaint in watched.complaints]
        watched.complaints.clear()
    watched.close()
    assert not wrong, "\n".join(wrong)


def test_every_control_is_reached_by_tab_in_the_order_it_stands(gallery, browser):
    """Each link, field and button of each page once, in document order, from the skip link on."""
    wrong = []
    watched = Watched(browser, gallery.origin, viewport=DESK)
    page = watched.page
    for entry in gallery.pages:
        if entry["strain"] or entry["language"] != "de":
            continue
        page.goto(gallery.url(entry))
        expected = page.evaluate(
            """() => {
              const seen = new Set();
              const all = [...document.querySelectorAll(
                  "a[href], button, input, select, textarea, summary, [tabindex='0']")]
                .filter(e => e.type !== "hidden" && (e.checkVisibility() || e.matches(".skip")))
                .filter(e => e.type !== "radio" || !seen.has(e.name) && seen.add(e.name));
              all.forEach((e, index) => e.dataset.order = index);
              document.activeElement?.blur();
              document.body.prepend(Object.assign(document.createElement("i"), {id: "start", tabIndex: -1}));
              document.getElementById("start").focus();
              return all.length;
            }"""
        )
        reached = []
        # A date has three parts, and a scrolled box takes a stop of its own.
        for _ in range(expected * 2 + 40):
            page.keyboard.press("Tab")
            order = page.evaluate("document.activeElement?.dataset?.order ?? document.activeElement?.name ?? null")
            if order in (None, "") or (order == "0" and reached):
                break
            if not reached or reached[-1] != order:
                reached.append(order)
        numbers = [int(order) for order in reached if order.isdigit()]
        # A group of radio buttons is one stop, at the chosen one.
        if numbers != sorted(numbers):
            wrong.append(f"{entry['path']}: out of order {numbers}")
        if len(reached) < expected:
            missing = sorted(set(range(expected)) - set(numbers))
            wrong.append(f"{entry['path']}: {missing} of {expected} not reached")
    watched.close()
    assert not wrong, "\n".join(wrong)


def test_what_is_wrong_with_a_form_has_the_focus(gallery, browser):
    watched = Watched(browser, gallery.origin)
    watched.page.goto(gallery.origin + "/pages/en/first-owner-wrong.html")
    assert watched.page.evaluate("document.activeElement.className") == "error-summary"
    watched.page.get_by_role("link", name="One-time token: Das Token ist unbekannt.").click()
    assert watched.page.evaluate("document.activeElement.name") == "token"
    watched.close()


def test_scripts_only_add(gallery, browser):
    """With and without scripts, the same controls; scripts ask, copy, narrow and fetch."""
    bare = Watched(browser, gallery.origin, java_script_enabled=False)
    bare.page.goto(gallery.origin + "/pages/en/tenants.html")
    assert bare.page.get_by_role("row").count() == 10
    assert bare.page.get_by_role("searchbox").count() == 1
    bare.page.goto(gallery.origin + "/pages/en/tenant.html")
    assert bare.page.get_by_role("link", name="Check health").is_visible()
    bare.close()

    watched = Watched(browser, gallery.origin, permissions=["clipboard-read", "clipboard-write"])
    page = watched.page
    page.goto(gallery.origin + "/pages/en/tenants.html")
    page.get_by_label("Narrow this page").fill("öztürk")
    assert page.get_by_role("row").count() == 2
    assert page.get_by_role("status").filter(has_text="1 rows match").count() == 1

    page.goto(gallery.origin + "/pages/en/key-shown.html")
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied").wait_for()

    sent = []
    page.route("**/keys/k1/revoke", lambda route: (sent.append(route.request.post_data), route.fulfill(body="done")))
    page.goto(gallery.origin + "/pages/en/tenant.html")
    page.get_by_role("button", name="Revoke Shop").click()
    dialog = page.get_by_role("dialog")
    assert "Revoke Shop?" in dialog.inner_text()
    dialog.get_by_role("button", name="Cancel").click()
    assert page.get_by_role("dialog").count() == 0 and not sent
    page.get_by_role("button", name="Revoke Shop").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    page.get_by_text("done").wait_for()
    assert sent == ["csrf=csrf-token-of-the-session"]
    watched.close()


def test_a_part_that_is_fetched_says_that_it_loads_and_when_it_fails(gallery, browser):
    watched = Watched(browser, gallery.origin)
    page = watched.page
    answers = ["", (pathlib.Path(gallery.folder) / "pages/en/channel-health.html").read_text()]
    waiting = []

    def answer(route):
        waiting.append(page.get_by_text("Loading…"))
        body = answers.pop(0)
        route.fulfill(status=200 if body else 503, body=body, content_type="text/html")

    page.route("**/channels/health", answer)
    page.goto(gallery.origin + "/pages/en/tenant.html")
    page.get_by_text("This could not be loaded.").wait_for()
    assert waiting
    assert page.get_by_role("link", name="Check health").is_visible()
    page.get_by_role("button", name="Try again").click()
    page.get_by_text("Quality rating: GREEN").first.wait_for()
    assert page.locator("#channels table").count() == 2
    watched.close()


def test_the_policy_stops_what_is_inline(gallery, browser):
    """Were something let through after all, the browser would not run it: the headers are really sent."""
    watched = Watched(browser, gallery.origin)
    watched.page.goto(gallery.origin + "/pages/en/sign-in.html")
    watched.page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = 1";
          document.body.append(script);
        }"""
    )
    assert watched.page.evaluate("window.ran === undefined")
    assert any("Content Security Policy" in complaint for complaint in watched.complaints)
    watched.close()
