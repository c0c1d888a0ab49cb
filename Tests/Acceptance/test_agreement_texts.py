"""Texts of one's own for agreements, over HTTP and by commands."""

import json
import os
import subprocess

import pytest

from obhut import CONTROLLER, new_id
from test_agreements import PROVIDER
from wording import wording


@pytest.fixture
def name():
    return f"text-{new_id()[6:18].lower()}"


def new_tenant(instance):
    instance.admin.put("/provider", PROVIDER)
    created = instance.admin.post("/tenants", {"name": f"Vertrag {new_id()[6:14]}", "region": "eu-central"}, expect=201)
    instance.admin.patch(f"/tenants/{created['id']}", {"details": CONTROLLER, "state": "onboarding"})
    return created["id"]


def drafted(instance, tenant, text, expect=201):
    body = {"reference": "AVV-T", "language": "de", "text": text}
    return instance.admin.post(f"/tenants/{tenant}/agreement-drafts", body, expect=expect)


def test_a_text_is_checked_stored_offered_and_withdrawn(instance, name):
    tenant, body = new_tenant(instance), wording(name, 1, "Vereinbarung für Kliniken")
    checked = instance.admin.post("/agreement-texts/check", body)
    assert checked == {"name": name, "version": 1, "tenant_id": None}
    assert instance.admin.get(f"/agreement-texts?name={name}")["data"] == []
    key = {"Idempotency-Key": new_id()}
    first, again = (instance.admin.call("POST", "/agreement-texts", body, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201) and first.json() == again.json(), first.text
    stored = first.json()
    assert stored["stored_by"] == instance.admin.get("/account")["id"] and stored["withdrawn_at"] is None
    path = f"/agreement-texts/{name}/versions/1"
    assert instance.admin.get(path) == {**stored, **body}

    draft = drafted(instance, tenant, {"name": name})
    assert draft["text"] == {"id": name, "version": "1"}
    agreement = f"/tenants/{tenant}/agreements/{draft['id']}"
    instance.admin.post(agreement + "/offer")
    html = instance.admin.call("GET", agreement + "/files/html").content.decode()
    assert "Vereinbarung für Kliniken" in html
    waiting = drafted(instance, tenant, {"name": name, "version": 1})

    assert instance.admin.post(path + "/withdraw", {"reason": "Fehler in Ziffer 7"})["withdrawn_at"]
    drafted(instance, tenant, {"name": name, "version": 1}, expect=409)
    drafted(instance, tenant, {"name": name}, expect=404)
    instance.admin.post(f"/tenants/{tenant}/agreements/{waiting['id']}/offer", expect=409)
    assert instance.admin.get(agreement)["state"] == "offered"
    assert instance.admin.call("GET", agreement + "/files/html").content.decode() == html
    for wrong in (f"/agreement-texts/{name}/versions/2", f"/agreement-texts/{name}/versions/01", "/agreement-texts/Nobody/versions/1"):
        instance.admin.get(wrong, expect=404)


def test_what_is_wrong_is_named_with_language_place_and_line(instance, name):
    body = wording(name)
    body["de"] = body["de"].replace("id: purpose", "id: Zweck!", 1)
    body["en"] = body["en"].replace("28(3)(g)", "28(3)(f)")
    for path in ("/agreement-texts/check", "/agreement-texts"):
        problem = instance.admin.post(path, body, expect=422)
        assert [error["path"] for error in problem["errors"]] == ["de: clauses[0].id", "en: clauses"]
        assert "(line " in problem["errors"][0]["problem"] and "28(3)(g)" in problem["errors"][1]["problem"]
        assert "Docs/agreements.md" in problem["remedy"]
    for more, path in [({"en": None}, "en"), ({"en": 7}, "en"), ({"tenant_id": "x"}, "tenant_id"), ({"fr": "x"}, "fr"),
                       ({"de": "a" * 200_001}, "de")]:
        assert path in [error["path"] for error in instance.admin.post("/agreement-texts", {**wording(name), **more}, expect=422)["errors"]]
    # References that multiply take nothing but an answer.
    bomb = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}, *{p}, *{p}, *{p}, *{p}, *{p}, *{p}]\n" for p, n in zip("abcdefgh", "bcdefghi"))
    assert instance.admin.post("/agreement-texts/check", {**wording(name), "de": bomb}, expect=422)["errors"][0]["path"] == "de"


