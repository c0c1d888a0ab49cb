"""Agreements over HTTP: what only the whole server shows."""

import subprocess
import time

import pytest
import requests

from obhut import CONTROLLER, new_id

PROVIDER = {
    "name": "Muster Messaging GmbH", "register": None, "address": "Speicherstraße 1\n20457 Hamburg\nDE", "representative": "Mara Muster",
    "breach_contact": "datenschutz@messaging.example", "governing_law": {"de": "deutsches Recht", "en": "German law"},
    "venue": {"de": "Hamburg", "en": "Hamburg"}}
ACCEPTANCE = {"name": "Erika Beispiel", "role": "Geschäftsführerin", "place": "Köln", "authority": True, "agrees": True}


def offered(instance, language="de"):
    """A tenant with an offer: its path, the agreement's path, and the signatory's link."""
    instance.admin.put("/provider", PROVIDER)
    created = instance.admin.post("/tenants", {"name": f"Vertrag {new_id()[6:14]}", "region": "eu-central"}, expect=201)
    path = f"/tenants/{created['id']}"
    instance.admin.patch(path, {"details": CONTROLLER, "state": "onboarding"})
    draft = instance.admin.post(path + "/agreement-drafts", {"reference": "AVV-1", "language": language}, expect=201)
    agreement = f"{path}/agreements/{draft['id']}"
    return path, agreement, instance.admin.post(agreement + "/offer", {"expires_in_days": 7})["signing_url"]


def fetched(instance, agreement, kind, folder):
    answer = instance.admin.call("GET", f"{agreement}/files/{kind}")
    assert answer.status_code == 200, answer.text
    (folder / kind).write_bytes(answer.content)
    return folder / kind


def openssl(folder, seal, content, *more):
    return subprocess.run(
        ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(folder / seal), "-content", str(folder / content),
         "-out", "/dev/null", *more], capture_output=True, text=True)


@pytest.mark.parametrize("language", ["de", "en"])
def test_an_agreement_is_concluded_and_its_seals_hold_until_a_byte_changes(instance, language, tmp_path):
    _, agreement, link = offered(instance, language)
    assert requests.post(link + "/accept", json=ACCEPTANCE, timeout=30).json()["state"] == "accepted"
    concluded = instance.admin.post(agreement + "/countersign")
    assert concluded["state"] == "in_force" and concluded["signed_on"]
    for kind in ["pdf", "seal", "evidence", "evidence_seal"]:
        fetched(instance, agreement, kind, tmp_path)
    text = subprocess.run(["pdftotext", "-layout", str(tmp_path / "pdf"), "-"], capture_output=True, text=True, check=True).stdout
    for words in ["Praxis Morgenrot GmbH", "Muster Messaging GmbH", "Frankfurt am Main", "Meta"]:
        assert words in text, words
    signer = str(tmp_path / "signer.pem")
    assert openssl(tmp_path, "seal", "pdf", "-noverify", "-signer", signer).returncode == 0
    for content, seal in [("pdf", "seal"), ("evidence", "evidence_seal")]:
        found = openssl(tmp_path, seal, content, "-CAfile", signer)
        assert found.returncode == 0, found.stderr
        changed = bytearray((tmp_path / content).read_bytes())
        changed[len(changed) // 2] ^= 1
        (tmp_path / content).write_bytes(changed)
        assert openssl(tmp_path, seal, content, "-CAfile", signer).returncode != 0


def test_a_link_is_used_up_withdrawn_or_none(instance):
    _, agreement, link = offered(instance)
    renewed = instance.admin.post(agreement + "/link")["signing_url"]
    assert requests.post(link + "/accept", json=ACCEPTANCE, timeout=30).json()["code"] == "link_withdrawn"
    wrong = requests.post(renewed + "/accept", json={**ACCEPTANCE, "agrees": False, "name": " "}, timeout=30)
    assert wrong.status_code == 422 and {e["path"] for e in wrong.json()["errors"]} == {"agrees", "name"}
    assert requests.get(renewed + "/document", timeout=30).content[:5] == b"%PDF-"
    assert requests.post(renewed + "/decline", json={"reason": "Zu lang"}, timeout=30).json()["state"] == "declined"
    again = requests.post(renewed + "/accept", json=ACCEPTANCE, timeout=30)
    assert (again.status_code, again.json()["code"]) == (410, "link_used")
    assert requests.post(renewed[:-3] + "/accept", json=ACCEPTANCE, timeout=30).status_code == 404


def test_what_the_document_lacks_is_named(instance):
    instance.admin.put("/provider", PROVIDER)
    created = instance.admin.post("/tenants", {"name": "Ohne Angaben", "region": "eu-central"}, expect=201)
    path = f"/tenants/{created['id']}"
    draft = instance.admin.post(path + "/agreement-drafts", {"reference": "AVV-2", "language": "en"}, expect=201)
    answer = instance.admin.post(f"{path}/agreements/{draft['id']}/offer", expect=409)
    assert {"details.legal_name", "details.purposes"} <= {e["path"] for e in answer["errors"]}


def test_ending_needs_a_second_member(instance, tmp_path):
    path, agreement, link = offered(instance)
    requests.post(link + "/accept", json=ACCEPTANCE, timeout=30)
    instance.admin.post(agreement + "/countersign")
    asked = instance.admin.patch(agreement, {"state": "ended", "reason": "Kündigung zum Jahresende"}, expect=202)
    assert asked["state"] == "asked" and instance.admin.get(agreement)["state"] == "in_force"
    instance.admin.post(f"/approvals/{asked['id']}/approve", {}, expect=403)
    second = instance.staff_token("onboarding")
    decided = instance.admin.call("POST", f"/approvals/{asked['id']}/approve", {"reason": "Einverstanden"}, token=second)
    assert decided.status_code == 200 and decided.json()["state"] == "carried_out", decided.text
    assert instance.admin.get(agreement)["state"] == "ended"


def test_instructions_are_recorded_and_an_unlawful_one_needs_an_answer(instance):
    path, agreement, link = offered(instance)
    note = {"text": "Bitte alle Nachrichten löschen", "given_by": "Erika Beispiel"}
    instance.admin.post(path + "/instructions", note, expect=409)
    requests.post(link + "/accept", json=ACCEPTANCE, timeout=30)
    instance.admin.post(agreement + "/countersign")
    assert instance.admin.post(path + "/instructions", {**note, "seems_unlawful": True}, expect=422)["errors"][0]["path"] == "answer"
    kept = instance.admin.post(path + "/instructions", {**note, "seems_unlawful": True, "answer": "Das verstößt gegen § 257 HGB."}, expect=201)
    assert kept["answer"] == "Das verstößt gegen § 257 HGB."
    assert instance.admin.get(path + "/instructions")["data"][0] == kept
