"""A running `obhut dev`, and small clients for what it serves. Used by the acceptance tests, the harnesses and the benchmark."""

import hashlib
import hmac
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(look, what, seconds=30.0):
    """Looks until something true comes, or fails with what was last seen."""
    end = time.monotonic() + seconds
    seen = None
    while time.monotonic() < end:
        seen = look()
        if seen:
            return seen
        time.sleep(0.03)
    raise AssertionError(f"{what} did not come within {seconds} s; last seen: {seen!r}")


class Instance:
    """One `obhut dev` in a folder of its own."""

    def __init__(self, folder=None, binary=None):
        self.binary = binary or os.environ.get("OBHUT", str(ROOT / ".build/debug/obhut"))
        self.owns_folder = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="obhut-acceptance-"))
        # As root, PostgreSQL runs as another user, which must be able to pass through.
        self.folder.chmod(0o711)
        self.data, self.ready_file = self.folder / "data", self.folder / "ready.json"
        self.port, self.sandbox_port = free_port(), free_port()
        self.process = None
        self.ready = None

    def start(self):
        self.ready_file.unlink(missing_ok=True)
        self.spawn()
        return self.wait_until_ready()

    def command(self):
        return [self.binary, "dev", "--data-dir", str(self.data), "--port", str(self.port), "--sandbox-port", str(self.sandbox_port),
                "--ready-file", str(self.ready_file)]

    def spawn(self, **more):
        with open(self.folder / "dev.log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=subprocess.STDOUT, cwd=ROOT, **more)

    def wait_until_ready(self):
        end = time.monotonic() + 120
        while not self.ready_file.exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("obhut dev did not become ready:\n" + self.logs())
            time.sleep(0.05)
        self.ready = json.loads(self.ready_file.read_text())
        self.tenants = [Tenant(self, facts) for facts in self.ready["tenants"]]
        self.admin = Api(self.ready["base_url"] + "/admin/v1", self.ready["admin_token"])
        self.sandbox = Api(self.ready["sandbox_url"], None)
        return self

    def logs(self):
        parts = []
        for path in [self.folder / "dev.log", *sorted(self.data.glob("*.log"))]:
            if path.exists():
                parts.append(f"--- {path.name}\n" + path.read_text(errors="replace")[-3000:])
        return "\n".join(parts)

    def server_pid(self):
        return int((self.data / "server.pid").read_text())

    def processes(self):
        """Every process whose command line names the folder: id and command line."""
        found = {}
        for entry in pathlib.Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0") if entry.name.isdigit() else []
            except OSError:
                continue
            if any(str(self.folder) in word for word in words):
                found[int(entry.name)] = " ".join(words)
        return found

    def stop(self):
        """Ctrl-C; the exit code."""
        if self.process is None or self.process.poll() is not None:
            return None if self.process is None else self.process.returncode
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def remove(self):
        try:
            self.stop()
        finally:
            if self.owns_folder:
                shutil.rmtree(self.folder, ignore_errors=True)

    def dump(self, url):
        """A database as pg_dump writes it."""
        binary = self.ready["postgres"]["bin"] + "/pg_dump"
        return subprocess.run([binary, "--inserts", url], check=True, capture_output=True).stdout

    def sql(self, url, statement):
        result = subprocess.run(
            ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--command", statement, url],
            check=True, capture_output=True, text=True)
        return [line for line in result.stdout.splitlines() if line]

    def new_tenant(self, region="eu-central", agreement=True, **channel):
        """A tenant of a test's own, connected to the sandbox, with a key for everything; live when it has an agreement. `channel` as for
        `connect`."""
        created = self.admin.post("/tenants", {"name": f"Test {new_id()[6:18]}", "region": region}, expect=201)
        path = f"/tenants/{created['id']}"
        facts = {"tenant_id": created["id"], "name": created["name"], "region": region}
        if agreement:
            facts["agreement_id"] = self.admin.post(path + "/agreements", {"reference": "T-1", "signed_on": "2026-02-01"}, expect=201)["id"]
        scopes = ["messages:read", "messages:write", "contacts:read", "consents:read", "consents:write", "consent_evidence:read", "export:read",
                  "consent_terms:read", "consent_terms:write", "webhooks:write"]
        facts["api_key"] = self.admin.post(path + "/api-keys", {"label": "test", "scopes": scopes}, expect=201)["token"]
        facts.update(self.connect(path, **channel))
        if agreement:
            self.go_live(path)
        return Tenant(self, facts)

    def staff_token(self, *roles):
        """A token of a new member of staff with these roles."""
        name = new_id()[6:16].lower()
        member = self.admin.post("/staff", {"email": f"{name}@provider.example", "name": name, "roles": list(roles)}, expect=201)
        return self.admin.post(f"/staff/{member['id']}/tokens", {"label": "test"}, expect=201)["token"]

    def go_live(self, path):
        """Brings a tenant from draft to active; agreement, channel and key must be there."""
        self.admin.patch(path, {"details": CONTROLLER, "state": "onboarding"})
        self.admin.patch(path, {"state": "active"})

    def connect(self, path, app_secret=None, account=None):
        """Connects a new number to a tenant, at the sandbox too; what a client needs to know of it."""
        number, secret, verify, access = "10" + new_number(), app_secret or new_id(), new_id(), "EAA" + new_id()
        account = account or "2" + number
        shown = "+49 30 " + number[-8:]
        self.meta_knows(number, account, access, secret, verify, display_phone_number=shown)
        channel = self.admin.post(path + "/channels", {
            "plugin": "whatsapp-cloud", "ingress": {"app_secret": secret, "verify_token": verify},
            "configuration": {"phone_number_id": number, "business_account_id": account, "access_token": access,
                              "display_phone_number": shown, "base_url": self.ready["sandbox_url"], "pin": "314159"}}, expect=201)
        return {"channel_id": channel["id"], "phone_number_id": number, "business_account_id": account, "app_secret": secret,
                "verify_token": verify, "ingress_url": channel["ingress_url"], "display_phone_number": shown}

    def meta_knows(self, number, account, access_token, app_secret, verify_token="", **more):
        """A number at the sandbox that nobody has connected yet."""
        return self.sandbox.put(f"/sandbox/numbers/{number}", {
            "waba_id": account, "display_phone_number": "+49 30 " + number[-8:], "verified_name": "Test", "access_token": access_token,
            "app_secret": app_secret, "verify_token": verify_token, "registered": False, "subscribed": False, "contact_book": False, **more})

    def databases(self):
        return {"control": self.ready["postgres"]["control"], **self.ready["postgres"]["regions"]}

    def role_url(self, url, role):
        """The same database as another role."""
        password = json.loads((self.data / "secrets.json").read_text())["passwords"][role]
        return f"postgresql://{role}:{password}@" + url.split("@", 1)[1]


class Api:
    """JSON over HTTP with a bearer token."""

    def __init__(self, base, token):
        self.base, self.token = base, token
        self.session = requests.Session()

    def call(self, method, path, body=None, headers=None, token=None, data=None):
        sent = {}
        bearer = self.token if token is None else token
        if bearer:
            sent["Authorization"] = f"Bearer {bearer}"
        if body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        return self.session.request(method, self.base + path, data=data, headers={**sent, **(headers or {})}, timeout=30)

    def get(self, path, expect=200, **more):
        return self._expect(self.call("GET", path, **more), expect)

    def post(self, path, body=None, expect=200, **more):
        return self._expect(self.call("POST", path, body, **more), expect)

    def put(self, path, body=None, expect=200, **more):
        return self._expect(self.call("PUT", path, body, **more), expect)

    def patch(self, path, body=None, expect=200, **more):
        return self._expect(self.call("PATCH", path, body, **more), expect)

    def every(self, path):
        """All items of a listing, over all its pages."""
        cursor, join = None, "&" if "?" in path else "?"
        while True:
            page = self.get(path + join + "limit=200" + (f"&cursor={requests.utils.quote(cursor, safe='')}" if cursor else ""))
            yield from page["data"]
            cursor = page["next_cursor"]
            if not cursor:
                return

    @staticmethod
    def _expect(response, expect):
        assert response.status_code == expect, f"{response.request.method} {response.request.url}: {response.status_code} {response.text}"
        return response.json() if response.content else None


class Tenant:
    def __init__(self, instance, facts):
        self.instance, self.facts = instance, facts
        self.id, self.number, self.region = facts["tenant_id"], facts["phone_number_id"], facts["region"]
        self.api = Api(instance.ready["base_url"] + "/api/v1", facts["api_key"])
        self.ingress = facts["ingress_url"]
        self.webhooks = requests.Session()

    def sign(self, body, secret=None):
        return "sha256=" + hmac.new((secret or self.facts["app_secret"]).encode(), body, hashlib.sha256).hexdigest()

    def post_webhook(self, document, signature=None, session=None):
        """Posts as Meta does: everything beyond ASCII escaped, signed over the bytes."""
        body = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=True).encode()
        headers = {"X-Hub-Signature-256": signature or self.sign(body), "Content-Type": "application/json"}
        return (session or self.webhooks).post(self.ingress, data=body, headers=headers, timeout=30)

    def text_webhook(self, sender, text, message_id, name="Erika Muster", at=None):
        message = {"from": sender, "id": message_id, "timestamp": str(int(at or time.time())), "type": "text", "text": {"body": text}}
        return self.envelope({"contacts": [{"profile": {"name": name}, "wa_id": sender}], "messages": [message]})

    def envelope(self, value, field="messages"):
        value = {"messaging_product": "whatsapp",
                 "metadata": {"display_phone_number": "49305550101", "phone_number_id": self.number}, **value}
        return {"object": "whatsapp_business_account",
                "entry": [{"id": self.facts["business_account_id"], "changes": [{"field": field, "value": value}]}]}

    def handset_writes(self, handset, text, **more):
        return self.instance.sandbox.post(f"/handsets/{handset}/messages", {"to": self.number, "text": {"body": text}, **more})["id"]

    def inbound(self, text):
        """The message of that text, once it is there: its sender has agreed (`agrees`), before or since."""
        return eventually(
            lambda: next((m for m in self.api.every("/messages?direction=inbound") if m.get("text", {}).get("body") == text), None),
            f"the message {text!r}")

    def consent(self, contact, state="granted", purpose="service", expect=201, **more):
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        evidence = {"method": "web_form", "text": "Ich bin einverstanden.", "language": "de"}
        if purpose == "health":
            evidence["explicit"] = True
        evidence = more.pop("evidence", evidence)
        return self.api.post("/consents", {"contact": contact, "purpose": purpose, "state": state, "occurred_at": now,
                                           "evidence": evidence, **more}, expect=expect)

    def send(self, to, text, expect=200, **more):
        headers = more.pop("headers", None)
        return self.api.post("/messages", {"to": to, "text": {"body": text}, **more}, expect=expect, headers=headers)

    def state(self, message, *states, seconds=30.0):
        seen = {}

        def look():
            seen.update(self.api.get(f"/messages/{message}"))
            return seen["state"] in states

        try:
            eventually(look, f"message {message} in {states}", seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}: it is {seen['state']}, {seen.get('fault')}") from None
        return seen

    def hurry(self):
        """Makes what waits for its next attempt due now."""
        self.instance.sql(self.instance.ready["postgres"]["regions"][self.region],
                          f"UPDATE queue_lanes SET run_at = now() WHERE tenant_id = '{self.id}' AND lease_owner IS NULL")

    def on_handset(self, handset, reference):
        """The messages of ours with that id that reached the handset."""
        shown = self.instance.sandbox.get(f"/handsets/{handset}/messages")["messages"]
        return [m for m in shown if m.get("biz_opaque_callback_data") == reference]

    def agrees(self, address, purpose="inquiries"):
        """The person agreed to something, so that what they write is the tenant's to read; to be written to, they agree to `service`.
        The contact's id."""
        return self.consent({"phone" if address.isdigit() else "bsuid": address}, purpose=purpose)["contact_id"]

    def talk(self, handset=None, consent=True):
        """A person who wrote and, unless told otherwise, agreed to be written to: handset and contact id."""
        handset = handset or new_number()
        self.agrees(handset, "service" if consent else "inquiries")
        text = f"Hallo {random.getrandbits(64):x}"
        self.handset_writes(handset, text)
        return handset, self.inbound(text)["contact_id"]

    def held_back(self):
        """How much of what people wrote is in quarantine."""
        return int(self.instance.sql(self.instance.ready["postgres"]["regions"][self.region],
                                     f"SELECT count(*) FROM quarantined_messages WHERE tenant_id = '{self.id}'")[0])

    # What people are asked, and where.

    def terms(self, **change):
        """Terms of consent with one purpose, `service`, in German and English."""
        notice = {language: {"url": f"https://praxis.example/{language}/datenschutz"} for language in ("de", "en")}
        self.instance.admin.put(f"/tenants/{self.id}/consent-terms", {
            "controller": "Praxis Morgenrot", "imprint_url": "https://praxis.example/impressum",
            "privacy_notice": {"version": "2026-03", "texts": notice}, **change})
        self.purpose("service")

    def purpose(self, name, title="Termine", **change):
        texts = {"de": {"title": title, "text": f"Die Praxis darf mir zu {title} schreiben."},
                 "en": {"title": title + " (en)", "text": f"The practice may write to me about {title}."}}
        return self.instance.admin.put(f"/tenants/{self.id}/purposes/{name}", {"legal_basis": "Art. 6(1)(a) GDPR", "texts": texts, **change})

    def set_up(self, plugin="signup-widget", origins=("https://praxis.example",), expect=201, **configuration):
        """A set-up of a consent source."""
        return self.instance.admin.post(f"/tenants/{self.id}/consent-sources", {
            "plugin": plugin, "channel_id": self.facts["channel_id"], "name": "Homepage", "origins": list(origins),
            "configuration": configuration}, expect=expect)


CONTROLLER = {
    "legal_name": "Praxis Morgenrot GmbH", "legal_form": "GmbH", "register": {"name": "Amtsgericht Köln, HRB", "number": "12345"},
    "address": {"street": "Lindenweg 3", "postal_code": "50667", "city": "Köln", "country": "DE"},
    "representative": {"name": "Dr. Ada Morgenrot", "function": "Geschäftsführerin"},
    "data_protection_officer": {"name": "Dora Schutz", "email": "dsb@morgenrot.example", "phone": "+49221555010"},
    "breach_contact": {"name": "Emil Wacht", "email": "panne@morgenrot.example", "phone": "+49221555011"},
    "purposes": ["Terminvereinbarung"], "data_categories": ["Name, Rufnummer"], "person_categories": ["Patientinnen und Patienten"],
    "special_categories": {"processed": True, "kinds": ["health"]}, "retention": {"messages": 365}, "languages": ["de"],
}


def new_number():
    return "4915" + "".join(random.choice("0123456789") for _ in range(9))


def new_id():
    return "wamid." + "".join(random.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(32))
