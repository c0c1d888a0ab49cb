"""The audit trail: checked on the command line whatever a superuser does to it, read over HTTP, exported for an auditor."""

import json
import re
import subprocess
import sys

import pytest
import requests

from obhut import ROOT, Api, Instance
from serving import served


@pytest.fixture(scope="module")
def installation():
    """One of its own: what is done to its trail here cannot be mended."""
    running = Instance()
    try:
        yield running.start()
        assert running.stop() == 0, running.logs()
    finally:
        running.remove()


def audit(instance, *words):
    return subprocess.run([instance.binary, "audit", *words, "--config", str(instance.folder / "data/obhut.json")],
                          capture_output=True, text=True, timeout=120)


def found(instance, *words):
    """Kinds of what is found."""
    done = audit(instance, "verify", "--json", *words)
    result = json.loads(done.stdout)
    assert done.returncode == (0 if result["whole"] else 1), done.stderr
    assert result["whole"] == (result["findings"] == [])
    return sorted(finding["kind"] for finding in result["findings"])


def tamper(instance, *statements):
    control = instance.databases()["control"]
    for statement in statements:
        instance.sql(control, f"BEGIN; SET LOCAL session_replication_role = replica; {statement}; COMMIT")


def entries(instance, tenant_id):
    """Makes a tenant's chain of three entries, by refusing its key what it may not."""
    path = f"/tenants/{tenant_id}/api-keys"
    key = Api(instance.ready["base_url"] + "/api/v1",
              instance.admin.post(path, {"label": "narrow", "scopes": ["consents:read"]}, expect=201)["token"])
    for _ in range(3):
        key.get("/messages", expect=403)