def test_a_tenants_own_text_is_nobody_elses(instance, name):
    owner, other = new_tenant(instance), new_tenant(instance)
    instance.admin.post("/agreement-texts", {**wording(name), "tenant_id": owner}, expect=201)
    assert drafted(instance, owner, {"name": name})["text"]["id"] == name
    assert drafted(instance, other, {"name": name}, expect=404)["code"] == "not_found"
    told = [drafted(instance, other, text, expect=404) for text in ({"name": name, "version": 1}, {"name": "nobodys", "version": 1})]
    assert told[0]["detail"] == told[1]["detail"], "as if there were none"
    instance.admin.post("/agreement-texts", {**wording(name, 2), "tenant_id": other}, expect=409)
    assert [text["name"] for text in instance.admin.get(f"/agreement-texts?tenant={owner}")["data"]] == [name]
    assert instance.admin.get(f"/agreement-texts?tenant={other}")["data"] == []
    instance.admin.get("/agreement-texts?tenant=x", expect=422)


def test_the_steps_of_an_agreement_are_taken_only_as_it_was_seen(instance):
    tenant = new_tenant(instance)
    draft = instance.admin.call("POST", f"/tenants/{tenant}/agreement-drafts", {"reference": "AVV-E", "language": "en"})
    path, seen = f"/tenants/{tenant}/agreements/{draft.json()['id']}", {"If-Match": draft.headers["ETag"]}
    read = instance.admin.call("GET", path)
    assert read.headers["ETag"] == seen["If-Match"]
    assert instance.admin.call("GET", path, headers={"If-None-Match": seen["If-Match"]}).status_code == 304
    offered = instance.admin.call("POST", path + "/offer", headers=seen)
    assert offered.status_code == 200 and offered.headers["ETag"] == f'"r{offered.json()["agreement"]["revision"]}"' != seen["If-Match"]
    for method, step, body in [("POST", "/offer", None), ("POST", "/withdraw", {"reason": "x"}), ("POST", "/countersign", None),
                               ("PATCH", "", {"state": "suspended"}), ("PATCH", "", {"state": "ended", "reason": "x"})]:
        late = instance.admin.call(method, path + step, body, headers=seen)
        assert (late.status_code, late.json()["code"]) == (412, "precondition_failed"), step
    withdrawn = instance.admin.call("POST", path + "/withdraw", {"reason": "x"}, headers={"If-Match": offered.headers["ETag"]})
    assert withdrawn.status_code == 200 and withdrawn.json()["state"] == "withdrawn"
    assert instance.admin.call("POST", path + "/offer", headers={"If-Match": "nonsense"}).status_code == 400


def test_texts_are_kept_by_commands(instance, name, tmp_path):
    def run(*words):
        environment = {**os.environ, "OBHUT_URL": instance.ready["base_url"], "OBHUT_TOKEN": instance.admin.token}
        return subprocess.run([instance.binary, "agreement", *words], capture_output=True, text=True, timeout=60, env=environment)

    def value(*words):
        done = run(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    files = wording(name)
    for language, text in files.items():
        (tmp_path / language).write_text(text)
    both = ["--de", str(tmp_path / "de"), "--en", str(tmp_path / "en")]
    assert value("text", "add", *both, "--check")["name"] == name
    assert value("text", "list", "--name", name) == []
    assert value("text", "add", *both)["version"] == 1
    assert run("text", "add", *both).returncode == 6, "that version is there"
    assert [text["version"] for text in value("text", "list", "--name", name)] == [1]
    assert run("text", "show", name, "1", "--language", "de").stdout == files["de"]
    shown = run("text", "show", name, "1").stdout
    assert name in shown and "clauses" not in shown
    tenant = new_tenant(instance)
    assert value("draft", tenant, "--reference", "T", "--language", "de", "--text", name, "--text-version", "1")["text"]["id"] == name
    assert value("text", "withdraw", name, "1", "--reason", "Test")["withdrawn_at"]
    swapped = run("text", "add", "--de", str(tmp_path / "en"), "--en", str(tmp_path / "de"))
    assert swapped.returncode == 5 and "  de: language: this file must say de" in swapped.stderr
    assert run("text", "add", "--de", "/nowhere", "--en", "/nowhere").returncode == 5
