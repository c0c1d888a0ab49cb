"""Consent over HTTP: records that others can read, withdrawal by link and by word, the gate asked without sending."""

import base64
import hashlib
import json
import subprocess

import pytest
import requests
from pyld import jsonld

from obhut import eventually, new_id, new_number

DPV, DCT, GDPR = "https://w3id.org/dpv#", "http://purl.org/dc/terms/", "https://w3id.org/dpv/legal/eu/gdpr#"
OURS = "urn:obhut:consent:"


def no_network(url, options=None):
    raise AssertionError(f"the document wants {url}: its context must stand in it")


def expanded(text):
    return jsonld.expand(json.loads(text), {"documentLoader": no_network})


def checked(record, folder):
    """The record's document, its seal checked by OpenSSL alone."""
    (folder / "record.jsonld").write_text(record["document"])
    (folder / "record.cms").write_bytes(base64.b64decode(record["seal"]))
    (folder / "certificate.pem").write_text(record["certificate"])

    def verify():
        return subprocess.run(
            ["openssl", "cms", "-verify", "-cades", "-purpose", "any", "-binary", "-inform", "DER", "-in", folder / "record.cms",
             "-content", folder / "record.jsonld", "-CAfile", folder / "certificate.pem", "-out", "/dev/null"],
            capture_output=True, text=True)

    found = verify()
    assert found.returncode == 0, found.stderr
    (folder / "record.jsonld").write_text(record["document"].replace("Ich bin", "Ich war"))
    assert verify().returncode != 0, "the seal holds over other bytes"
    return expanded(record["document"])


def one(node, term):
    assert len(node.get(term, [])) == 1, (term, node.get(term))
    return node[term][0]


def purpose(record):
    return one(one(one(record, DPV + "hasProcess"), DPV + "hasPurpose"), DCT + "identifier")["@value"]


# Section, field, and where it must stand (ISO/IEC TS 27560:2023; https://w3id.org/dpv/guides/consent-27560).
FIELDS = [
    ("header", "schema", lambda r: {v["@id"] for v in r[DCT + "conformsTo"]} >= {"https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr"}),
    ("header", "record id", lambda r: r["@id"] == "urn:uuid:" + one(r, DCT + "identifier")["@value"]),
    ("header", "record kind", lambda r: r["@type"] == [DPV + "ConsentRecord"]),
    ("header", "person", lambda r: one(r, DPV + "hasDataSubject")["@id"].startswith("urn:uuid:")),
    ("processing", "notice", lambda r: one(r, DPV + "hasNotice")["@type"] == [DPV + "ConsentNotice"]),
    ("processing", "notice's language", lambda r: one(one(r, DPV + "hasNotice"), DCT + "language")["@value"] == "de"),
    ("processing", "purpose", lambda r: one(one(one(r, DPV + "hasProcess"), DPV + "hasPurpose"), DCT + "identifier")["@value"]),
    ("processing", "text shown", lambda r: one(one(one(r, DPV + "hasProcess"), DPV + "hasPurpose"), DCT + "description")["@value"]),
    ("processing", "lawful basis", lambda r: {v["@id"] for v in r[DPV + "hasLegalBasis"]} >= {GDPR + "A6-1-a"}),
    ("processing", "categories of data", lambda r: all(v["@type"] for v in one(r, DPV + "hasProcess")[DPV + "hasPersonalData"])),
    ("processing", "recipients", lambda r: all(one(v, DPV + "hasName") for v in one(r, DPV + "hasProcess")[DPV + "hasRecipient"])),
    ("processing", "collection method", lambda r: "declared@" in one(one(r, DPV + "hasProcess"), OURS + "collectionMethod")["@value"]),
    ("processing", "storage", lambda r: {v["@type"][0] for v in one(r, DPV + "hasProcess")[DPV + "hasStorageCondition"]}
     == {DPV + "StorageLocation", DPV + "StorageDuration"}),
    ("processing", "jurisdiction", lambda r: one(r, DPV + "hasJurisdiction")["@id"] == "https://w3id.org/dpv/loc#DE"),
    ("processing", "withdrawal method", lambda r: [v for v in r[DPV + "hasRight"] if v["@id"] == GDPR + "A7-3"][0][DPV + "isExercisedAt"]),
    ("processing", "rights", lambda r: {v["@id"] for v in r[DPV + "hasRight"]} >= {GDPR + "A15", GDPR + "A17", GDPR + "A77"}),
    ("processing", "authority", lambda r: one(r, DPV + "hasAuthority")["@type"] == [DPV + "DataProtectionAuthority"]),
    ("parties", "controller", lambda r: one(one(r, DPV + "hasDataController"), DPV + "hasName")["@value"]),
    ("parties", "controller's role", lambda r: DPV + "LegalEntity" in one(r, DPV + "hasDataController")["@type"]),
    ("event", "state", lambda r: one(r, DPV + "hasStatus")["@id"].startswith(DPV + "Consent")),
    ("event", "kind", lambda r: all(v["@type"][0].startswith(DPV + "Consent") for v in r[DPV + "hasConsentStatus"])),
    ("event", "time", lambda r: all(one(v, DPV + "isIndicatedAtTime")["@value"] for v in r[DPV + "hasConsentStatus"])),
    ("event", "who", lambda r: all(one(v, DPV + "isIndicatedBy")["@id"] for v in r[DPV + "hasConsentStatus"])),
    ("event", "how", lambda r: all(one(v, DPV + "hasIndicationMethod")["@value"] for v in r[DPV + "hasConsentStatus"])),
    ("event", "evidence", lambda r: all(one(v, OURS + "evidence")["@type"] == "@json" for v in r[DPV + "hasConsentStatus"])),
    ("event", "place in the chain", lambda r: all(one(v, OURS + "hash")["@value"] for v in r[DPV + "hasConsentStatus"])),
]


