"""Looks for a value wherever a running Obhut keeps something, in the ways in which a value can stand there readable."""

import base64
import pathlib

from obhut import new_id, new_number

def spellings(text):
    """The ways in which a text may be written down without being sealed: as it is, in UTF-16, in hex, in Base64 at any offset."""
    found = set()
    for raw in (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")):
        found |= {raw, raw.hex().encode(), raw.hex().upper().encode()}
    raw = text.encode()
    for skipped in range(3):
        # Only the characters that depend on the text alone, wherever in a longer value it stands.
        whole = base64.b64encode(bytes(skipped) + raw)
        inner = whole[(skipped * 8 + 5) // 6:(skipped + len(raw)) * 8 // 6]
        found |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return found


def stands_in(text, content):
    return any(spelling in content for spelling in spellings(text))


def dumps(instance):
    """Every database as pg_dump writes it, by name: `control`, and each region."""
    return {name: instance.dump(url) for name, url in instance.databases().items()}


def logs(instance):
    """Every log of Obhut and of its PostgreSQL, from the first line to the last, by name. Not the sandbox's: it plays Meta."""
    data = pathlib.Path(instance.ready["data_dir"])
    files = [data / "server.log", data / "postgres.log", instance.folder / "dev.log"]
    return {file.name: file.read_bytes() for file in files if file.exists()}


def region_files(instance):
    """What a region keeps beside its databases (media, keys), by region."""
    folder = pathlib.Path(instance.ready["data_dir"]) / "regions"
    return {region: b"\n".join(file.read_bytes() for file in sorted((folder / region).rglob("*")) if file.is_file())
            for region in instance.ready["postgres"]["regions"]}


def cluster_files(instance):
    """PostgreSQL's own files, one after the other: tables, indexes, the write-ahead log, rows that no query shows any more."""
    url = instance.ready["postgres"]["control"]
    instance.sql(url, "CHECKPOINT")
    for file in sorted(pathlib.Path(instance.sql(url, "SHOW data_directory")[0]).rglob("*")):
        try:
            if file.is_file():
                yield file.read_bytes()
        except FileNotFoundError:
            continue  # Removed meanwhile, as files of the write-ahead log are.


def converse(tenant):
    """A conversation both ways, made of words that occur nowhere else, and every id and secret that belongs to it."""
    handset, name, text, answer = new_number(), f"Name{new_id()[6:22]}", f"Text{new_id()[6:22]}", f"Antwort{new_id()[6:22]}"
    evidence, key = f"Nachweis{new_id()[6:22]}", new_id()
    tenant.handset_writes(handset, text, profile_name=name)
    tenant.consent({"phone": handset}, evidence={"method": "web_form", "text": evidence, "language": "de"})
    inbound = tenant.inbound(text)
    sent = tenant.send({"contact_id": inbound["contact_id"]}, answer, headers={"Idempotency-Key": key})
    delivered = tenant.state(sent["id"], "delivered")
    return {"tenant": tenant, "handset": handset, "name": name, "text": text, "answer": answer, "evidence": evidence,
            "idempotency_key": key, "inbound": inbound, "sent": delivered}


def personal(facts):
    """What of a conversation may stand nowhere in the clear, by what it is."""
    return {"number": facts["handset"], "name": facts["name"], "text received": facts["text"], "text sent": facts["answer"],
            "text agreed to": facts["evidence"], "messenger's id, received": facts["inbound"]["provider_message_id"],
            "messenger's id, sent": facts["sent"]["provider_message_id"]}


def secrets(facts):
    """What opens doors, by what it is."""
    own = facts["tenant"].facts
    return {"app secret": own["app_secret"], "verify token": own["verify_token"], "API key": own["api_key"],
            "idempotency key": facts["idempotency_key"]}


def identifiers(facts):
    """What names the tenant's rows, by what it is."""
    return {"contact id": facts["inbound"]["contact_id"], "message id, received": facts["inbound"]["id"],
            "message id, sent": facts["sent"]["id"], "conversation id": facts["inbound"]["conversation_id"]}
