"""A person at the console: with a mouse, or with nothing but a keyboard."""

import base64
import hashlib
import hmac
import re
import struct
import time


def one_time_code(secret, later=0):
    """As an authenticator shows it (RFC 6238), so many steps later."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + later), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start:start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


class Person:
    """What one does at a page. `complaints` has what no page may do: errors, and requests to elsewhere."""

    def __init__(self, browser, origin, **options):
        self.context = browser.new_context(**{"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, **options})
        self.page = self.context.new_page()
        self.origin, self.complaints = origin, []
        self.page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.see(request.url))

    def see(self, url):
        if not url.startswith((self.origin + "/", "data:image/svg+xml")):
            self.complaints.append("a request to " + url)

    def goto(self, path):
        return self.page.goto(path if path.startswith("http") else self.origin + path)

    def title(self):
        return self.page.get_by_role("heading", level=1).inner_text()

    def at(self, title):
        """Waits until the page of that title is there."""
        self.page.get_by_role("heading", level=1, name=title, exact=True).wait_for()

    def labelled(self, label, role):
        return self.page.get_by_role(role, name=re.compile("^" + re.escape(label))).first

    def close(self):
        self.context.close()


class WithMouse(Person):
    def press(self, locator):
        locator.click()

    def type(self, label, text, role="textbox"):
        self.labelled(label, role).click()
        self.page.keyboard.type(text)

    def secret(self, label, text):
        self.page.get_by_label(label).click()
        self.page.keyboard.type(text)

    def replace(self, label, text):
        self.labelled(label, "textbox").click(click_count=3)
        self.page.keyboard.type(text)

    def choose(self, label, option):
        self.labelled(label, "combobox").select_option(label=option)

    def tick(self, label, role="checkbox"):
        self.labelled(label, role).click()


class WithKeyboard(Person):
    """Tab, Shift+Tab, arrows, Enter and Space; never a pointer."""

    def reach(self, locator):
        locator.wait_for()
        element = locator.element_handle()
        for _ in range(400):
            if element.evaluate("e => e === document.activeElement"):
                return element
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{locator} is not reached by Tab")

    def press(self, locator):
        self.reach(locator)
        self.page.keyboard.press("Enter")

    def type(self, label, text, role="textbox"):
        self.reach(self.labelled(label, role))
        self.page.keyboard.type(text)

    def secret(self, label, text):
        self.reach(self.page.get_by_label(label))
        self.page.keyboard.type(text)

    def replace(self, label, text):
        self.reach(self.labelled(label, "textbox"))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, label, option):
        self.reach(self.labelled(label, "combobox"))
        self.page.keyboard.type(option)

    def tick(self, label, role="checkbox"):
        wanted = self.labelled(label, role)
        if role == "checkbox":
            self.reach(wanted)
            return self.page.keyboard.press("Space")
        # A group of radio buttons is one stop; arrows go on within it.
        group = wanted.get_attribute("name")
        for _ in range(400):
            if self.page.evaluate("document.activeElement.name") == group:
                break
            self.page.keyboard.press("Tab")
        self.page.keyboard.press("Space")
        for _ in range(20):
            if wanted.is_checked():
                return None
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{label} is not reached by the arrows")
