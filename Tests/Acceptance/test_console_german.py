"""Bad input to every form of the console, by somebody who reads German: no sentence of the platform's is left in English."""

import html
import json
import pathlib
import re

import pytest
import requests

from test_console import browser, forms, house, owner  # noqa: F401

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENGLISH = json.loads((ROOT / "Sources/Server/Console/Catalogues/en.json").read_text())
NOBODY = "01990c3e-7a4b-7d21-9f31-5e0c2b7a9d10"
LONG, FUTURE, PAST = "x" * 10_001, "2031-01-31", "2020-01-31"


def pattern(text):
    """A sentence with its values."""
    return ".+?".join(re.escape(part) for part in re.split(r"\{[a-z]+\}", text))


SENTENCES = {
    key: re.compile(r"(?<![\w-])" + pattern(text) + r"(?![\w-])") for key, text in ENGLISH.items()
    if key.startswith("refused.") and not key.startswith("refused.value.") and key != "refused.other"}
# Words by which an English sentence shows that no catalogue has.
OTHERS = re.compile(r"\b(the|give|must|cannot|there is|there are|is not|at most|already|expected|found)\b")


def said(page):
    """What a page says of itself: hints, which are the plugins' own, and what was typed left out."""
    page = re.search(r"<main.*?</main>", page, re.S)[0]
    page = re.sub(r'<p class="hint".*?</p>|<span class="hint".*?</span>|<textarea.*?</textarea>|<select.*?</select>', " ", page, flags=re.S)
    wrong = re.findall(r'<div class="error-summary".*?</div>|<p class="error".*?</p>|<div class="problem".*?</div>', page, re.S)
    text = " ".join(wrong) if wrong else page
    return html.unescape(re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", text)))


@pytest.fixture(scope="module")
def desk(house, owner):  # noqa: F811
    """The owner at the German console, beside tenants in several states."""
    client, csrf = forms(house, owner)
    client.cookies.set("obhut-lang", "de")
    client.headers.update({"Origin": house.ready["base_url"], "Sec-Fetch-Site": "same-origin"})
    admin, live, other = house.admin, house.tenants[0], house.new_tenant()
    draft = admin.post("/tenants", {"name": "Entwurf", "region": "eu-central"}, expect=201)["id"]
    keys = f"/tenants/{live.id}/api-keys"
    key = admin.post(keys, {"label": "Alt", "scopes": ["messages:read"]}, expect=201)["id"]
    rotated = admin.post(keys, {"label": "Ersetzt", "scopes": ["messages:read"]}, expect=201)["id"]
    admin.post(f"{keys}/{rotated}/rotate", {"overlap_hours": 1}, expect=201)
    member = admin.post("/staff", {"email": "pal@muster.example", "name": "Pal", "roles": ["auditor"]}, expect=201)["id"]
    idle = house.new_tenant()
    admin.post(f"/tenants/{idle.id}/channels/{idle.facts['channel_id']}/disconnect", {"reason": "over"})
    asks = house.new_tenant()
    asks.terms()
    chat, button, over = asks.set_up("chatbot", origins=()), asks.set_up(), asks.set_up()
    admin.post(f"/tenants/{asks.id}/consent-sources/{over['id']}/retire")
    set_ups = f"/console/tenants/{asks.id}/consent/sources"
    places = {
        "asks": f"/console/tenants/{asks.id}/consent", "asks_channel": asks.facts["channel_id"], "button": f"{set_ups}/{button['id']}",
        "chat": f"{set_ups}/{chat['id']}", "over": f"{set_ups}/{over['id']}",
        "live": f"/console/tenants/{live.id}", "draft": f"/console/tenants/{draft}", "key": key, "rotated": rotated,
        "channel": f"/console/tenants/{other.id}/channels/{other.facts['channel_id']}", "member": member, "nobody": NOBODY,
        "idle": f"/console/tenants/{idle.id}/channels/{idle.facts['channel_id']}", "draft_id": draft, "other_id": other.id,
        "agreement": f"/console/tenants/{live.id}/agreements/" + admin.get(f"/tenants/{live.id}/agreements")["data"][0]["id"],
        "me": next(m["id"] for m in admin.get("/staff")["data"] if m["email"] == "ada@muster.example")}
    # A draft without the facts that an offer needs.
    admin.patch(f"/tenants/{draft}", {"details": {"legal_name": "Entwurf GmbH"}})
    made = client.post(
        house.ready["base_url"] + places["draft"] + "/agreements", data={"csrf": csrf, "reference": "E-1", "language": "de"},
        allow_redirects=False)
    assert made.status_code == 303, made.text
    places["drafted"] = made.headers["Location"]
    places["revision"] = str(admin.get(places["channel"].removeprefix("/console"))["revision"])
    places["phone"] = other.facts["phone_number_id"]

    def post(path, fields):
        return client.post(house.ready["base_url"] + path.format(**places), data=[("csrf", csrf), *(
            (name, value.format(**places)) for name, values in fields.items()
            for value in ([values] if isinstance(values, str) else values))], allow_redirects=False)

    post.client, post.places, post.base, post.admin = client, places, house.ready["base_url"], admin
    return post


# By the route as Docs/console.md has it: the page's path and what is sent to it, several times each.
TERMS = {"controller": "Praxis", "imprint_url": "https://p.example", "notice_version": "1", "notice.de.url": "https://p.example/d",
         "quarantine_hours": "72", "entry_code_hours": "48", "evidence_years": "5", "unproven": "refuse", "version": "0"}
PURPOSE = {"name": "anders", "legal_basis": "Art. 6", "special_category": "no", "advertising": "no", "position": "100", "texts.de.title": "T", "texts.de.text": "S."}
# Much at once that the chatbot refuses; braces twice, as addresses and values are filled.
BAD_SCRIPT = json.dumps({
    "languages": ["de", "sv"], "reminder": {"after_minutes": 1, "texts": {"de": "x"}}, "wait_minutes": "x", "greeting": {"de": "{nobody}"},
    "unclear": {"de": "", "sv": "x"}, "stopped": [],
    "steps": {"Lost": {}, "lost": {"kind": "say", "texts": {"de": "x"}, "next": "nowhere"}, "none": {"kind": "x"},
              "further": {"agree": None, "decline": None, "explicit": "x", "purposes": ["none", 7], "if": {"agreed": "none", "language": "fr"},
                          "texts": {"de": "LONG"}, "footer": {"de": "LONG" * 30}},
              "refused": {"outcome": "x"}, "pick": {"kind": "choice", "texts": {"de": "x"}, "options": [
                  {"id": "a/b"}, {"id": "a", "titles": {"de": "LONG" * 10}, "next": "first", "language": "it"}, 7]}}},
).replace("{", "{{").replace("}", "}}")
SOURCE = {"plugin": "signup-widget", "name": "Seite", "channel_id": "{asks_channel}"}
CONSENT = {
    "/console/tenants/{tenant}/consent/terms": [
        ("{live}/consent/terms", {}), ("{live}/consent/terms", {**TERMS, "controller": LONG, "imprint_url": "x", "notice_version": ""}),
        ("{live}/consent/terms", {**TERMS, "notice.de.url": "http://p.example", "notice.de.sha256": "z"}),
        ("{live}/consent/terms", {**TERMS, "other.language": "de", "other.url": "https://p.example"}),
        ("{live}/consent/terms", {**TERMS, "other.url": "https://p.example"}),
        ("{live}/consent/terms", {**TERMS, "other.language": "Klingonisch", "other.url": "https://p.example"}),
        ("{live}/consent/terms", {**TERMS, "notice.de.url": ""}),
        ("{live}/consent/terms", {**TERMS, "quarantine_hours": "0", "evidence_years": "x", "minimum_age": "99"}),
        ("{asks}/terms", {**TERMS, "version": "99"})],
    "/console/tenants/{tenant}/consent/purposes": [
        ("{asks}/purposes", {}), ("{asks}/purposes", {**PURPOSE, "name": "Alles Gute"}), ("{asks}/purposes", {**PURPOSE, "name": "all"}),
        ("{asks}/purposes", {**PURPOSE, "legal_basis": "", "validity_days": "-1", "position": "x"}),
        ("{asks}/purposes", {**PURPOSE, "texts.de.text": LONG}), ("{asks}/purposes", {**PURPOSE, "texts.de.text": "", "texts.de.title": ""}),
        ("{asks}/purposes", {**PURPOSE, "other.title": "x", "other.text": "x"}), ("{asks}/purposes", {**PURPOSE, "name": "service"}),
        ("{asks}/purposes", {**PURPOSE, "name": "service", "old": "yes", "version": "99", "renews_consent": "no"}),
        ("{asks}/purposes", {**PURPOSE, "name": "service", "old": "yes", "version": "1"}),
        ("{asks}/purposes", {**PURPOSE, "name": "service", "old": "yes", "version": "1", "renews_consent": "yes", "texts.de.title": "",
                             "texts.de.text": "", "other.language": "sv", "other.title": "T", "other.text": "S."})],
    "/console/tenants/{tenant}/consent/purposes/{purpose}/retire": [("{asks}/purposes/none/retire", {}), ("{asks}/purposes/service/retire", {})],
    "/console/tenants/{tenant}/consent/sources": [
        ("{asks}/sources", {}), ("{asks}/sources", {**SOURCE, "plugin": "nothing"}), ("{asks}/sources", {**SOURCE, "plugin": "declared"}),
        ("{asks}/sources", {**SOURCE, "channel_id": NOBODY}), ("{live}/consent/sources", SOURCE),
        ("{asks}/sources", {**SOURCE, "plugin": "chatbot"}), ("{asks}/sources", {**SOURCE, "plugin": "chatbot", "configuration": BAD_SCRIPT}),
        ("{asks}/sources", {**SOURCE, "name": "", "origins": "https://a.example/x\nhttps://b.example"}),
        ("{asks}/sources", {**SOURCE, "origins": "https://b.example\nhttps://b.example:443", "configuration.colour": "#ffffff"}),
        ("{asks}/sources", {**SOURCE, "configuration.colour": "rot", "configuration.mode": "x", "configuration.contact": "x"}),
        ("{asks}/sources", {**SOURCE, "configuration.needed": "none"}), ("{asks}/sources", {**SOURCE, "configuration.needed": "service\nservice"}),
        ("{asks}/sources", {**SOURCE, "configuration": "{{"}), ("{asks}/sources", {**SOURCE, "configuration": "[]"}),
        ("{asks}/sources", {**SOURCE, "configuration.colour": "#0B3D91", "configuration": '{{"colour": "#000000"}}'}),
        ("{asks}/sources", {**SOURCE, "configuration": '{{"none": 1, "texts": {{"sv": {{}}, "de": {{"button": 7}}}}}}'})],
    "/console/tenants/{tenant}/consent/sources/{source}": [
        ("{button}", {"name": "", "revision": "1"}), ("{button}", {"name": "A", "revision": "99"}),
        ("{button}", {"name": "A", "revision": "1", "configuration": "x"}), ("{over}", {"name": "A", "revision": "2"})],
    "/console/tenants/{tenant}/consent/sources/{source}/pause": [("{over}/pause", {})],
    "/console/tenants/{tenant}/consent/sources/{source}/resume": [("{over}/resume", {})],
    "/console/tenants/{tenant}/consent/sources/{source}/retire": [("{over}/retire", {}), ("{asks}/sources/{nobody}/retire", {})],
}

BAD = {
    "/console/sign-in": [("", {"email": "ada@muster.example", "password": "falsch"})],
    "/console/sign-in/code": [("", {"code": "000000"})],
    "/console/sign-in/second-factor": [("", {"code": "000000"})],
    "/console/sign-in/link": [("", {"token": "x"})],
    "/console/sign-in/with/{provider}": [("/console/sign-in/with/none", {})],
    "/console/set-up": [("", {"token": "x", "name": "", "email": "", "password": ""})],
    "/console/reset": [("", {"token": "x", "password": "kurz"})],
    "/console/tenants": [
        ("", {"name": "N"}), ("", {"name": "", "region": "eu-north"}), ("", {"name": LONG[:300], "region": "eu-north"}),
        ("", {"name": "N", "region": "xx-nowhere"})],
    "/console/tenants/{tenant}/details": [
        ("{draft}/details", {
            "legal_name": LONG[:300], "legal_form": "a\x07b", "country": "XX", "street": "S", "officer_name": "O", "officer_email": "o",
            "officer_phone": "030", "breach_name": " ", "breach_email": "b@", "breach_phone": "+0301234567"}),
        ("{draft}/details", {
            "breach_name": "B", "breach_email": "b@b.example", "breach_phone": "+49 30", "purposes": "a\na", "languages": ["de", "xx", "de"],
            "special_categories": "yes", "retention_contacts": "0", "retention_media": "99999999"}),
        ("{draft}/details", {"breach_name": "B", "breach_email": "b@b.example", "breach_phone": "+123", "purposes": "\n".join(map(str, range(60)))}),
        ("{draft}/details", {"special_categories": "no", "special_kinds": "health", "retention_contacts": "viele"}),
        ("{draft}/details", {"officer_name": "O", "officer_email": "o@o.example", "officer_phone": "+49301234567", "officer_absent": "Weil"}),
        ("{live}/details", {"purposes": "", "special_categories": "no"})],
    "/console/tenants/{tenant}/moves/{move}": [
        ("{live}/moves/suspend", {}), ("{live}/moves/suspend", {"suspend.reason": LONG[:1500]}), ("{live}/moves/onboard", {}),
        ("{live}/moves/erase", {"erase.reason": "Weg"}), ("{live}/moves/terminate", {}), ("{draft}/moves/activate", {}),
        ("{draft}/moves/suspend", {"suspend.reason": "Weil"}), ("{live}/moves/nothing", {})],
    "/console/tenants/{tenant}/region": [
        ("{live}/region", {}), ("{live}/region", {"region.to": "eu-north"}), ("{live}/region", {"region.to": "xx-nowhere", "region.reason": "Weil"}),
        ("{live}/region", {"region.to": "eu-central", "region.reason": "Weil"}),
        ("{live}/region", {"region.to": "eu-north", "region.reason": LONG[:1500]})],
    "/console/tenants/{tenant}/region/cancel": [
        ("{live}/region/cancel", {}), ("{live}/region/cancel", {"region.cancel_reason": "Weil"})],
    "/console/tenants/{tenant}/agreements": [
        ("{draft}/agreements", {"reference": "R"}), ("{draft}/agreements", {"reference": "", "language": "de"}),
        ("{draft}/agreements", {"reference": LONG[:300], "language": "de"})],
    "/console/tenants/{tenant}/agreements/{agreement}/offer": [
        ("{drafted}/offer", {"days": "viele"}), ("{drafted}/offer", {"days": "0"}), ("{drafted}/offer", {"days": "14"}),
        ("{agreement}/offer", {"days": "14"})],
    "/console/tenants/{tenant}/agreements/{agreement}/link": [("{drafted}/link", {})],
    "/console/tenants/{tenant}/agreements/{agreement}/withdraw": [
        ("{drafted}/withdraw", {"withdraw.reason": ""}), ("{drafted}/withdraw", {"withdraw.reason": LONG[:1500]}),
        ("{agreement}/withdraw", {"withdraw.reason": "Weil"})],
    "/console/tenants/{tenant}/agreements/{agreement}/countersign": [("{drafted}/countersign", {})],
    "/console/tenants/{tenant}/agreements/{agreement}/suspend": [
        ("{agreement}/suspend", {}), ("{drafted}/suspend", {"suspend.reason": "Weil"})],
    "/console/tenants/{tenant}/agreements/{agreement}/reinstate": [
        ("{agreement}/reinstate", {}), ("{drafted}/reinstate", {"reinstate.reason": "Weil"})],
    "/console/tenants/{tenant}/agreements/{agreement}/end": [
        ("{agreement}/end", {"end.reason": " "}), ("{drafted}/end", {"end.reason": "Weil"})],
    "/console/tenants/{tenant}/notices/{notice}/link": [("{live}/notices/{nobody}/link", {})],
    "/console/tenants/{tenant}/instructions": [
        ("{live}/instructions", {"text": "", "given_by": "", "given_at": FUTURE, "seems_unlawful": "yes"}),
        ("{live}/instructions", {"text": LONG, "given_by": "H", "given_at": "2026-99-99"}),
        ("{live}/instructions", {"text": LONG, "given_by": "H", "answer": LONG}),
        ("{draft}/instructions", {"text": "T", "given_by": "H"})],
    "/console/tenants/{tenant}/channels": [
        ("{draft}/channels", {"plugin": "none"}), ("{draft}/channels", {"plugin": "whatsapp-cloud"}),
        ("{draft}/channels", {"plugin": "whatsapp-cloud", "configuration.phone_number_id": " ", "configuration.pin": "12",
                              "configuration.base_url": "ftp://x"}),
        ("{draft}/channels", {
            "plugin": "whatsapp-cloud", "configuration.phone_number_id": "{phone}", "configuration.business_account_id": "2",
            "configuration.access_token": "EAA", "ingress.app_secret": "s", "ingress.verify_token": "v"}),
        ("{draft}/channels", {
            "plugin": "whatsapp-cloud", "configuration.phone_number_id": "9" * 129, "configuration.business_account_id": "2",
            "configuration.access_token": "EAA", "ingress.app_secret": "s", "ingress.verify_token": "v"})],
    "/console/tenants/{tenant}/channels/{channel}/start": [("{idle}/start", {})],
    "/console/tenants/{tenant}/channels/{channel}/stop": [
        ("{channel}/stop", {}), ("{channel}/stop", {"stop.reason": LONG[:1500]}), ("{idle}/stop", {"stop.reason": "Weil"})],
    "/console/tenants/{tenant}/channels/{channel}/disconnect": [
        ("{channel}/disconnect", {"disconnect.reason": "  "}), ("{idle}/disconnect", {"disconnect.reason": "Weil"})],
    "/console/tenants/{tenant}/channels/{channel}/configuration": [
        ("{channel}/configuration", {"revision": "{revision}", "overlap": "viele"}),
        ("{channel}/configuration", {
            "revision": "{revision}", "overlap": "20000", "configuration.base_url": "ftp://x", "configuration.pin": "12",
            "configuration.business_account_id": "2", "configuration.display_phone_number": "3", "configuration.api_version": "v23.0"}),
        ("{channel}/configuration", {
            "revision": "{revision}", "overlap": "60", "configuration.base_url": "ftp://x", "configuration.pin": "12",
            "configuration.business_account_id": "2", "configuration.display_phone_number": "3", "configuration.api_version": "v23.0"}),
        ("{channel}/configuration", {
            "revision": "0", "overlap": "60", "configuration.base_url": "https://x.example", "configuration.business_account_id": "2",
            "configuration.display_phone_number": "3", "configuration.api_version": "v23.0"}),
        ("{idle}/configuration", {"revision": "1", "overlap": "60"})],
    "/console/tenants/{tenant}/channels/{channel}/move": [
        ("{channel}/move", {"reason": ""}), ("{channel}/move", {"to": "{other_id}", "reason": "Weil"}),
        ("{channel}/move", {"to": "{draft_id}", "reason": "Weil"}), ("{channel}/move", {"to": "{draft_id}", "reason": LONG[:1500]}),
        ("{idle}/move", {"to": "{other_id}", "reason": "Weil"})],
    "/console/tenants/{tenant}/keys": [
        ("{live}/keys", {"label": "", "scopes": "messages:read"}), ("{live}/keys", {"label": "L"}),
        ("{live}/keys", {"label": "L", "scopes": "messages:read", "expires": PAST}),
        ("{live}/keys", {"label": "L", "scopes": "messages:read", "expires": "morgen"}),
        ("{live}/keys", {"label": "L", "scopes": "messages:read", "addresses": "hier"}),
        ("{live}/keys", {"label": "L", "scopes": "messages:read", "addresses": "\n".join(f"10.0.0.{n}" for n in range(51))})],
    "/console/tenants/{tenant}/keys/{key}/rotate": [
        ("{live}/keys/{key}/rotate", {"overlap": "viele"}), ("{live}/keys/{key}/rotate", {"overlap": "1", "expires": PAST}),
        ("{live}/keys/{rotated}/rotate", {"overlap": "1"})],
    "/console/tenants/{tenant}/keys/{key}/revoke": [("{live}/keys/{nobody}/revoke", {})],
    "/console/provider": [("", {}), ("", {"name": LONG[:600]})],
    "/console/approvals/{approval}/approve": [("/console/approvals/{own}/approve", {}), ("/console/approvals/{nobody}/approve", {})],
    "/console/approvals/{approval}/decline": [
        ("/console/approvals/{own}/decline", {"reason": ""}), ("/console/approvals/{decided}/decline", {"reason": "Weil"})],
    "/console/staff": [
        ("", {"name": "", "email": "e"}), ("", {"name": "", "email": "e", "role": "owner"}),
        ("", {"name": "N", "email": "PAL@muster.example", "role": "auditor"})],
    "/console/staff/{member}": [
        ("/console/staff/{member}", {"name": "N", "email": "pal@muster.example"}),
        ("/console/staff/{member}", {"name": LONG[:300], "email": "pal@muster.example", "role": "auditor"}),
        ("/console/staff/{member}", {"name": "N", "email": "andere@muster.example", "role": "auditor"}),
        ("/console/staff/{me}", {"name": "Ada", "email": "ada@muster.example", "role": "auditor"})],
    **CONSENT,
    "/console/staff/{member}/deactivate": [("/console/staff/{me}/deactivate", {})],
    "/console/staff/{member}/tokens/{staff_token}/revoke": [("/console/staff/{member}/tokens/{nobody}/revoke", {})],
    "/console/account/password": [
        ("", {}), ("", {"current_password": "a", "new_password": "b", "repeated_password": "c"}),
        ("", {"current_password": "a", "new_password": "kurz", "repeated_password": "kurz"}),
        ("", {"current_password": "a", "new_password": "passwort1234", "repeated_password": "passwort1234"}),
        ("", {"current_password": "a", "new_password": LONG, "repeated_password": LONG}),
        ("", {"current_password": "a", "new_password": "ein anderes davon", "repeated_password": "ein anderes davon"})],
    "/console/account/tokens": [
        ("", {"label": ""}), ("", {"label": "L", "expires": PAST}), ("", {"label": "L", "expires": "2099-01-31"}), ("", {"label": "L", "expires": "x"})],
    "/console/account/tokens/{staff_token}/revoke": [("/console/account/tokens/{nobody}/revoke", {})],
    "/console/account/sessions/{session}/end": [("/console/account/sessions/{nobody}/end", {})],
}
# Nothing can be wrong with it.
NO_INPUT = {"/console/sign-out"}


def test_the_table_has_every_form():
    told = set(re.findall(r"^\| `POST (/console\S*)`", (ROOT / "Docs/console.md").read_text(), re.M))
    assert told == set(BAD) | NO_INPUT


def test_no_form_answers_in_english(desk):
    asked = desk.admin.post(f"/tenants/{desk.places['draft_id']}/termination", {"reason": "Versuch"}, expect=202)
    desk.places["decided"] = asked["id"]
    desk.admin.post(f"/approvals/{asked['id']}/withdraw")
    # One that the reader asked for.
    answer = desk("{live}/moves/terminate", {"terminate.reason": "Versuch"})
    assert answer.status_code == 303, answer.text
    desk.places["own"] = next(a["id"] for a in desk.admin.get("/approvals?state=asked")["data"])
    wrong = []
    for route, cases in BAD.items():
        for path, fields in cases:
            answer = desk(path or route, fields)
            what = f"{path or route} {str(fields)[:90]}"
            if answer.status_code == 303 and "/sign-in" in route:
                continue  # The step is over: back to the sign-in.
            if not 400 <= answer.status_code < 500:
                wrong.append(f"{what}: answered with {answer.status_code}")
                continue
            text = said(answer.text)
            if 'lang="de"' not in answer.text:
                wrong.append(f"{what}: not a German page")
            wrong += [f"{what}: {key}: {found[0]}" for key, sentence in SENTENCES.items() if (found := sentence.search(text))]
            if "Der Server meldet" in text or OTHERS.search(text):
                wrong.append(f"{what}: {text}")
    assert not wrong, "\n".join(wrong)


def test_a_token_for_a_member_is_good_until_the_password_is(desk):
    page = desk("/console/staff", {"name": "Neu", "email": "neu@muster.example", "role": "support"})
    token = re.search(r"<code[^>]*>([^<]+)</code>", page.text)[1].strip()
    for password, told in [("kurz", "Geben Sie mindestens 12 Zeichen an."), ("passwort1234", "Wählen Sie ein anderes."),
                           ("neu@muster.example", "Wählen Sie ein anderes."), (LONG, "Geben Sie höchstens 1024 Bytes an.")]:
        answer = desk("/console/reset", {"token": token, "password": password})
        assert answer.status_code == 422 and told in said(answer.text), said(answer.text)


def test_the_trail_is_filtered_by_days_in_german(desk):
    answer = desk.client.get(desk.base + "/console/audit?from=2026-99-99&until=x")
    assert said(answer.text).count("Geben Sie einen Tag an, etwa 2026-11-24.") >= 2, said(answer.text)


def test_a_tenant_that_lacks_something_says_what_in_german(desk):
    answer = desk("{draft}/moves/onboard", {})
    assert answer.status_code == 303
    answer = desk("{draft}/moves/activate", {})
    assert answer.status_code == 409
    assert "Der Mandant kann noch nicht starten. Was fehlt, steht unter „Vor dem Start“." in said(answer.text)
    assert requests.get(desk.base + "/console/nothing", headers={"Accept-Language": "de"}).status_code == 404