def test_a_record_has_the_fields_of_the_standard_under_a_seal(instance, tmp_path):
    tenant = instance.new_tenant()
    _, contact = tenant.talk(consent=False)
    text = f"Ich bin mit {new_id()} einverstanden."
    evidence = {"method": "web_form", "text": text, "language": "de", "privacy_notice_url": "https://praxis.example/datenschutz"}
    tenant.consent({"id": contact}, purpose="news", evidence=evidence)
    tenant.consent({"id": contact}, purpose="health", evidence={**evidence, "explicit": True})
    tenant.consent({"id": contact}, purpose="news", state="withdrawn", evidence={"method": "phone"})
    answer = tenant.api.get(f"/contacts/{contact}/consent-record")
    # And one by which what the person wrote became the tenant's to read.
    records = [r for r in checked(answer, tmp_path) if purpose(r) != "inquiries"]
    assert sorted(map(purpose, records)) == ["health", "news"]
    for record in records:
        for section, field, holds in FIELDS:
            if (section, field) == ("processing", "notice's language") and DCT + "language" not in one(record, DPV + "hasNotice"):
                continue
            assert holds(record), f"{section}: {field}"
    health, news = records
    assert {v["@id"] for v in health[DPV + "hasLegalBasis"]} == {GDPR + "A6-1-a", GDPR + "A9-2-a"}
    assert one(health, DPV + "hasStatus")["@id"] == DPV + "ConsentGiven"
    assert one(news, DPV + "hasStatus")["@id"] == DPV + "ConsentWithdrawn"
    given, withdrawn = news[DPV + "hasConsentStatus"]
    assert one(given, OURS + "evidence")["@value"]["text"] == text
    assert one(withdrawn, OURS + "evidence")["@value"]["method"] == "phone"
    assert [e["subject"]["id"] for e in instance.admin.every(f"/audit/{tenant.id}/entries?action=consent_record.read")] == [contact]
    listed = tenant.api.get("/consent-records")["data"]
    assert [r["contact_id"] for r in listed] == [contact]


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_proof_for_people_has_person_text_and_events(instance, language, tmp_path):
    tenant = instance.new_tenant()
    number, contact = tenant.talk()
    answer = tenant.api.call("GET", f"/contacts/{contact}/consent-proof?language={language}")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/pdf"
    (tmp_path / "proof.pdf").write_bytes(answer.content)
    text = subprocess.run(["pdftotext", "-layout", str(tmp_path / "proof.pdf"), "-"], capture_output=True, text=True, check=True).stdout
    for words in [{"de": "erteilt", "en": "granted"}[language], "Ich bin einverstanden.", contact, "web_form", number[-6:]]:
        assert words in text, words


