"""What is changed at the console besides bringing a tenant in: one's password, instructions, keys, channels."""

import re

import requests

from obhut import eventually, new_id
from operating import WithKeyboard, WithMouse
from test_console import PASSWORD, browser, confirm, house, join, owner  # noqa: F401


def seated(house, browser, owner, kind=WithMouse):  # noqa: F811
    return kind(browser, house.ready["base_url"], storage_state=owner.state)


def test_ones_own_password_is_changed_and_other_sessions_end(house, browser, owner):  # noqa: F811
    base = house.ready["base_url"]
    person = join(house, browser, owner, "Tove Brandt", "Support")
    page, old = person.page, f"{PASSWORD} Tove Brandt"

    def submit(current, new, again, code):
        person.goto("/console/account")
        person.secret("Current password", current)
        page.locator("[name=new_password]").fill(new)
        page.locator("[name=repeated_password]").fill(again)
        person.type("Code", code)
        person.press(page.get_by_role("button", name="Change password"))

    fresh = "Regen über der Elbe am Abend"
    for current, new, again, code, said in [
        (old, fresh, fresh + "x", "", "New password, once more: The two are not the same."),
        (old, "kurz", "kurz", "", "New password: give 12 characters or more"),
        ("not the one at all", fresh, fresh, person.recovery[0], "Current password: The current password is wrong."),
        (old, fresh, fresh, "000000", "Code: The code is wrong or has expired."),
    ]:
        submit(current, new, again, code)
        assert said in page.locator(".error-summary").inner_text()
        assert not any(secret in page.content() for secret in (old, fresh, person.recovery[0]))

    # Somebody who had the cookie, and one more session of hers.
    stolen = requests.Session()
    for cookie in person.context.cookies():
        stolen.cookies.set(cookie["name"], cookie["value"])
    assert stolen.get(base + "/console/account", allow_redirects=False).status_code == 200
    other = WithMouse(browser, base)
    other.goto("/console/sign-in")
    other.type("E-mail", "tove@muster.example")
    other.secret("Password", old)
    other.press(other.page.get_by_role("button", name="Sign in"))
    other.type("Code", person.recovery[1])
    other.press(other.page.get_by_role("button", name="Go on"))
    other.at("Tenants")

    submit(old, fresh, fresh, person.recovery[0])
    page.get_by_text("Your password is changed; your other sessions have ended.").wait_for()
    person.at("Account")
    assert page.locator("#sessions tbody tr").count() == 1
    assert stolen.get(base + "/console/account", allow_redirects=False).status_code == 303
    other.goto("/console/account")
    other.at("Sign in")
    for password, heading in [(old, "Sign in"), (fresh, "One-time code")]:
        other.goto("/console/sign-in")
        other.type("E-mail", "tove@muster.example")
        other.secret("Password", password)
        other.press(other.page.get_by_role("button", name="Sign in"))
        other.at(heading)
    other.close()
    # Refusals and the change stand in the trail.
    entries = [e for e in house.admin.every("/audit/control/entries?action=password.changed")]
    assert [e["outcome"] for e in entries].count("refused") == 2 and [e["outcome"] for e in entries].count("done") == 1
    person.complaints = [text for text in person.complaints if "422" not in text]
    assert not person.complaints
    person.close()


