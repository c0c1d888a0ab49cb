"""Consents collected elsewhere are brought in by file: every good line in, every bad one named."""

import json
import os
import time

import pytest

from obhut import eventually, new_number

DEFAULTS = {"purpose": "marketing", "state": "granted", "occurred_at": "2026-03-01T12:00:00Z",
            "evidence": {"method": "shop_checkout", "text": "Ja, ich möchte Angebote.", "reference": "Kasse 3"}}
# The usual run is short; OBHUT_IMPORT_LINES=100000 shows what a large file takes.
LINES = int(os.environ.get("OBHUT_IMPORT_LINES", "2000"))


def begin(tenant, expect=201, **fields):
    return tenant.api.post("/consent-imports", {"defaults": DEFAULTS, **fields}, expect=expect)


def send(tenant, importing, content, kind="text/csv; charset=utf-8", expect=202):
    return tenant.api.put(f"/consent-imports/{importing['id']}/content", data=content, headers={"Content-Type": kind}, expect=expect)


def finished(tenant, importing, seconds=60):
    def look():
        found = tenant.api.get(f"/consent-imports/{importing['id']}")
        return found if found["state"] == "done" else None
    return eventually(look, "the import is done", seconds=seconds)


def faults(tenant, importing):
    return list(tenant.api.every(f"/consent-imports/{importing['id']}/faults"))


def peak_memory(process):
    """The most that a process ever held, in MiB."""
    with open(f"/proc/{process}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def test_every_good_line_is_in_and_every_bad_one_named(instance, capsys):
    """1 % of the lines are bad, of three kinds. Time and memory are printed."""
    tenant = instance.new_tenant()
    stem = "+4915" + new_number()[-3:]
    bad = {2 + line for line in range(50, LINES, 100)}
    def lines():
        yield b"phone;evidence.reference;occurred_at\r\n"
        for line in range(LINES):
            number = f"{stem}{line:07d}"
            if line + 2 in bad:
                yield [f"{number[:4]};Kasse;\r\n", f"{number};Kasse;gestern\r\n", f"{number};Kasse\r\n"][line // 100 % 3].encode()
            else:
                yield f'{number};"Kasse 3; Bon ""{line}""";\r\n'.encode()
    before = peak_memory(instance.server_pid())
    began = time.monotonic()
    importing = begin(tenant, name="Shop")
    send(tenant, importing, lines())
    stored = time.monotonic()
    done = finished(tenant, importing, seconds=60 + LINES / 50)
    took = time.monotonic() - began
    grown = peak_memory(instance.server_pid()) - before
    with capsys.disabled():
        print(f"\n{LINES} lines: stored after {stored - began:.1f} s, done after {took:.1f} s, peak memory grew by {grown:.0f} MiB")
    assert done["lines"] == done["processed"] == LINES
    assert (done["recorded"], done["refused"], done["repeated"], done["unproven"]) == (LINES - len(bad), len(bad), 0, 0)
    named = faults(tenant, importing)
    assert {fault["line"] for fault in named} == bad
    assert {fault["field"] for fault in named} == {"contact.phone", "occurred_at", "(line)"}
    assert not any(stem[4:] in fault["problem"] for fault in named)
    # A file is never held whole: ten times the lines take no more room.
    assert grown < 200
    consents = tenant.api.get(f"/contacts/{tenant.api.get('/contacts')['data'][0]['id']}/consents")["data"]
    assert [(one["purpose"], one["state"]) for one in consents] == [("marketing", "granted")]


def test_a_dry_run_records_nothing_and_a_repeated_file_nothing_again(tenant):
    number = "+49151" + new_number()[-8:]
    file = f"phone\n{number}\nkein Telefon\n".encode()
    trial = begin(tenant, dry_run=True)
    send(tenant, trial, file)
    assert {key: finished(tenant, trial)[key] for key in ("recorded", "refused", "dry_run")} == {"recorded": 1, "refused": 1, "dry_run": True}
    for recorded, repeated in ((1, 0), (0, 1)):
        real = begin(tenant)
        send(tenant, real, file)
        done = finished(tenant, real)
        assert (done["recorded"], done["repeated"]) == (recorded, repeated)
    # Newest first: this one, the one before, the trial.
    assert [one["id"] for one in tenant.api.get("/consent-imports")["data"]][2] == trial["id"]


def test_lines_of_json_say_each_what_they_are(tenant):
    importing = tenant.api.post("/consent-imports", {}, expect=201)
    whole = {**DEFAULTS, "contact": {"phone": "+49152" + new_number()[-8:]}}
    paper = {**whole, "evidence": {"method": "paper", "text": "Ja."}}
    listed = {**whole, "purpose": "service", "evidence": {"method": "import"}}
    send(tenant, importing, "\n".join(json.dumps(line) for line in (whole, paper, listed)).encode(), kind="application/x-ndjson")
    done = finished(tenant, importing)
    assert (done["recorded"], done["unproven"], done["refused"]) == (2, 1, 1)
    assert [(fault["line"], fault["field"]) for fault in faults(tenant, importing)] == [(2, "evidence.reference")]


@pytest.mark.parametrize(("kind", "content", "status", "field"), [
    ("application/json", b"[]", 415, None), ("text/csv", b"", 422, "content"), ("text/csv", b"phone\n", 422, "content"),
    ("text/csv", b"+4930123456\n", 422, "content"), ("application/x-ndjson", b"", 422, "content"),
])
def test_what_is_no_file_is_refused_and_the_import_stays_open(tenant, kind, content, status, field):
    importing = begin(tenant)
    problem = send(tenant, importing, content, kind=kind, expect=status)
    assert [error["path"] for error in problem.get("errors", [])] == ([field] if field else [])
    assert tenant.api.get(f"/consent-imports/{importing['id']}")["state"] == "open"
    assert tenant.api.post(f"/consent-imports/{importing['id']}/stop")["state"] == "stopped"
    send(tenant, importing, b"phone\n+4930123456\n", expect=409)


def test_what_came_stands_in_no_dump(tenant, instance):
    number = "+49153" + new_number()[-8:]
    importing = begin(tenant)
    send(tenant, importing, f"phone,evidence.note\n{number},Merkzettel-{number[-6:]}\n".encode())
    finished(tenant, importing)
    for url in instance.databases().values():
        dump = instance.dump(url)
        assert number[1:].encode() not in dump and f"Merkzettel-{number[-6:]}".encode() not in dump
    assert number[1:] not in instance.logs()
