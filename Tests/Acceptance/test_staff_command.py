"""The provider's people on the command line."""

import json
import subprocess
import uuid

import requests


def staff(instance, *words):
    command = [instance.binary, "staff", words[0], *(["--config", str(instance.folder / "data/obhut.json")] if words[0] != "roles" else []), *words[1:]]
    return subprocess.run(command, capture_output=True, text=True, timeout=30)


def test_a_member_is_added_listed_let_in_and_disabled(instance):
    email = f"{uuid.uuid4().hex[:10]}@provider.example"
    added = staff(instance, "add", "--email", email, "--name", "Cleo", "--role", "support", "--role", "auditor")
    assert added.returncode == 0, added.stderr
    identifier = added.stdout.strip()
    line = next(line for line in staff(instance, "list").stdout.splitlines() if line.startswith(identifier))
    assert line == f"{identifier}  active  auditor,support  {email}"
    token = instance.admin.post(f"/staff/{identifier}/tokens", {"label": "x"}, expect=201)["token"]
    reset = staff(instance, "reset", email)
    assert reset.returncode == 0 and len(reset.stdout.strip()) == 43 and "/console/reset" in reset.stderr
    assert staff(instance, "disable", email).stdout == f"{identifier} is disabled\n"
    answer = requests.get(instance.ready["base_url"] + "/admin/v1/account", headers={"Authorization": f"Bearer {token}"}, timeout=10)
    assert answer.status_code == 401
    assert "there is no active member" in staff(instance, "reset", email).stderr


def test_what_is_wrong_is_said(instance):
    for words, sentence in [(("add", "--email", "x@y.example", "--name", "X", "--role", "king"), "--role: expected owner, onboarding"),
                            (("add", "--email", "nobody", "--name", "X", "--role", "owner"), "The member is not described right"),
                            (("disable", "nobody@provider.example"), "there is no active member with this address")]:
        done = staff(instance, *words)
        assert done.returncode != 0 and sentence in done.stderr, done.stderr


def test_the_matrix_is_the_one_that_the_api_tells(instance):
    told = {entry["role"]: entry["permissions"] for entry in instance.admin.get("/roles")["data"]}
    assert json.loads(staff(instance, "roles", "--json").stdout) == told
