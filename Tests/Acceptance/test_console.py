"""The console on a running installation: sign-in, and a tenant from new to active, by mouse and by keyboard alone."""

import pathlib
import re
import subprocess

import axe_playwright_python
import pytest
import requests
from playwright.sync_api import sync_playwright

from gallery import launch
from obhut import Instance, eventually, new_id, new_number
from wording import wording
from operating import WithKeyboard, WithMouse, one_time_code

AXE = (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
PASSWORD = "Nebel über der Förde am Morgen"
PROVIDER = {
    "Legal name": "Muster Connect GmbH", "Address": "Hafenstraße 1, 20457 Hamburg", "Representative": "Ada Lindqvist",
    "Breach contact": "panne@muster.example", "Governing law, in German": "deutsches Recht",
    "Governing law, in English": "German law", "Venue, in German": "Hamburg", "Venue, in English": "Hamburg",
}


@pytest.fixture(scope="module")
def house():
    """An installation of its own: its first owner is made here."""
    running = Instance()
    try:
        running.start()
        yield running
    finally:
        running.remove()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


class Owner:
    """The first owner, who set up the account in the browser."""

    def __init__(self):
        self.secret, self.used = None, 0

    def code(self):
        # A code counts once; the next step's is taken too.
        self.used += 1
        return one_time_code(self.secret, later=self.used - 1)


@pytest.fixture(scope="module")
def owner(house, browser):
    owner = Owner()
    token = subprocess.run(
        [house.binary, "staff", "first-owner", "--config", str(house.data / "obhut.json")], check=True, capture_output=True,
        text=True).stdout.strip()
    person = WithMouse(browser, house.ready["base_url"])
    person.goto("/console/set-up")
    person.secret("One-time token", token)
    person.type("Name", "Ada Lindqvist")
    person.type("E-mail", "ada@muster.example")
    person.secret("New password", PASSWORD)
    person.press(person.page.get_by_role("button", name="Create account"))
    person.at("Second factor")
    assert person.page.get_by_role("img").evaluate("e => e.complete && e.naturalWidth > 0")
    owner.secret = person.page.locator(".secret-value code").inner_text()
    person.type("Code", owner.code())
    person.press(person.page.get_by_role("button", name="Confirm"))
    person.at("Recovery codes")
    assert len(person.page.locator(".secret-value code").inner_text().split()) >= 8
    person.press(person.page.get_by_role("link", name="I have stored it"))
    person.at("Tenants")
    person.goto("/console/regions")
    person.press(person.page.get_by_role("link", name="Provider's details"))
    for label, text in PROVIDER.items():
        person.type(label, text)
    person.press(person.page.get_by_role("button", name="Save"))
    person.page.get_by_text("Saved.").wait_for()
    assert person.page.title().endswith("Muster Connect GmbH · Obhut")
    assert not person.complaints
    owner.state = person.context.storage_state()
    person.close()
    return owner


def sign_in(person, owner, path):
    """With password and code, to the page that was asked for."""
    person.goto(path)
    person.at("Sign in")
    person.type("E-mail", "ada@muster.example")
    person.secret("Password", PASSWORD)
    person.press(person.page.get_by_role("button", name="Sign in"))
    person.at("One-time code")
    person.type("Code", owner.code())
    person.press(person.page.get_by_role("button", name="Go on"))
    person.page.wait_for_url("**" + path)


def confirm(person, name):
    """The button, and the question that a script asks."""
    person.press(person.page.get_by_role("button", name=name))
    person.press(person.page.get_by_role("dialog").get_by_role("button", name=name))


def fill_in_details(person):
    for label, text in [
        ("Legal name", "Nordlicht Apotheken AG"), ("Legal form", "AG"), ("Street", "Lindenweg 3"), ("Postcode", "24103"),
        ("City", "Kiel"),
    ]:
        person.type(label, text)
    person.choose("Country", "Germany")
    person.type("Representative's name", "Henrik Storm")
    person.type("Representative's role", "Vorstand")
    person.type("Why none is named", "Fewer than twenty people")
    person.type("Breach contact", "Emil Wacht")
    person.type("Breach contact, e-mail", "panne@nordlicht.example")
    person.type("Breach contact, telephone", "+49431555011")
    person.type("Purposes", "Order updates")
    person.type("Categories of data", "Name, telephone number")
    person.type("Categories of people", "Customers")
    person.tick("No", role="radio")
    person.type("Messages, days", "365")
    person.tick("German")
    person.press(person.page.get_by_role("button", name="Save"))


def onboard(house, browser, person, outside):
    """From new to active; the signatory accepts in another browser."""
    page, name = person.page, f"Nordlicht {new_id()[6:14]}"
    person.goto("/console/tenants")
    person.press(page.get_by_role("link", name="New tenant").first)
    person.type("Name", name)
    person.tick("Helsinki", role="radio")
    person.press(page.get_by_role("button", name="Create tenant"))
    page.wait_for_url(re.compile(r"/console/tenants/[0-9a-f-]{36}$"))
    person.at(name)
    assert page.get_by_text("Created.").is_visible()
    home = page.url

    person.press(page.get_by_role("link", name="Complete the details"))
    fill_in_details(person)
    page.wait_for_url(home)
    assert page.get_by_text("Nordlicht Apotheken AG").is_visible()

    text = f"text-{new_id()[6:18].lower()}"
    house.admin.post("/agreement-texts", wording(text, title="Agreement for pharmacies"), expect=201)
    person.goto(home)
    person.press(page.locator("summary", has_text=re.compile("^\\s*Draft an agreement")))
    person.type("Reference", "AVV-2026-0042")
    person.tick("English", role="radio")
    person.tick(f"{text}, version 1", role="radio")
    person.press(page.get_by_role("button", name="Create draft"))
    person.at("AVV-2026-0042")
    person.press(page.locator("summary", has_text=re.compile("^\\s*Offer")))
    person.replace("Open for days", "14")
    person.press(page.get_by_role("button", name="Make the link"))
    page.get_by_text("Link for the signatory").wait_for()
    link = page.locator("#step code").inner_text()
    agreement = page.url.removesuffix("/offer")

    assert page.get_by_role("heading", name="Agreement for pharmacies").count() == 1
    accept(outside(browser, house.ready["base_url"]), link, name)

    person.goto(agreement)
    assert page.get_by_text(link).count() == 0, "the link is shown once"
    confirm(person, "Countersign")
    page.get_by_text("Countersigned: the agreement is in force.").wait_for()
    person.goto(home)

    number, access, secret, verify = "10" + new_number(), "EAA" + new_id(), new_id(), new_id()
    house.meta_knows(number, "2" + number, access, secret, verify, display_phone_number="+49 431 555012")
    person.press(page.get_by_role("link", name="Connect a channel").first)
    person.press(page.get_by_role("link", name="whatsapp-cloud"))
    person.secret("phone_number_id", number)
    person.secret("business_account_id", "2" + number)
    person.secret("access_token", access)
    person.secret("display_phone_number", "+49 431 555012")
    person.secret("base_url", house.ready["sandbox_url"])
    person.secret("pin", "314159")
    person.secret("app_secret", secret)
    person.secret("verify_token", verify)
    person.press(page.get_by_role("button", name="Connect"))
    person.at("+49 431 555012")
    assert access not in page.content() and secret not in page.content()
    person.goto(home)

    person.press(page.get_by_role("link", name="Issue a key").first)
    person.type("Label", "Shop")
    person.tick("Send messages")
    person.press(page.get_by_role("button", name="Issue a key"))
    key = page.locator(".secret-value code").inner_text()
    person.press(page.get_by_role("link", name="I have stored it"))
    person.at(name)
    assert key not in page.content()

    person.press(page.locator("summary", has_text=re.compile("^\\s*Start onboarding")))
    person.press(page.get_by_role("button", name="Start onboarding"))
    page.get_by_text("The state is changed.").wait_for()
    person.press(page.locator("summary", has_text=re.compile("^\\s*Go live")))
    person.press(page.get_by_role("button", name="Go live"))
    page.get_by_text("The state is changed.").wait_for()
    id = home.rsplit("/", 1)[1]
    assert house.admin.get(f"/tenants/{id}")["state"] == "active"
    # The key was made to send; it is known, and may not read.
    answer = requests.get(house.tenants[0].api.base + "/messages", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 403 and "messages:read" in answer.text
    assert not person.complaints
    return home


def accept(signatory, link, tenant):
    page = signatory.page
    assert signatory.goto(link).headers["content-security-policy"].startswith("default-src 'none'")
    assert tenant in page.get_by_role("heading", level=1).locator("..").inner_text()
    signatory.press(page.get_by_role("button", name="Accept with binding effect"))
    page.locator(".error-summary").wait_for()
    signatory.type("Your name", "Henrik Storm")
    signatory.type("Your role", "Vorstand")
    signatory.type("Place", "Kiel")
    signatory.tick("I may sign")
    signatory.tick("I have read")
    signatory.press(page.get_by_role("button", name="Accept with binding effect"))
    page.get_by_role("heading", name="Accepted").first.wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("PDF")).first.click()
    assert pathlib.Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    closed = signatory.goto(link)
    assert closed.status == 410
    signatory.complaints = [text for text in signatory.complaints if "410" not in text and "422" not in text]
    assert not signatory.complaints
    signatory.close()


def test_a_tenant_is_brought_in_by_mouse(house, browser, owner):
    person = WithMouse(browser, house.ready["base_url"], storage_state=owner.state)
    home = onboard(house, browser, person, WithMouse)
    person.goto(home)
    person.press(person.page.get_by_role("link", name="+49 431 555012"))
    person.press(person.page.locator("summary", has_text="Disconnect"))
    person.type("Reason", "The shop closes")
    confirm(person, "Disconnect")
    person.page.get_by_text("Ended.").wait_for()
    assert house.admin.get(f"/tenants/{home.rsplit('/', 1)[1]}/channels")["data"][0]["state"] == "disconnected"
    person.close()


def test_a_tenant_is_brought_in_by_keyboard_alone(house, browser, owner):
    person = WithKeyboard(browser, house.ready["base_url"])
    sign_in(person, owner, "/console/tenants")
    onboard(house, browser, person, WithKeyboard)
    person.press(person.page.get_by_role("button", name="Sign out"))
    person.page.get_by_text("You are signed out.").wait_for()
    person.close()


def violations(page):
    return page.evaluate(
        """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
             .map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 200)).join(" | "))""")


def test_live_pages_are_accessible_and_fit(house, browser, owner):
    person = WithMouse(browser, house.ready["base_url"], storage_state=owner.state, bypass_csp=True, reduced_motion="reduce")
    person.page.add_init_script(AXE)
    tenant = house.tenants[0]
    of_tenant = f"/console/tenants/{tenant.id}"
    agreement = house.admin.get(f"/tenants/{tenant.id}/agreements")["data"][0]["id"]
    channel = house.admin.get(f"/tenants/{tenant.id}/channels")["data"][0]["id"]
    key = house.admin.get(f"/tenants/{tenant.id}/api-keys")["data"][0]["id"]
    wrong = []
    for path in [
        "/console/sign-in", "/console/set-up", "/console/reset", "/console/tenants", "/console/tenants?search=xyz",
        "/console/tenants/new", of_tenant, of_tenant + "/details", f"{of_tenant}/agreements/{agreement}",
        of_tenant + "/channels/new", of_tenant + "/channels/new?plugin=whatsapp-cloud", f"{of_tenant}/channels/{channel}",
        f"{of_tenant}/channels/{channel}/configuration", f"{of_tenant}/channels/{channel}/move", of_tenant + "/instructions",
        f"{of_tenant}/keys/{key}", of_tenant + "/channels/health", of_tenant + "/keys/new", of_tenant + "/consent", of_tenant + "/consent/terms",
        of_tenant + "/consent/new-purpose", of_tenant + "/consent/new-source", of_tenant + "/consent/new-source?plugin=signup-widget", "/console/approvals", "/console/audit", "/console/audit/control/1",
        "/console/staff", "/console/staff/new", "/console/regions", "/console/provider", "/console/account", "/console/nothing", "/agreements/none",
        "/notices/none",
    ]:
        person.goto(path)
        for width in (360, 1280):
            person.page.set_viewport_size({"width": width, "height": 800})
            for scheme in ("light", "dark"):
                person.page.emulate_media(color_scheme=scheme)
                wrong += [f"{path} {width} {scheme}: {found}" for found in violations(person.page)]
            if person.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wrong.append(f"{path} scrolls sideways at {width}")
    wrong += [text for text in person.complaints if "404" not in text]
    person.close()
    assert not wrong, "\n".join(wrong)


def test_what_is_wrong_is_said_and_changes_nothing(house, browser, owner):
    person = WithMouse(browser, house.ready["base_url"])
    person.goto("/console/sign-in")
    person.type("E-mail", "ada@muster.example")
    person.secret("Password", "not the one")
    person.press(person.page.get_by_role("button", name="Sign in"))
    assert person.page.get_by_text("E-mail or password is wrong.").is_visible()
    assert "not the one" not in person.page.content()
    person.close()

    person = WithMouse(browser, house.ready["base_url"], storage_state=owner.state)
    person.goto("/console/tenants/new?lang=de")
    person.at("Neuer Mandant")
    person.goto("/console/tenants/new")
    assert person.title() == "Neuer Mandant", "the language is remembered"
    person.goto("/console/tenants/new?lang=en")
    person.page.evaluate("document.querySelectorAll('[required]').forEach(e => e.required = false)")
    person.press(person.page.get_by_role("button", name="Create tenant"))
    assert person.page.locator(".error-summary").is_visible()
    person.close()


def forms(house, owner):
    """A client with the owner's cookies, and a form's token."""
    client = requests.Session()
    for cookie in owner.state["cookies"]:
        client.cookies.set(cookie["name"], cookie["value"])
    page = client.get(house.ready["base_url"] + "/console/tenants/new").text
    return client, re.search(r'name="csrf" value="([^"]+)"', page)[1]


def test_forms_from_elsewhere_are_refused(house, owner):
    base = house.ready["base_url"]
    client, token = forms(house, owner)
    ours = {"Origin": base, "Sec-Fetch-Site": "same-origin"}
    form = {"name": "Forged", "region": "eu-north"}
    for fields, headers in [
        (form, ours), ({**form, "csrf": token[::-1]}, ours), ({**form, "csrf": token}, {}),
        ({**form, "csrf": token}, {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}),
        ({**form, "csrf": token}, {"Origin": base, "Sec-Fetch-Site": "cross-site"}),
    ]:
        answer = client.post(base + "/console/tenants", data=fields, headers=headers, allow_redirects=False)
        assert answer.status_code == 403 and answer.headers["content-type"].startswith("text/html"), headers
    assert not [t for t in house.admin.every("/tenants") if t["name"] == "Forged"]
    for path in ("/console/sign-in", "/console/set-up", "/console/reset", "/console/sign-in/link", "/agreements/none/accept"):
        assert requests.post(base + path, data={"token": "x"}).status_code == 403, path
    # A session opens pages alone, never the API.
    assert client.get(base + "/admin/v1/tenants").status_code == 401


def join(house, browser, owner, name, role):
    """A new member, who sets password and authenticator with the token that was shown, signed in."""
    person = WithMouse(browser, house.ready["base_url"], storage_state=owner.state)
    person.goto("/console/staff/new")
    person.type("Name", name)
    person.type("E-mail", name.split()[0].lower() + "@muster.example")
    person.tick(role)
    person.press(person.page.get_by_role("button", name="Add"))
    token = person.page.locator(".secret-value code").inner_text()
    person.close()

    person = WithMouse(browser, house.ready["base_url"])
    person.goto("/console/reset")
    person.secret("One-time token", token)
    person.secret("New password", f"{PASSWORD} {name}")
    person.press(person.page.get_by_role("button", name="Set password"))
    person.type("Code", one_time_code(person.page.locator(".secret-value code").inner_text()))
    person.press(person.page.get_by_role("button", name="Confirm"))
    person.at("Recovery codes")
    person.recovery = person.page.locator(".secret-value code").inner_text().split()
    person.press(person.page.get_by_role("link", name="I have stored it"))
    person.at("Tenants")
    return person


def test_a_role_without_the_permission_sees_neither_link_nor_page(house, browser, owner):
    person = join(house, browser, owner, "Sam Hilfe", "Support")
    links = person.page.get_by_role("link").all_inner_texts()
    assert "Tenants" in links and not {"Staff", "Audit trail", "Approvals"} & set(links)
    assert person.page.get_by_role("link", name="New tenant").count() == 0
    for path in ("/console/staff", "/console/audit", "/console/approvals", "/console/tenants/new",
                 f"/console/tenants/{house.tenants[0].id}/keys/new"):
        assert person.goto(path).status == 403, path
        person.at("Not allowed")
    person.close()


def test_what_cannot_be_undone_takes_two(house, browser, owner):
    id = house.admin.post("/tenants", {"name": "Auf Zeit", "region": "eu-north"}, expect=201)["id"]
    second = join(house, browser, owner, "Mirela Popescu", "Onboarding")
    first = WithMouse(browser, house.ready["base_url"], storage_state=owner.state)
    page = first.page
    first.goto(f"/console/tenants/{id}")
    first.press(page.locator("summary", has_text=re.compile("^\\s*Terminate")))
    first.type("Reason", "The contract was never signed")
    confirm(first, "Terminate")
    page.get_by_text("Asked for: somebody else must agree.").wait_for()
    first.goto("/console/approvals")
    first.at("Approvals")
    assert page.get_by_text("Auf Zeit").first.is_visible()
    assert page.get_by_role("button", name="Approve").count() == 0, "who asked cannot decide"
    assert house.admin.get(f"/tenants/{id}")["state"] == "draft"
    first.close()

    second.goto("/console/approvals")
    button = second.page.get_by_role("button", name=re.compile("^Approve")).first
    second.press(button)
    second.press(second.page.get_by_role("dialog").get_by_role("button", name=re.compile("^Approve")))
    second.page.get_by_text("Decided.").wait_for()
    eventually(lambda: house.admin.get(f"/tenants/{id}")["state"] == "terminated", "the end of the contract")
    second.close()


def test_the_link_that_obhut_dev_prints_signs_in_once(house, browser):
    assert house.ready["sign_in_url"] in (house.folder / "dev.log").read_text()
    for is_first in (True, False):
        person = WithMouse(browser, house.ready["base_url"])
        person.goto(house.ready["sign_in_url"])
        person.press(person.page.get_by_role("button", name="Sign in"))
        if is_first:
            person.at("Tenants")
        else:
            assert person.page.get_by_text("This token is no longer good").is_visible()
        person.close()


def test_assets_are_kept_and_pages_are_not(house):
    base = house.ready["base_url"]
    page = requests.get(base + "/console/sign-in")
    assert page.headers["cache-control"] == "no-store" and "content-security-policy" in page.headers
    style = requests.get(base + re.search(r'href="(/console/assets/[^"]+\.css)"', page.text)[1])
    assert style.status_code == 200 and "immutable" in style.headers["cache-control"]
    assert requests.get(base + "/console/assets/none.css").status_code == 404
    # Only a path of ours leads on from the sign-in.
    for asked, return_to in [("?search=a", "?return_to=%2Fconsole%2Ftenants%3Fsearch%3Da"), ("?x=//evil.example", "")]:
        away = requests.get(base + "/console/tenants" + asked, allow_redirects=False)
        assert away.status_code == 303 and away.headers["location"] == "/console/sign-in" + return_to