def page_text(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text


def test_a_person_withdraws_by_their_link_without_an_account(instance, tmp_path):
    tenant = instance.new_tenant()
    handset, contact = tenant.talk()
    to = {"contact_id": contact}
    tenant.state(tenant.send(to, "Hallo")["id"], "delivered")
    links = tenant.api.get(f"/contacts/{contact}/consent-links")
    for link in links.values():
        assert handset.lstrip("+") not in link and contact not in link
    receipt = page_text(requests.get(links["receipt_url"], headers={"Accept-Language": "de"}, timeout=30))
    assert "Ich bin einverstanden." in receipt and links["withdrawal_url"].rsplit("/", 1)[1] in receipt
    sealed = requests.get(links["receipt_url"] + "/record", timeout=30).json()
    assert checked(sealed, tmp_path)[0]["@type"] == [DPV + "ConsentReceipt"]
    for _ in range(2):
        page = page_text(requests.get(links["withdrawal_url"], headers={"Accept-Language": "de"}, timeout=30))
        assert "Alles widerrufen" in page
    tenant.state(tenant.send(to, "Looking changed nothing")["id"], "delivered")
    form = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "de"}
    done = page_text(requests.post(links["withdrawal_url"] + "/confirm", headers=form, timeout=30))
    assert "Widerrufen" in done and "Alles widerrufen" not in done
    assert tenant.send(to, "x", expect=403)["refusal"]["code"] == "consent_withdrawn"
    again = requests.post(links["withdrawal_url"] + "/confirm", timeout=30)
    assert again.status_code == 200 and again.json() == {"withdrawn": True, "changed": False}

    def told():
        return [m for m in instance.sandbox.get(f"/handsets/{handset}/messages")["messages"]
                if "widerrufen" in m.get("text", {}).get("body", "")]

    assert len(eventually(told, "the confirmation")) == 1
    assert requests.get(links["withdrawal_url"][:-1] + ("A" if links["withdrawal_url"][-1] != "A" else "B"), timeout=30).status_code == 404
    assert requests.post(links["receipt_url"].replace("receipt", "withdrawal") + "/confirm", timeout=30).status_code == 404


def test_a_word_withdraws_and_is_confirmed_once(instance):
    tenant = instance.new_tenant()
    handset, contact = tenant.talk()
    to = {"contact_id": contact}
    tenant.consent({"id": contact}, purpose="news")
    tenant.handset_writes(handset, "Abmelden!")

    def states():
        found = {c["purpose"]: c["state"] for c in tenant.api.get(f"/contacts/{contact}/consents")["data"]}
        return found if found.get("all") == "withdrawn" else None

    assert eventually(states, "the withdrawal") == {"all": "withdrawn", "news": "withdrawn", "service": "withdrawn"}
    assert tenant.send(to, "x", expect=403)["refusal"]["code"] == "consent_withdrawn"
    # Again, and then somebody else's: by then the first was heard.
    tenant.handset_writes(handset, "STOP")
    eventually(lambda: tenant.held_back() == 0, "the second word heard")
    tenant.talk()
    told = [m for m in instance.sandbox.get(f"/handsets/{handset}/messages")["messages"]
            if "widerrufen" in m.get("text", {}).get("body", "")]
    assert len(told) == 1