def test_an_instruction_is_recorded_by_keyboard_alone(house, browser, owner):  # noqa: F811
    tenant = house.tenants[0]
    person = seated(house, browser, owner, WithKeyboard)
    page = person.page
    person.goto(f"/console/tenants/{tenant.id}")
    person.press(page.get_by_role("link", name="Instructions"))
    person.at("Instructions")
    person.press(page.locator("summary", has_text="Record an instruction"))
    person.type("Instruction", "Send the list of contacts\nto our broker.")
    person.type("Given by", "Henrik Storm, director")
    person.tick("It seems to infringe")
    person.press(page.get_by_role("button", name="Record"))
    assert "Our answer: say what the controller was told" in page.locator(".error-summary").inner_text()
    assert page.locator("[name=text]").input_value() == "Send the list of contacts\nto our broker."
    person.type("Our answer", "There is no legal basis for it.")
    person.press(page.get_by_role("button", name="Record"))
    page.get_by_text("Recorded.").wait_for()
    shown = page.locator("section", has_text="to our broker.").last.inner_text()
    for text in ("Seems unlawful", "Henrik Storm, director", "There is no legal basis for it.", "Send the list of contacts"):
        assert text in shown
    [told] = house.admin.get(f"/tenants/{tenant.id}/instructions")["data"]
    assert told["seems_unlawful"] and told["text"] == "Send the list of contacts\nto our broker."
    agreement = house.admin.get(f"/tenants/{tenant.id}/agreements")["data"][0]["id"]
    person.goto(f"/console/tenants/{tenant.id}/agreements/{agreement}")
    assert page.get_by_text("1 recorded under this agreement.").is_visible()
    person.complaints = [text for text in person.complaints if "422" not in text]
    assert not person.complaints
    person.close()


def test_a_key_is_replaced_and_the_old_one_goes_on_for_a_while(house, browser, owner):  # noqa: F811
    tenant = house.tenants[0]
    path = f"/tenants/{tenant.id}/api-keys"
    old = house.admin.post(path, {"label": "Till", "scopes": ["messages:read"]}, expect=201)

    def status(token):
        return requests.get(house.ready["base_url"] + "/api/v1/messages", headers={"Authorization": f"Bearer {token}"}).status_code

    person = seated(house, browser, owner)
    page = person.page
    person.goto(f"/console/tenants/{tenant.id}")
    person.press(page.get_by_role("link", name="Till"))
    person.at("Till")
    person.press(page.locator("summary", has_text="Replace"))
    person.replace("Old key goes on, hours", "721")
    person.press(page.get_by_role("button", name="Issue the new key"))
    assert "give a whole number from 0 to 720" in page.locator(".error-summary").inner_text()
    person.replace("Old key goes on, hours", "2")
    person.press(page.get_by_role("button", name="Issue the new key"))
    person.at("API key replaced")
    token = page.locator(".secret-value code").inner_text()
    assert status(token) == 200 and status(old["token"]) == 200 and token != old["token"]
    person.press(page.get_by_role("link", name="I have stored it"))
    person.goto(f"/console/tenants/{tenant.id}/keys/{old['id']}")
    assert token not in page.content() and page.get_by_text("This key was replaced.").is_visible()
    assert page.locator("summary", has_text="Replace").count() == 0
    person.press(page.get_by_role("link", name="The key that follows"))
    assert page.get_by_role("link", name="The key before it").is_visible()
    person.goto(f"/console/tenants/{tenant.id}/keys/{old['id']}")
    confirm(person, "Revoke")
    page.get_by_text("Revoked.").wait_for()
    eventually(lambda: status(old["token"]) == 401, "the old key's end", seconds=5)
    assert status(token) == 200
    person.complaints = [text for text in person.complaints if "422" not in text]
    assert not person.complaints
    person.close()


