"""Puts into requests what only a running installation knows, which no schema can say: so that right requests get beyond the first
refusal, and are still held to be accepted. Wrong ones stay exactly as they were made.

What happens on an operation is chosen by a count of its own, so that a run can be repeated.
"""

import collections
import json
import os
import pathlib
import sys
import time
import uuid

import requests
import schemathesis
from schemathesis.generation import GenerationMode
from schemathesis.generation.meta import TestPhase

sys.path.append(str(pathlib.Path(__file__).parents[1]))
from wording import wording  # noqa: E402

FACTS = json.loads(os.environ["OBHUT_FACTS"])
STAFF = {"Authorization": "Bearer " + os.environ["OBHUT_STAFF_TOKEN"]}
CALLS = collections.Counter()

# What would end the run's own tenant or its key happens to another.
DESTRUCTIVE = {"connectChannel", "disconnectChannel", "moveChannel", "changeTenant", "recordAgreement", "changeAgreement", "offerAgreement", "withdrawAgreement", "terminateTenant",
               "eraseTenant", "changeKey", "rotateKey", "revokeKey"}
# What changes terms and set-ups happens to a tenant whose channel stays; nor may the tenant's own key end the set-up that pages are
# tried on.
ASKING = {"setConsentTerms", "setPurpose", "retirePurpose", "createConsentSource", "changeConsentSource", "pauseConsentSource",
          "resumeConsentSource", "retireConsentSource"}
OWN_SOURCE = {"changeOwnConsentSource", "pauseOwnConsentSource", "resumeOwnConsentSource", "retireOwnConsentSource"}


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = case.operation.definition.raw["operationId"]
    CALLS[operation] += 1
    path = case.path_parameters or {}
    if operation in DESTRUCTIVE and path.get("tenant") == FACTS["path"]["tenant"]:
        path["tenant"] = FACTS["victim"]["tenant"]
    if operation in ASKING and path.get("tenant") == FACTS["path"]["tenant"]:
        path["tenant"] = FACTS["asker"]["tenant"]
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    # What one step made, the next one uses. Else one in four asks for what is not there; Meta says 400 then, not 404, and so do we
    # in its shape.
    if case.meta.phase.name != TestPhase.STATEFUL and CALLS[operation] % 4 or operation == "sendMetaMessage":
        for name in path:
            if name in FACTS["path"]:
                path[name] = FACTS["path"][name]
        if operation in DESTRUCTIVE:
            path.update({name: FACTS["victim"][name] for name in path if name in FACTS["victim"]})
        if operation in ASKING:
            path.update({name: FACTS["asker"][name] for name in path if name in FACTS["asker"]})
        if "key" in path:
            path["key"] = fresh_key(path["tenant"])
        if operation in OWN_SOURCE or operation == "retireConsentSource":
            path["source"] = fresh_source("path" if operation in OWN_SOURCE else "asker")
        if operation in ("setOwnPurpose", "retireOwnPurpose"):
            path["purpose"] = "other"
        if operation == "consentSourceFile":
            path["plugin"] = "signup-widget"
        if operation == "askConsentSource":
            path["part"] = "config"
        if operation == "useConsentSource":
            path["part"] = "agree"
    # What the run's own people agreed to goes on: messages are sent by it.
    if operation == "setOwnPurpose" and path.get("purpose") != "other" and isinstance(case.body, dict):
        case.body.pop("renews_consent", None)
    # A cursor fits the page that gave it out alone; test_lists.py follows them.
    if case.query:
        case.query.pop("cursor", None)
    # A key that was used before is for that request alone; test_repeating.py repeats them.
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    # A tag is that of what was read; test_repeating.py sends others.
    for name, tag in [("If-Match", "*"), ("If-None-Match", '"r1"')]:
        if case.headers and name in case.headers:
            case.headers[name] = tag
    if operation == "answerHandshake":
        case.query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": FACTS["verify_token"]}
    if operation.startswith(("askConsentSource", "useConsentSource", "preflightConsentSource")):
        case.headers["Origin"] = PAGE
    if operation == "putConsentImportContent":
        lines = {"text/csv": "phone\n+4930123456\n", "application/x-ndjson": '{"contact": {"phone": "+4930123456"}}\n'}
        case.body = lines.get(case.media_type, case.body)
    if operation == "readConsentLinks":
        case.query = {"channel_id": FACTS["path"]["channel"]}
    if isinstance(case.body, dict):
        BODIES.get(operation, lambda body: None)(case.body)


def fresh_key(tenant):
    """A key that may be revoked."""
    body = {"label": "to be used up", "scopes": ["messages:read"]}
    answer = requests.post(f"{FACTS['base']}/admin/v1/tenants/{tenant}/api-keys", json=body, headers=STAFF, timeout=10)
    return answer.json()["id"]


def fresh_source(whose):
    """A set-up that may be retired; those before it are, as a tenant may have so many."""
    known = FACTS[whose]
    body = {"plugin": "signup-widget", "channel_id": known["channel"], "name": "to be used up", "configuration": {}}
    url = f"{FACTS['base']}/admin/v1/tenants/{known['tenant']}/consent-sources"
    for old in requests.get(url, headers=STAFF, timeout=10).json()["data"]:
        if old["state"] != "retired" and old["id"] != known["source"]:
            requests.post(f"{url}/{old['id']}/retire", headers=STAFF, timeout=10)
    return requests.post(url, json=body, headers=STAFF, timeout=10).json()["id"]


def of_the_asker(body):
    """Configuration is the plugin's."""
    body.update(plugin="signup-widget", channel_id=FACTS["asker"]["channel"], configuration={})


def of_its_own(body):
    body.update(plugin="signup-widget", channel_id=FACTS["path"]["channel"], configuration={})