def test_the_gate_is_asked_for_many_without_sending(instance):
    tenant = instance.new_tenant()
    _, contact = tenant.talk()
    stranger = new_number()
    answer = tenant.api.post("/gate/check", {"people": [{"contact_id": contact}, {"phone": stranger}], "purposes": ["service", "news"]})
    seen = [(a["person"], a["purpose"], a["decision"], a.get("refusal", {}).get("code")) for a in answer["data"]]
    assert seen == [(0, "service", "allowed", None), (0, "news", "refused", "consent_missing"),
                    (1, "service", "refused", "consent_missing"), (1, "news", "refused", "consent_missing")]
    assert len(list(tenant.api.every("/contacts"))) == 1
    assert list(tenant.api.every("/messages?direction=outbound")) == []
    many = tenant.api.post("/gate/check", {"people": [{"phone": f"+4915{n:09}"} for n in range(1000)]})
    assert {a["refusal"]["code"] for a in many["data"]} == {"consent_missing"}
    refused = tenant.api.post("/gate/check", {"people": [{"phone": f"+4915{n:09}"} for n in range(1001)]}, expect=422)
    assert refused["errors"][0]["path"] == "people"


def run(instance, *words):
    return subprocess.run([instance.binary, "consent", *words, "--config", str(instance.folder / "data/obhut.json")],
                          capture_output=True, text=True, timeout=120)


def test_the_ledger_is_checked_and_exported_on_the_command_line(instance, tmp_path):
    tenant = instance.new_tenant()
    _, contact = tenant.talk()
    tenant.consent({"id": contact}, state="withdrawn", purpose="all")
    found = run(instance, "verify", "--json")
    assert found.returncode == 0, found.stdout + found.stderr
    own = [t for t in json.loads(found.stdout)["tenants"] if t["tenant_id"] == tenant.id]
    assert own == [{"tenant_id": tenant.id, "events": 2, "whole": True, "findings": [], "further_findings": 0}]
    folder = tmp_path / "export"
    found = run(instance, "export", "--tenant", tenant.id, "--to", str(folder), "--reason", "audit")
    assert found.returncode == 0, found.stderr
    index = json.loads((folder / "index.json").read_text())
    assert [r["contact_id"] for r in index["records"]] == [contact] and index["chain"]["length"] == 2
    for seal, content in [("index.cms", "index.json"), (f"records/{contact}.cms", f"records/{contact}.jsonld")]:
        checkedSeal = subprocess.run(
            ["openssl", "cms", "-verify", "-cades", "-purpose", "any", "-binary", "-inform", "DER", "-in", folder / seal,
             "-content", folder / content, "-CAfile", folder / "certificate.pem", "-out", "/dev/null"], capture_output=True, text=True)
        assert checkedSeal.returncode == 0, checkedSeal.stderr
    chain_holds([json.loads(line) for line in (folder / "chain.jsonl").read_text().splitlines()], index["chain"]["head"])
    assert run(instance, "export", "--tenant", tenant.id, "--to", str(folder)).returncode != 0, "the folder is there already"
    url = instance.ready["postgres"]["regions"][tenant.region]
    instance.sql(url, "BEGIN; SET LOCAL session_replication_role = replica; UPDATE consent_events SET purpose = 'news' "
                      f"WHERE tenant_id = '{tenant.id}' AND seq = 1; COMMIT")
    found = run(instance, "verify", "--tenant", tenant.id)
    assert found.returncode == 1 and "event 1: event_altered" in found.stdout, found.stdout
    instance.sql(url, "BEGIN; SET LOCAL session_replication_role = replica; UPDATE consent_events SET purpose = 'service' "
                      f"WHERE tenant_id = '{tenant.id}' AND seq = 1; COMMIT")


def chain_holds(entries, head):
    """As Docs/consent.md says that it is made, without any code of ours."""
    previous = bytes(32)
    for number, entry in enumerate(entries, 1):
        assert entry["sequence"] == number and entry["previous_hash"] == previous.hex()
        fields = b"".join(b"-\n" if f is None else b"%d:%s\n" % (len(f.encode()), f.encode()) for f in entry["fields"])
        previous = hashlib.sha256(b"obhut/consent/1\n" + previous + fields).digest()
        assert entry["hash"] == previous.hex(), number
    assert previous.hex() == head