def test_a_channels_settings_are_changed_and_its_secrets_never_shown(house, browser, owner):  # noqa: F811
    tenant = house.new_tenant()
    facts, admin = tenant.facts, f"/tenants/{tenant.id}/channels/{tenant.facts['channel_id']}"
    home = f"/console{admin}"
    person = seated(house, browser, owner)
    page = person.page
    person.goto(home)
    person.press(page.get_by_role("link", name="Change the settings"))
    person.at("Change the settings")
    assert page.locator("[name='configuration.phone_number_id']").count() == 0, "the number stays"
    for name in ("configuration.access_token", "configuration.pin", "ingress.app_secret", "ingress.verify_token"):
        assert page.locator(f"[name='{name}']").input_value() == ""
    assert "Last given on" in page.locator("#f-configuration-access-token-hint, [id*=access][id$=hint]").first.inner_text()
    assert facts["app_secret"] not in page.content() and "314159" not in page.content()

    before = {s["name"]: s["changed_at"] for s in house.admin.get(admin)["secrets"]}
    fresh = "EAA" + new_id()
    page.locator("[name='configuration.access_token']").fill("EAA-nobody-knows")
    person.press(page.get_by_role("button", name="Save"))
    summary = page.locator(".error-summary").inner_text()
    assert summary.startswith("1 thing") and "access_token: " in summary
    assert "EAA-nobody-knows" not in page.content()

    house.sandbox.put(f"/sandbox/numbers/{facts['phone_number_id']}", {"access_token": fresh})
    page.locator("[name='configuration.access_token']").fill(fresh)
    page.locator("[name='configuration.display_phone_number']").fill("+49 30 4711")
    person.press(page.get_by_role("button", name="Save"))
    page.get_by_text("Saved.").wait_for()
    person.at("+49 30 4711")
    assert fresh not in page.content()
    after = {s["name"]: s["changed_at"] for s in house.admin.get(admin)["secrets"]}
    assert {name for name in after if after[name] != before[name]} == {"configuration.access_token"}
    _, contact = tenant.talk()
    tenant.state(tenant.send({"contact_id": contact}, "with the new token")["id"], "delivered")

    # Of two who change it the second is told.
    person.goto(home + "/configuration")
    house.admin.patch(admin, {"configuration": {"display_phone_number": "+49 30 4712"}})
    page.locator("[name='configuration.display_phone_number']").fill("+49 30 4713")
    person.press(page.get_by_role("button", name="Save"))
    assert "It was changed since you saw it." in page.locator(".error-summary").inner_text()
    assert house.admin.get(admin)["display_address"] == "+49 30 4712"

    person.goto(home)
    person.press(page.locator("summary", has_text="Stop"))
    person.type("Reason", "The shop moves house")
    confirm(person, "Stop")
    page.get_by_text("Stopped.").first.wait_for()
    assert page.get_by_text("The shop moves house").is_visible()
    assert house.admin.get(admin)["state"] == "stopped"
    person.press(page.get_by_role("button", name="Start"))
    page.get_by_text("Started.").wait_for()
    assert house.admin.get(admin)["state"] == "active"
    person.complaints = [text for text in person.complaints if not re.search("412|422", text)]
    assert not person.complaints
    person.close()


def test_a_number_moves_once_a_second_member_agrees(house, browser, owner):  # noqa: F811
    tenant, target = house.new_tenant(), house.new_tenant(region="eu-north")
    home = f"/console/tenants/{tenant.id}/channels/{tenant.facts['channel_id']}"
    number = tenant.facts["display_phone_number"]
    person = seated(house, browser, owner)
    page = person.page
    person.goto(home)
    person.press(page.get_by_role("link", name="Move to another tenant"))
    person.at(f"Move {number}")
    person.press(page.get_by_role("button", name="Ask for the move"))
    assert "Tenant: this is missing" in page.locator(".error-summary").inner_text()
    person.choose("Tenant", f"{target.facts['name']} (eu-north)")
    person.type("Reason", "The shop was sold")
    person.press(page.get_by_role("button", name="Ask for the move"))
    page.get_by_text("Asked for: somebody else must agree.").wait_for()
    assert page.get_by_text("Move a number: asked by Ada Lindqvist").is_visible()
    person.goto("/console/approvals")
    mine = page.locator("section", has_text=number).last
    for text in (tenant.facts["name"], target.facts["name"], "Region eu-central", "Region eu-north", "The shop was sold"):
        assert text in mine.inner_text()
    assert mine.get_by_role("button", name="Approve").count() == 0, "who asked cannot decide"
    person.complaints = [text for text in person.complaints if "422" not in text]
    assert not person.complaints
    person.close()

    second = join(house, browser, owner, "Kaja Second", "Owner")
    second.goto("/console/approvals")
    button = second.page.locator("section", has_text=number).last.get_by_role("button", name=re.compile("^Approve"))
    second.press(button)
    second.press(second.page.get_by_role("dialog").get_by_role("button", name=re.compile("^Approve")))
    second.page.get_by_text("Decided.").wait_for()
    eventually(
        lambda: number in [c["display_address"] for c in house.admin.get(f"/tenants/{target.id}/channels")["data"]],
        "the number with the other tenant")
    assert house.admin.get(f"/tenants/{tenant.id}/channels")["data"][0]["state"] == "disconnected"
    second.close()