@pytest.fixture
def chain(installation):
    """A chain to be damaged, and mended again by putting all tables back as they were."""
    tenant = installation.new_tenant()
    entries(installation, tenant.id)
    control = installation.databases()["control"]
    tables = ("audit_heads", "audit_entries", "audit_seals")
    installation.sql(control, "; ".join(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}" for table in tables))
    before = int(installation.sql(control, f"SELECT sequence FROM audit_heads WHERE chain = '{tenant.id}'")[0])
    assert found(installation) == [] and before >= 3
    yield tenant.id, before
    columns = "chain, sequence, previous_hash, hash, entry"
    tamper(installation, "DELETE FROM audit_entries", "DELETE FROM audit_heads", "DELETE FROM audit_seals",
           "INSERT INTO audit_heads SELECT * FROM kept_audit_heads",
           f"INSERT INTO audit_entries ({columns}) SELECT {columns} FROM kept_audit_entries",
           "INSERT INTO audit_seals SELECT * FROM kept_audit_seals")
    installation.sql(control, "; ".join(f"DROP TABLE kept_{table}" for table in tables))
    assert found(installation) == []


HASH = "sha256(convert_to(E'obhut/audit/1\\n', 'UTF8') || previous_hash || convert_to(entry, 'UTF8'))"

DEEDS = {
    "an entry changed": (["entry_altered"],
                         "UPDATE audit_entries SET entry = replace(entry, '\"at\":\"2', '\"at\":\"1') WHERE chain = '{c}' AND sequence = 2"),
    "an entry deleted": (["entry_missing"], "DELETE FROM audit_entries WHERE chain = '{c}' AND sequence = 2"),
    "one put in the middle": (["entry_beyond_head", "entry_inserted", "entry_misplaced"],
                              "UPDATE audit_entries SET sequence = {n} + 1 WHERE chain = '{c}' AND sequence = {n}; "
                              "INSERT INTO audit_entries (chain, sequence, previous_hash, hash, entry) "
                              "SELECT chain, {n}, previous_hash, hash, replace(entry, 'refused', 'done') FROM audit_entries "
                              "WHERE chain = '{c}' AND sequence = {n} + 1; "
                              "UPDATE audit_entries SET hash = " + HASH + " WHERE chain = '{c}' AND sequence = {n}"),
    "one added with right hashes and head": (["head_forged"],
                                             "INSERT INTO audit_entries (chain, sequence, previous_hash, hash, entry) "
                                             "SELECT chain, {n} + 1, hash, hash, replace(entry, '\"sequence\":{n},', '\"sequence\":' || {n} + 1 || ',') "
                                             "FROM audit_entries WHERE chain = '{c}' AND sequence = {n}; "
                                             "UPDATE audit_entries SET hash = " + HASH + " WHERE chain = '{c}' AND sequence = {n} + 1; "
                                             "UPDATE audit_heads h SET sequence = e.sequence, hash = e.hash FROM audit_entries e "
                                             "WHERE h.chain = '{c}' AND e.chain = h.chain AND e.sequence = {n} + 1"),
    "the end cut off and the head set back": (["head_forged"],
                                              "DELETE FROM audit_entries WHERE chain = '{c}' AND sequence = {n}; "
                                              "UPDATE audit_heads h SET sequence = e.sequence, hash = e.hash FROM audit_entries e "
                                              "WHERE h.chain = '{c}' AND e.chain = h.chain AND e.sequence = {n} - 1"),
    "the whole chain deleted": (["chain_missing"],
                                "DELETE FROM audit_entries WHERE chain = '{c}'; DELETE FROM audit_heads WHERE chain = '{c}'"),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_what_a_superuser_does_to_the_trail_is_found(installation, chain, deed):
    name, last = chain
    kinds, statement = DEEDS[deed]
    tamper(installation, statement.replace("{c}", name).replace("{n}", str(last)))
    assert found(installation) == kinds


def test_an_old_genuine_head_put_back_is_found_once_sealed(installation, chain):
    name, last = chain
    control = installation.databases()["control"]
    tables = "CREATE TABLE old_head AS SELECT * FROM audit_heads WHERE chain = '{}'".format(name)
    installation.sql(control, tables)
    try:
        entries(installation, name)
        done = audit(installation, "seal", "--reason", "test")
        assert done.returncode == 0 and "vouches for itself" in done.stderr, done.stderr
        known = done.stdout.split()[1]
        tamper(installation, f"DELETE FROM audit_entries WHERE chain = '{name}' AND sequence > {last}",
               f"DELETE FROM audit_heads WHERE chain = '{name}'", "INSERT INTO audit_heads SELECT * FROM old_head")
        assert found(installation) == ["sealed_entry_missing"]
        # The seal gone too: the control chain knows of it, and so does whoever wrote it down.
        tamper(installation, "DELETE FROM audit_seals WHERE seal_number = " + known.split(":")[0])
        assert "seal_missing" in found(installation)
        assert found(installation, "--chain", name) == []
        assert found(installation, "--chain", name, "--known-seal", known) == ["seal_missing"]
    finally:
        installation.sql(control, "DROP TABLE old_head")


def test_the_server_itself_cannot_change_what_was_entered(installation):
    control = installation.role_url(installation.databases()["control"], "obhut_control")
    for statement in ("UPDATE audit_entries SET hash = hash", "DELETE FROM audit_entries", "TRUNCATE audit_entries",
                      "UPDATE audit_seals SET seal = seal", "DELETE FROM audit_seals"):
        with pytest.raises(subprocess.CalledProcessError):
            installation.sql(control, statement)


def test_what_cannot_be_looked_at_is_no_finding(installation, tmp_path):
    done = audit(installation, "verify", "--set", "control.url=postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 2 and "\nError: " in "\n" + done.stderr and done.stdout == ""
    done = audit(installation, "verify", "--set", f"control.key_file={tmp_path}/none.json")
    assert done.returncode == 2


def test_a_report_for_people(installation, chain):
    name, _ = chain
    done = audit(installation, "verify")
    assert done.returncode == 0 and re.search(rf"^{name} +\d+ +whole$", done.stdout, re.M)
    tamper(installation, f"DELETE FROM audit_entries WHERE chain = '{name}' AND sequence = 2")
    done = audit(installation, "verify", "--chain", name)
    assert done.returncode == 1 and f"{name}, entry 2: entry_missing: Entries are not there" in done.stdout


# For an auditor


def recipe(tmp_path):
    """The script that Docs/audit.md gives."""
    page = (ROOT / "Docs/audit.md").read_text()
    script = tmp_path / "check.py"
    script.write_text(re.search(r"```python\n(.*?)```", page, re.S)[1])
    return script


def check(script, folder, certificate):
    return subprocess.run([sys.executable, script, folder, certificate], capture_output=True, text=True, timeout=60)


@pytest.fixture
def export(installation, tmp_path):
    entries(installation, installation.new_tenant().id)
    for _ in range(2):
        assert audit(installation, "seal").returncode == 0
    folder = tmp_path / "export"
    done = audit(installation, "export", "--to", str(folder), "--reason", "yearly audit")
    assert done.returncode == 0, done.stderr
    return folder


def test_an_export_is_checked_without_obhut(installation, export, tmp_path):
    certificate = installation.data / "regions/signing.pem"
    assert certificate.stat().st_mode & 0o077 == 0
    done = check(recipe(tmp_path), export, certificate)
    assert done.returncode == 0 and "times sealed" in done.stdout and "whole" in done.stdout, done.stderr
    assert not done.stdout.rstrip().endswith(" 0 times sealed")
    last = json.loads((export / "entries.jsonl").read_bytes().splitlines()[-1])
    assert last["action"] == "audit.exported" and last["reason"] == "yearly audit"
    again = audit(installation, "export", "--to", str(export))
    assert again.returncode == 6 and "is there already" in again.stderr


def change(file, before, after):
    content = file.read_bytes()
    assert before in content
    file.write_bytes(content.replace(before, after, 1))


ALTERATIONS = {
    "an entry": lambda folder: change(folder / "entries.jsonl", b"staff_token", b"staff_tokem"),
    "an entry's number": lambda folder: change(folder / "entries.jsonl", b'"sequence":3,', b'"sequence":4,'),
    "a seal's document": lambda folder: change(next((folder / "seals").glob("*.json")), b'"sequence":', b'"sequence":1'),
    "an entry left out": lambda folder: change(
        folder / "entries.jsonl", (folder / "entries.jsonl").read_bytes().splitlines(True)[1], b""),
    "the end left out": lambda folder: (folder / "entries.jsonl").write_bytes(
        b"".join((folder / "entries.jsonl").read_bytes().splitlines(True)[:2])),
}


@pytest.mark.parametrize("what", ALTERATIONS)
def test_an_altered_export_does_not_pass(installation, export, tmp_path, what):
    control = installation.sql(installation.databases()["control"], "SELECT count(*) FROM audit_entries WHERE chain = 'control'")
    assert int(control[0]) > 4
    token = subprocess.run([installation.binary, "token", "--label", "x", "--config", str(installation.data / "obhut.json")],
                           capture_output=True, check=True)
    assert token.returncode == 0
    if what == "an entry" and b"staff_token" not in (export / "entries.jsonl").read_bytes():
        change(export / "entries.jsonl", b"audit.chain_begun", b"audit.chain_begum")
    else:
        ALTERATIONS[what](export)
    done = check(recipe(tmp_path), export, installation.data / "regions/signing.pem")
    assert done.returncode != 0 and "whole" not in done.stdout


def test_a_seal_of_somebody_else_does_not_pass(export, tmp_path):
    other = tmp_path / "other.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=Obhut",
                    "-keyout", "/dev/null", "-out", str(other)], check=True, capture_output=True)
    done = check(recipe(tmp_path), export, other)
    assert done.returncode != 0 and "does not hold" in done.stderr


def test_the_provider_s_own_certificate_seals(installation, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-passout", "pass:hunter2", "-days", "30", "-subj",
                    "/C=DE/O=Provider GmbH/CN=Seals", "-addext", "keyUsage=critical,digitalSignature,nonRepudiation", "-addext",
                    "basicConstraints=critical,CA:FALSE", "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    words = ["--set", f"signing.certificate_file={certificate}", "--set", f"signing.key_file={key}"]
    wrong = audit(installation, "seal", *words, "--set", "signing.key_passphrase=hunter3")
    assert wrong.returncode != 0 and "hunter" not in wrong.stderr and "signing.certificate_file" in wrong.stderr
    done = audit(installation, "seal", "--json", *words, "--set", "signing.key_passphrase=hunter2")
    assert done.returncode == 0, done.stderr
    seal = json.loads(done.stdout)
    assert not seal["self_signed"] and seal["certificate"].strip() in certificate.read_text()
    assert found(installation) == []
    folder = tmp_path / "export"
    assert audit(installation, "export", "--to", str(folder), "--since", seal["sealed_at"]).returncode == 0
    done = check(recipe(tmp_path), folder, certificate)
    assert done.returncode == 0, done.stderr


# Over HTTP


def test_the_trail_is_read_filtered_in_pages_and_that_is_entered(installation):
    admin, tenant = installation.admin, installation.new_tenant()
    entries(installation, tenant.id)
    refused = list(admin.every(f"/audit/{tenant.id}/entries?action=access.refused&order=oldest"))
    assert [entry["sequence"] for entry in refused] == sorted(entry["sequence"] for entry in refused) and len(refused) == 3
    assert {entry["outcome"] for entry in refused} == {"refused"} and refused[0]["subject"]["id"] == "GET /api/v1/messages"
    first = admin.get(f"/audit/{tenant.id}/entries?limit=1")
    second = admin.get(f"/audit/{tenant.id}/entries?limit=1&cursor=" + requests.utils.quote(first["next_cursor"], safe=""))
    assert second["data"][0]["sequence"] == first["data"][0]["sequence"] - 1
    assert second["data"][0]["hash"] == first["data"][0]["previous_hash"]
    newest = admin.get("/audit/control/entries?action=audit.read&limit=3")["data"]
    assert [entry["after"]["what"] for entry in newest] == ["entries"] * 3
    assert [entry["subject"]["id"] for entry in newest] == ["control", tenant.id, tenant.id]
    begun = admin.get(f"/audit/control/entries?action=audit.chain_begun&subject={tenant.id}")["data"]
    assert len(begun) == 1
    assert tenant.id in {chain["chain"] for chain in admin.every("/audit/chains")}
    result = admin.get(f"/audit/{tenant.id}/verification")
    assert result["whole"] and result["entries"] == first["data"][0]["sequence"]
    assert admin.get("/audit/control/verification")["whole"]
    assert admin.get("/audit/seals")["data"] is not None
    admin.get("/audit/01900000-0000-7000-8000-000000000000/verification", expect=404)
    admin.get("/audit/nonsense/entries", expect=404)
    for query, field in [("action=Tenant", "action"), ("outcome=perhaps", "outcome"), ("since=monday", "since"),
                         ("order=random", "order"), ("until=2026-02-30T00:00:00Z", "until"), ("subject=", "subject")]:
        problem = admin.get(f"/audit/control/entries?{query}", expect=422)
        assert [error["path"] for error in problem["errors"]] == [field]
    admin.get("/audit/control/entries?cursor=x", expect=422)


def test_a_tenant_reads_its_own_trail_with_the_scope_for_it(installation):
    tenant, other = installation.new_tenant(), installation.new_tenant()
    entries(installation, tenant.id)
    keys = f"/tenants/{tenant.id}/api-keys"
    tenant.api.get("/audit", expect=403)
    token = installation.admin.post(keys, {"label": "audit", "scopes": ["audit:read"]}, expect=201)["token"]
    reader = Api(installation.ready["base_url"] + "/api/v1", token)
    seen = list(reader.every("/audit"))
    assert len(seen) >= 4 and {entry["chain"] for entry in seen} == {tenant.id}
    assert not any(entry["chain"] == other.id for entry in seen)
    read = installation.admin.get("/audit/control/entries?action=audit.read&limit=2")["data"][1]
    assert read["principal"]["kind"] == "api_key" and read["subject"]["id"] == tenant.id


def test_who_may_not_read_the_trail_is_refused(installation):
    installation.new_tenant().api.get("/audit", expect=403)
    for path in ("/audit/chains", "/audit/seals", "/audit/control/entries", "/audit/control/verification"):
        installation.admin.get(path, token="oba_none", expect=401)


def test_a_flood_without_a_key_is_one_entry_when_the_server_stops(installation):
    with served(installation) as base:
        for _ in range(40):
            assert requests.get(base + "/admin/v1/tenants", timeout=10).status_code == 401
            assert requests.get(base + "/api/v1/messages", headers={"Authorization": "Bearer obk_none"}, timeout=10).status_code == 401
    found = [entry for entry in installation.admin.get("/audit/control/entries?action=access.unauthenticated")["data"]
             if entry["after"]["requests"] == 80]
    assert len(found) == 1 and found[0]["outcome"] == "refused" and found[0]["principal"] == {"kind": "anonymous"}
    counts = {count["route"]: count for count in found[0]["after"]["counts"]}
    assert counts["GET /admin/v1/tenants"]["requests"] == counts["GET /api/v1/messages"]["requests"] == 40
    assert counts["GET /api/v1/messages"]["surface"] == "tenant" and "127.0.0.1" not in json.dumps(found)


def test_a_dead_letter_sent_again_stands_in_the_tenant_s_chain(installation):
    tenant = installation.new_tenant()
    handset, contact = tenant.talk()
    installation.sandbox.put(f"/handsets/{handset}", {"error_code": 131026})
    message = tenant.send({"contact_id": contact}, "geht nicht")["id"]
    tenant.state(message, "failed")
    missing = "01900000-0000-7000-8000-000000000000"
    installation.admin.post(f"/tenants/{tenant.id}/dead-letters/{missing}/retry", expect=404)
    installation.admin.post(f"/tenants/{tenant.id}/dead-letters/{message}/retry", expect=202)
    tenant.state(message, "failed")
    tenant.api.post(f"/messages/{message}/retry", expect=202)
    installation.admin.post(f"/tenants/{tenant.id}/channels/{tenant.facts['channel_id']}/start")
    entries = installation.admin.get(f"/audit/{tenant.id}/entries?order=oldest")["data"]
    done = [(entry["action"], entry["principal"]["kind"], entry["subject"]["id"]) for entry in entries]
    wanted = [("dead_letter.retried", "staff", message), ("dead_letter.retried", "api_key", message),
              ("channel.started", "staff", tenant.facts["channel_id"])]
    assert [entry for entry in done if entry[0] in ("dead_letter.retried", "channel.started")] == wanted


def test_a_million_entries_do_not_fill_memory(installation):
    """Fewer here, so that it stays a test: memory must not grow from a thousand to a hundred thousand."""
    control = installation.databases()["control"]
    peaks = []
    chain = "01900000-0000-7000-8000-00000000beef"
    tamper(installation, f"INSERT INTO audit_heads VALUES ('{chain}', 0, decode(repeat('00', 32), 'hex'), '')")
    done = 0
    try:
        for count in (1_000, 100_000):
            tamper(installation, "INSERT INTO audit_entries (chain, sequence, previous_hash, hash, entry) "
                   f"SELECT '{chain}', n, decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'), "
                   "json_build_object('at', '2026-03-01T12:00:00.000Z', 'action', 'thing.done', 'n', n, 'pad', repeat('x', 400))::text "
                   f"FROM generate_series({done + 1}, {count}) n")
            done = count
            run = subprocess.run(["/usr/bin/env", "python3", "-c",
                                  "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, "
                                  "stderr=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
                                  installation.binary, "audit", "verify", "--chain", chain, "--config",
                                  str(installation.data / "obhut.json")], capture_output=True, text=True, timeout=300, check=True)
            peaks.append(int(run.stdout))
    finally:
        tamper(installation, f"DELETE FROM audit_entries WHERE chain = '{chain}'", f"DELETE FROM audit_heads WHERE chain = '{chain}'")
    assert peaks[1] < peaks[0] + 20_000, f"KiB at 1,000 and 100,000 entries: {peaks}"
