"""What became of every message that somebody got a 200 for: counted at the tenant's API, on the handsets and in the databases."""

import collections
import time

# How far a message has come. Going back to `accepted` from `sending` is an attempt that certainly reached nobody.
PROGRESS = {state: place for place, states in enumerate(
    [("accepted", "sending"), ("refused",), ("sent",), ("failed",), ("delivered",), ("read",)]) for state in states}

# One statement sees one moment: a lane's depth is changed in the transaction that changes its jobs.
UNEQUAL_DEPTHS = """
    SELECT count(*) FROM queue_lanes l
    FULL JOIN (SELECT tenant_id, kind, lane_id, count(*) AS jobs FROM queue_jobs WHERE dead_at IS NULL GROUP BY 1, 2, 3) j
         USING (tenant_id, kind, lane_id)
    WHERE coalesce(l.depth, 0) <> coalesce(j.jobs, 0)"""


def total(instance, statement):
    """The sum of one number over all regions."""
    return sum(int(instance.sql(url, statement)[0]) for url in instance.ready["postgres"]["regions"].values())


def watch_states(instance):
    """Has each region's database write down every change of a message's state; the harness looks at them all at the end."""
    for url in instance.ready["postgres"]["regions"].values():
        instance.sql(url, """
            CREATE SCHEMA harness;
            CREATE TABLE harness.steps (message_id uuid, before text, after text);
            CREATE FUNCTION harness.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
                'BEGIN INSERT INTO harness.steps VALUES (NEW.message_id, OLD.state, NEW.state); RETURN NULL; END';
            CREATE TRIGGER harness_note AFTER UPDATE OF state ON messages FOR EACH ROW
                WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION harness.note()""")


def drain(instance, hurry=False, seconds=240):
    """Waits until no lane is left and the sandbox has delivered its webhooks, or until the time is over.

    hurry: attempts failed because the messenger was away, so the waits between them, which grow to hours, are cut short.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if hurry:
            for url in instance.ready["postgres"]["regions"].values():
                instance.sql(url, "UPDATE queue_lanes SET run_at = now() WHERE lease_owner IS NULL AND run_at > now() + interval '5 seconds'")
        if instance.sandbox.get("/sandbox/stats")["webhooks_pending"] == 0 and total(instance, "SELECT count(*) FROM queue_lanes") == 0:
            return
        time.sleep(0.5)


def count(instance, load):
    return {**inbound(instance, load), **outbound(instance, load), **queues(instance)}


def inbound(instance, load):
    kept, phones = collections.Counter(), collections.Counter()
    for tenant in instance.tenants:
        kept.update((tenant.id, m["text"]["body"]) for m in tenant.api.every("/messages?direction=inbound"))
        for contact in tenant.api.every("/contacts"):
            phones.update((tenant.id, a["address"]) for a in contact["addresses"] if a["kind"] == "phone" and not a["retired_at"])
    known = {(tenant.id, text) for tenant, text in load.received}
    return {
        "inbound_lost": sum(1 for key in known if kept[key] == 0),
        "inbound_twice": sum(1 for n in kept.values() if n > 1),
        "inbound_unasked": sum(1 for key in kept if key not in load.written),
        "people_twice": sum(1 for n in phones.values() if n > 1),
    }


def outbound(instance, load):
    shown, places = on_handsets(instance, load)
    kept = {m["id"]: m for tenant in instance.tenants for m in tenant.api.every("/messages?direction=outbound")}
    promised = {send.message: send for send in load.accepted}
    read = {send.message for send in load.read}
    return {
        "sends_lost": sum(1 for message in promised if message not in kept),
        "sends_unasked": sum(1 for message in kept if message not in promised),
        "sends_not_on_handset": sum(1 for message in promised if not shown[message]),
        "sends_twice_on_handset": sum(1 for found in shown.values() if len(found) > 1),
        "sends_to_another_or_altered": sum(
            1 for message, found in shown.items() for one in found
            if message in promised and one != (promised[message].person.handset, promised[message].text)),
        "sends_out_of_order": out_of_order(load, places),
        "sends_unsettled": sum(1 for message in promised if message in kept and kept[message]["state"] not in ("delivered", "read")),
        "reads_lost": sum(1 for message in read if message in kept and kept[message]["state"] != "read"),
    }


def on_handsets(instance, load):
    """By our id: on which handset with what text, and at which place among that handset's messages."""
    shown, places = collections.defaultdict(list), {}
    for handset in {person.handset for people in load.people.values() for person in people}:
        for place, message in enumerate(instance.sandbox.get(f"/handsets/{handset}/messages")["messages"]):
            if message["direction"] == "in":
                shown[message["biz_opaque_callback_data"]].append((handset, message["text"]["body"]))
                places.setdefault(message["biz_opaque_callback_data"], place)
    return shown, places


def out_of_order(load, places):
    """What one caller sent to one person one after the other, and arrived the other way round."""
    last, wrong = {}, 0
    for send in load.accepted:
        stream, place = (send.caller, send.person.handset), places.get(send.message)
        if place is None:
            continue
        wrong += place < last.get(stream, -1)
        last[stream] = max(place, last.get(stream, -1))
    return wrong


def queues(instance):
    backwards = 0
    for url in instance.ready["postgres"]["regions"].values():
        steps = (row.split("|") for row in instance.sql(url, "SELECT before, after, count(*) FROM harness.steps GROUP BY 1, 2"))
        backwards += sum(int(n) for before, after, n in steps if PROGRESS[after] < PROGRESS[before])
    return {
        "statuses_backwards": backwards,
        "lanes_left": total(instance, "SELECT count(*) FROM queue_lanes"),
        "jobs_left": total(instance, "SELECT count(*) FROM queue_jobs WHERE dead_at IS NULL"),
        "dead_letters": total(instance, "SELECT count(*) FROM queue_jobs WHERE dead_at IS NOT NULL"),
        "sandbox_webhooks_left": instance.sandbox.get("/sandbox/stats")["webhooks_pending"],
    }