def worded(texts, text):
    """In the same two languages throughout, as a set-up shows only what is worded alike."""
    texts.clear()
    texts.update(de=text, en=text)


def worded_terms(body):
    body["imprint_url"] = "https://praxis.example/impressum"
    worded(body["privacy_notice"]["texts"], {"url": "https://praxis.example/datenschutz"})
    # The people of the run said no age; one that the terms ask for would be missing.
    if body.get("minimum_age") in range(13, 22):
        body["minimum_age"] = None


def worded_purpose(body):
    worded(body["texts"], {"title": "Termine", "text": "Die Praxis darf mir schreiben."})


def configured(body):
    if "configuration" in body:
        body["configuration"] = {}


def ticked(body):
    """The body is the plugin's, and tells what was shown."""
    shown = requests.get(f"{FACTS['base']}/s/{FACTS['path']['source']}/config?lang=de", timeout=10).json()
    body.clear()
    body.update(purposes=["service"], age=True, language="de", page=PAGE + "/", shown=shown["shown"])


def served_region(body):
    body["region"] = "eu-central"


def another_region(body):
    """And one of its shards, where one is named."""
    body["region"] = "eu-north"
    if body.get("shard"):
        body["shard"] = "eu-north-1"


def time_to_come(body):
    if body.get("expires_at"):
        body["expires_at"] = "2099-01-01T00:00:00Z"


def within_a_year(body):
    if body.get("expires_at"):
        body["expires_at"] = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + 30 * 86_400))


def reasoned(body):
    """A contract is ended by itself, without other changes; suspending needs a reason."""
    body["reason"] = "run"
    if body.get("state") == "terminated":
        body.pop("name", None)
        body.pop("details", None)


def reasoned_end(body):
    if body.get("state") == "ended":
        body["reason"] = "run"


def instructed(body):
    """It was given, and one that seems unlawful is answered."""
    body.update(given_at="2026-03-01T12:00:00Z", answer="Wir prüfen das.")


def known_person(body):
    """Addresses are what the channel plugin takes for one."""
    body.update(to={"contact_id": FACTS["path"]["contact"]}, channel_id=FACTS["path"]["channel"], purpose="service")
    body.pop("context", None)


def known_number(body):
    body.update(to=FACTS["phone"], recipient=None)
    body.pop("context", None)


def declared(body):
    """The other fields are the consent source's."""
    body.update(contact={"id": FACTS["path"]["contact"]}, source="declared", purpose="service", state="granted",
                occurred_at="2026-03-01T12:00:00Z", evidence={"method": "web_form", "text": "Ja.", "language": "de"})
    body["channel_id"] = FACTS["path"]["channel"]
    for name in set(body) - {"contact", "channel_id", "source", "purpose", "state", "occurred_at", "evidence"}:
        del body[name]


def known_people(body):
    body.update(people=[{"contact_id": FACTS["path"]["contact"]}], channel_id=FACTS["path"]["channel"], purposes=["service"])


def withdrawn(body):
    """Another purpose than the one that messages of the run have."""
    body.update(channel_id=FACTS["path"]["channel"], purpose="news", occurred_at="2026-03-01T12:00:00Z")


def new_number(body):
    """Keys and values are the channel plugin's; Meta knows the number."""
    number = str(10 ** 15 + CALLS["connectChannel"])
    requests.put(f"{FACTS['sandbox']}/sandbox/numbers/{number}", timeout=10, json={
        "waba_id": "2" + number, "display_phone_number": "+49 30 1", "verified_name": "Test", "access_token": "EAA" + number,
        "app_secret": "s" * 32, "registered": False, "subscribed": False}).raise_for_status()
    body.update(plugin="whatsapp-cloud", ingress={"app_secret": "s" * 32, "verify_token": "verify"},
                configuration={"phone_number_id": number, "business_account_id": "2" + number, "access_token": "EAA" + number,
                               "base_url": FACTS["sandbox"], "pin": "314159"})


def whole_text(body):
    """What a text of an agreement is, no pattern says."""
    body.update(wording(f"made-{CALLS['addAgreementText']}"), tenant_id=None)


def known_tenant(body):
    body["tenant"] = FACTS["path"]["tenant"]


def known_values(body):
    body.update({name: {} for name in ("configuration", "ingress") if body.get(name)})


PAGE = "https://praxis.example"
def known_channel(body):
    """A channel of the tenant's, and defaults that a declaration has."""
    if isinstance(body.get("channel_id"), str) and len(body["channel_id"]) == 36:
        body["channel_id"] = FACTS["path"]["channel"]
    if isinstance(body.get("defaults"), dict):
        body["defaults"] = {"purpose": "news"}


BODIES = {
    "setConsentTerms": worded_terms, "setOwnConsentTerms": worded_terms, "setPurpose": worded_purpose, "setOwnPurpose": worded_purpose,
    "createConsentSource": of_the_asker, "createOwnConsentSource": of_its_own, "changeConsentSource": configured,
    "changeOwnConsentSource": configured, "useConsentSource": ticked,
    "createTenant": served_region, "issueKey": time_to_come, "rotateKey": time_to_come, "sendMessage": known_person,
    "sendMetaMessage": known_number, "declareConsent": declared, "connectChannel": new_number, "changeChannel": known_values,
    "moveChannel": known_tenant, "issueOwnToken": within_a_year, "issueStaffToken": within_a_year, "changeTenant": reasoned,
    "changeAgreement": reasoned_end, "addAgreementText": whole_text, "checkAgreementText": whole_text,
    "recordInstruction": instructed, "changeTenantRegion": another_region,
    "checkGate": known_people, "beginConsentImport": known_channel, "withdrawConsent": withdrawn,
}
