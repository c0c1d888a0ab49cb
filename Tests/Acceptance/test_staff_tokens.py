"""Staff tokens: issued and listed on the command line, refused once they have expired or were revoked."""

import datetime
import subprocess
import uuid

import requests


def token(instance, *words):
    command = [instance.binary, "token", *words, "--config", str(instance.folder / "data/obhut.json")]
    return subprocess.run(command, capture_output=True, text=True, timeout=30)


def issue(instance, label, *words):
    done = token(instance, "issue", "--label", label, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr.split()[2]


def works(instance, text):
    answer = requests.get(instance.ready["base_url"] + "/admin/v1/regions", headers={"Authorization": f"Bearer {text}"}, timeout=10)
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


def listed(instance, identifier):
    done = token(instance, "list")
    assert done.returncode == 0, done.stderr
    return next((line for line in done.stdout.splitlines() if line.startswith(identifier)), None)


def test_a_token_is_issued_listed_and_revoked(instance):
    text, identifier = issue(instance, "Ada Staff")
    assert text.startswith("oba_") and works(instance, text)
    line = listed(instance, identifier)
    assert " active " in line and line.endswith("Ada Staff") and text[:12] in line and text not in line
    done = token(instance, "revoke", identifier)
    assert (done.returncode, done.stdout) == (0, f"staff token {identifier} is revoked\n")
    assert not works(instance, text) and " revoked " in listed(instance, identifier)
    assert token(instance, "revoke", identifier).returncode == 0, "revoking again changes nothing"


def test_a_token_ends_by_itself(instance):
    text, identifier = issue(instance, "short", "--expires-in-days", "2")
    end = datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days=2)
    assert f"until {end}" in listed(instance, identifier) and works(instance, text)
    control = instance.databases()["control"]
    instance.sql(control, f"UPDATE admin_tokens SET expires_at = now() WHERE admin_token_id = '{identifier}'")
    assert not works(instance, text) and " expired " in listed(instance, identifier)


def test_a_token_has_an_end_also_when_nobody_named_one(instance):
    _, identifier = issue(instance, "default")
    end = datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days=90)
    assert f"until {end}" in listed(instance, identifier)
    assert "without an end" in next(line for line in token(instance, "list").stdout.splitlines() if line.endswith("obhut dev"))


def test_the_short_form_still_issues(instance):
    done = token(instance, "--label", "short form")
    assert done.returncode == 0 and works(instance, done.stdout.strip())


def test_what_is_wrong_is_said(instance):
    unknown = uuid.uuid4()
    for words, sentence in [(("revoke", str(unknown)), f"there is no staff token {unknown}; obhut token list shows them"),
                            (("revoke", "x"), "x is no id of a staff token; obhut token list shows them"),
                            (("issue", "--label", "x", "--expires-in-days", "0"), "expected a whole number from 1 to 3650, found 0"),
                            (("issue", "--label", " "), "label: give 1 to 200 characters")]:
        done = token(instance, *words)
        assert done.returncode != 0 and sentence in done.stderr, done.stderr
