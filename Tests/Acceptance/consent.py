"""People who are asked for consent in the chat: a tenant's terms, a set-up of the chatbot, and handsets that answer."""

import json
import pathlib
import random

import requests

from obhut import eventually, new_id, new_number

FIXTURES = pathlib.Path(__file__).resolve().parents[1] / "Fixtures"
# What the chatbot says, and people answer, by language.
WORDS = json.loads((FIXTURES / "chatbot-terms/words.json").read_text())
# Country codes of people who are addressed in their language before they have written a word of it.
COUNTRIES = {"de": "49151", "fr": "33612", "it": "39347", "pl": "48512"}


def terms(name, **more):
    """A tenant's terms as the database keeps them: profile and purposes."""
    document = json.loads((FIXTURES / f"chatbot-terms/{name}.json").read_text())
    profile = {"controller": document["controller"], "imprint_url": document["imprint_url"],
               "privacy_notice": document["notice"], "minimum_age": None, "quarantine_hours": 72, "entry_code_hours": 48,
               "evidence_years": 5, "unproven": "refuse", **more}
    return profile, document["purposes"]


def chatbot(tenant, name="service", configuration=None, **profile):
    """Gives a tenant terms and a chatbot that asks on its channel. Written into the database as `ConsentSourceService` does."""
    kept, purposes = terms(name, **profile)
    source = new_uuid()
    statements = [f"INSERT INTO consent_profiles (tenant_id, version, profile, created_by) VALUES ('{tenant.id}', 1, {text(kept)}, 'test')"]
    for purpose in purposes:
        definition = {"legal_basis": purpose["legal_basis"], "special_category": purpose["special_category"],
                      "validity_days": purpose.get("validity_days"), "texts": purpose["texts"]}
        statements.append(
            f"INSERT INTO purposes (tenant_id, purpose, version, definition, created_by) "
            f"VALUES ('{tenant.id}', '{purpose['name']}', {purpose['version']}, {text(definition)}, 'test')")
    named = [{"purpose": purpose["name"], "version": purpose["version"]} for purpose in purposes]
    statements += [
        f"INSERT INTO consent_sources (tenant_id, source_id, plugin, channel_id, name, converses, state, version) "
        f"VALUES ('{tenant.id}', '{source}', 'chatbot', '{tenant.facts['channel_id']}', 'Chat', true, 'active', 1)",
        f"INSERT INTO consent_source_versions (tenant_id, source_id, version, configuration, profile_version, purposes, created_by) "
        f"VALUES ('{tenant.id}', '{source}', 1, {text(configuration or {})}, 1, {text(named)}, 'test')"]
    sql(tenant, "; ".join(statements))
    return source


def text(document):
    return "'" + json.dumps(document, ensure_ascii=False).replace("'", "''") + "'"


def new_uuid():
    return f"{random.getrandbits(32):08x}-{random.getrandbits(16):04x}-4{random.getrandbits(12):03x}-8{random.getrandbits(12):03x}-{random.getrandbits(48):012x}"


def sql(tenant, statement):
    return tenant.instance.sql(tenant.instance.ready["postgres"]["regions"][tenant.region], statement)


class Handset:
    """A person's phone in a chat with a tenant."""

    def __init__(self, tenant, language="de"):
        self.tenant, self.words = tenant, WORDS[language]
        self.number = COUNTRIES.get(language, "4915") + new_number()[-8:]
        self.read = 0

    def writes(self, words, **more):
        return self.tenant.handset_writes(self.number, words, **more)

    def sends(self, type, content):
        return self.tenant.instance.sandbox.post(
            f"/handsets/{self.number}/messages", {"to": self.tenant.number, "type": type, type: content})["id"]

    def presses(self, title, message=None):
        """The button of that title under the last question, or under the one given."""
        shown = message or next(m for m in reversed(self.shown()) if title in buttons(m))
        return self.sends("interactive", {"type": "button_reply", "button_reply": {"id": buttons(shown)[title], "title": title}})

    def shown(self):
        """What the phone shows from the tenant's number, in order."""
        thread = self.tenant.instance.sandbox.get(f"/handsets/{self.number}/messages")["messages"]
        return [message for message in thread if message["direction"] == "in"]

    def hears(self, *parts):
        """The next message that comes, which must contain all these."""
        shown = eventually(lambda: self.shown()[self.read:], f"a message with {parts}")
        self.read += 1
        for part in parts:
            assert part in said(shown[0]), (part, said(shown[0]))
        return shown[0]

    def hears_nothing_more(self):
        """Once everything that was written has been heard, and everything queued has gone out."""
        idle(self.tenant)
        assert [said(message) for message in self.shown()[self.read:]] == []


def idle(tenant):
    """Waits until nothing of the tenant's is queued."""
    def look():
        pending = tenant.instance.sandbox.get("/sandbox/stats")["webhooks_pending"]
        return pending == 0 and sql(tenant, f"SELECT count(*) FROM queue_jobs WHERE tenant_id = '{tenant.id}' AND dead_at IS NULL") == ["0"]

    eventually(look, "an empty queue")


def said(message):
    content = message[message["type"]]
    body = content["body"]
    return body if isinstance(body, str) else body["text"]


def buttons(message):
    if message["type"] != "interactive":
        return {}
    return {button["reply"]["title"]: button["reply"]["id"] for button in message["interactive"]["action"]["buttons"]}


def texts(tenant, direction="inbound"):
    """What the tenant reads, in order."""
    messages = sorted(tenant.api.every(f"/messages?direction={direction}"), key=lambda message: message["id"])
    return [message.get("text", {}).get("body") or message["type"] for message in messages]


def reads_nothing(tenant):
    """Whether no route, export or listing tells the tenant that anybody wrote."""
    for path in ["/contacts", "/conversations", "/messages"]:
        assert list(tenant.api.every(path)) == [], path
    exported = requests.get(tenant.api.base + "/export", headers={"Authorization": f"Bearer {tenant.api.token}"}, timeout=30)
    rows = [json.loads(line) for line in exported.text.splitlines()]
    told = {line["table"] for line in rows if "row" in line}
    assert not told & {"contacts", "identities", "conversations", "messages", "message_statuses", "consents", "consent_events"}, told
    return True


__all__ = ["COUNTRIES", "WORDS", "Handset", "buttons", "chatbot", "idle", "new_id", "reads_nothing", "said", "sql", "texts"]
