"""The commands that do what the admin API does, driven as a script would."""

import json
import os
import re
import subprocess

import pytest
import requests

from obhut import CONTROLLER, free_port, new_number


def obhut(instance, *words, token=None, url=None, stdin=None):
    environment = {**os.environ, "OBHUT_URL": url or instance.ready["base_url"], "OBHUT_TOKEN": token or instance.ready["admin_token"]}
    return subprocess.run([instance.binary, *words], capture_output=True, text=True, timeout=60, env=environment, input=stdin)


def ok(instance, *words, **more):
    done = obhut(instance, *words, **more)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout


def value(instance, *words, **more):
    return json.loads(ok(instance, *words, "--json", **more))


@pytest.fixture(scope="module")
def made(instance):
    """A tenant made by commands alone."""
    created = value(instance, "tenant", "create", "--name", "Kommando GmbH", "--region", "eu-central")
    value(instance, "agreement", "record", created["id"], "--reference", "T-1", "--signed-on", "2026-02-01")
    return created["id"]


def test_a_tenant_is_onboarded_by_commands(instance, made, tmp_path):
    number = "10" + new_number()
    configuration = {"configuration": {"phone_number_id": number, "business_account_id": "2" + number, "access_token": "EAAx",
                                       "base_url": instance.ready["sandbox_url"], "pin": "314159"},
                     "ingress": {"app_secret": "s" * 32, "verify_token": "v"}}
    instance.meta_knows(number, "2" + number, "EAAx", "s" * 32, "v")
    file = tmp_path / "channel.json"
    file.write_text(json.dumps(configuration))
    channel = value(instance, "channel", "connect", made, "--file", str(file))
    assert channel["address"] == number and "EAAx" not in json.dumps(channel)
    again = obhut(instance, "channel", "connect", made, "--file", "-", stdin=json.dumps(configuration))
    assert again.returncode == 6 and again.stderr.startswith("Error: This number is connected already.\n")
    changed = value(instance, "channel", "change", made, channel["id"], "--file", "-", stdin='{"configuration": {"display_phone_number": "+49 30 1"}}')
    assert changed["display_address"] == "+49 30 1"
    assert value(instance, "channel", "start", made, channel["id"])["state"] == "active"
    health = obhut(instance, "channel", "health", made, channel["id"])
    assert health.returncode == 0 and health.stdout.splitlines()[1].startswith("NAME"), health.stdout
    instance.sandbox.put(f"/sandbox/numbers/{number}", {"access_token": "EAAother"})
    assert obhut(instance, "channel", "health", made, channel["id"]).returncode == 1, "the sandbox does not know the token any more"
    table = ok(instance, "channel", "list", made).splitlines()
    assert table[0].split() == ["ID", "PLUGIN", "ADDRESS", "SHOWN", "AS", "STATE", "REASON"] and number in table[1]
    assert ok(instance, "key", "issue", made, "--label", "live", "--scope", "messages:read", "--json")
    instance.admin.patch(f"/tenants/{made}", {"details": CONTROLLER, "state": "onboarding"})
    assert value(instance, "tenant", "resume", made)["state"] == "active"


def test_a_key_is_shown_once_and_alone(instance, made):
    done = obhut(instance, "key", "issue", made, "--label", "shop", "--scope", "messages:read", "--scope", "audit:read")
    token = done.stdout.strip()
    assert done.returncode == 0 and token.startswith("obk_") and "\n" not in token and token not in done.stderr
    identifier = done.stderr.split()[2]
    assert requests.get(instance.ready["base_url"] + "/api/v1/audit", headers={"Authorization": f"Bearer {token}"}, timeout=10).ok
    listed = value(instance, "key", "list", made)
    assert [key["id"] for key in listed if key["label"] == "shop"] == [identifier] and token not in json.dumps(listed)
    assert ok(instance, "key", "revoke", made, identifier) == f"API key {identifier} is revoked\n"
    wrong = obhut(instance, "key", "issue", made, "--label", "x", "--scope", "everything")
    assert wrong.returncode == 5 and "  scopes: can hold messages:read" in wrong.stderr


def test_agreements_and_states_are_changed(instance, made):
    agreement = value(instance, "agreement", "list", made)[0]["id"]
    assert value(instance, "agreement", "suspend", made, agreement)["state"] == "suspended"
    assert value(instance, "agreement", "reinstate", made, agreement)["state"] == "in_force"
    assert value(instance, "tenant", "suspend", made, "--reason", "Test", "--idempotency-key", "once")["state"] == "suspended"
    assert value(instance, "tenant", "resume", made)["state"] == "active"
    assert re.search("^state +active$", ok(instance, "tenant", "show", made), re.M)
    other = value(instance, "tenant", "create", "--name", "Ende", "--region", "eu-north")["id"]
    ended = value(instance, "agreement", "record", other, "--reference", "T-2", "--signed-on", "2026-02-01", "--covers-special-category")
    asked = value(instance, "agreement", "end", other, ended["id"], "--reason", "Test")
    assert ended["covers_special_category"] and asked["state"] == "asked" and asked["action"] == "end_agreement"
    assert asked["id"] in [one["id"] for one in value(instance, "approval", "list")]
    assert obhut(instance, "approval", "approve", asked["id"]).returncode == 3, "nobody approves what they asked for"
    declined = obhut(instance, "approval", "decline", asked["id"], "--reason", "nein", token=instance.staff_token("owner"))
    assert declined.returncode == 0, declined.stderr
    assert value(instance, "agreement", "list", other)[0]["state"] == "in_force"


def test_a_list_goes_over_all_its_pages(instance, made):
    region = instance.databases()["eu-central"]
    instance.sql(region, f"""
        INSERT INTO queue_jobs (tenant_id, kind, lane_id, subject_id, dead_at, fault_code, fault_message)
        SELECT '{made}', 'deliver', gen_random_uuid(), gen_random_uuid(), now(), 'cli', E'many \\x1b[2J'
        FROM generate_series(1, 450)""")
    try:
        assert len(value(instance, "dead-letter", "list", made)) == 450
        assert len(value(instance, "dead-letter", "list", made, "--limit", "201")) == 201
        table = ok(instance, "dead-letter", "list", made)
        assert len(table.splitlines()) == 451 and "\x1b" not in table
    finally:
        instance.sql(region, "DELETE FROM queue_jobs WHERE fault_code = 'cli'")
    assert {region["id"] for region in value(instance, "region", "list")} == {"eu-central", "eu-north"}
    assert made in ok(instance, "tenant", "list")


def test_dead_letters_are_sent_again(instance):
    tenant = instance.new_tenant()
    handset, contact = tenant.talk()
    instance.sandbox.put(f"/handsets/{handset}", {"error_code": 131026})
    sent = [tenant.send({"contact_id": contact}, f"Stück {n}")["id"] for n in range(3)]
    for message in sent:
        tenant.state(message, "failed")
    instance.sandbox.put(f"/handsets/{handset}", {"error_code": 0})
    assert ok(instance, "dead-letter", "retry", tenant.id, sent[0]) == f"message {sent[0]} is queued again\n"
    assert sorted(value(instance, "dead-letter", "retry", tenant.id, "--all")) == sorted(sent[1:])
    for message in sent:
        tenant.state(message, "delivered")


def test_the_audit_trail_is_read(instance, made):
    entries = value(instance, "audit", "entries", "--action", "audit.chain_begun", "--oldest-first", "--limit", "1")
    assert [entry["action"] for entry in entries] == ["audit.chain_begun"]
    assert "control" in [chain["chain"] for chain in value(instance, "audit", "chains")]
    assert value(instance, "audit", "check")["whole"] and ok(instance, "audit", "check").startswith("control  ")
    assert isinstance(value(instance, "audit", "seals"), list)
    assert obhut(instance, "audit", "entries", "--outcome", "perhaps").returncode == 5


def test_how_a_command_ends(instance, made):
    none = "01900000-0000-7000-8000-000000000000"
    narrow = instance.new_tenant().facts["api_key"]
    for code, words, more in [(3, ["tenant", "list"], {"token": "oba_wrong"}), (3, ["tenant", "list"], {"token": narrow}),
                              (4, ["tenant", "show", none], {}), (4, ["tenant", "show", "../tenants"], {}),
                              (5, ["tenant", "create", "--name", "", "--region", "eu-central"], {}),
                              (5, ["tenant", "list", "--url", "ftp://x"], {}),
                              (2, ["tenant", "list", "--url", f"http://127.0.0.1:{free_port()}"], {}),
                              (64, ["tenant", "list", "--limit", "0"], {}), (64, ["tenant", "shw"], {}),
                              (64, ["tenant", "list", "--token", instance.ready["admin_token"]], {})]:
        done = obhut(instance, *words, **more)
        assert done.returncode == code, f"{words}: {done.returncode} {done.stderr}"
        assert done.stdout == "" and done.stderr.startswith("Error: "), done.stderr
        assert (more.get("token") or instance.ready["admin_token"]) not in done.stderr or "--token" in words


def test_a_public_address_gets_no_token_in_the_clear(instance):
    done = obhut(instance, "tenant", "list", "--url", "http://192.0.2.1")
    assert done.returncode in (2, 5) and "gave no answer" in done.stderr


def test_completion_knows_the_commands(instance):
    script = ok(instance, "--generate-completion-script", "bash")
    assert "dead-letter" in script and "audit" in script
