"""Kills the server with SIGKILL at random moments under load, again and again, and counts what became of every message that got a 200.

    crash.py [--rounds 50] [--fault accept_then_drop]

Callers behave as real ones do: a webhook is posted again until it gets a 200, a send is repeated under its Idempotency-Key until it gets one.
Exit code 1 when anything is lost, stuck, or there twice in the database.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import signal
import sys
import threading
import time

import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Acceptance"))
from obhut import Instance, eventually, new_id, new_number  # noqa: E402


class Load:
    """Threads that write and send until told to stop."""

    def __init__(self, tenants, people):
        self.tenants, self.people = tenants, people
        self.stopping = threading.Event()
        self.received, self.accepted = [], []
        self.lock = threading.Lock()
        self.retries = collections.Counter()

    def until_200(self, post):
        while True:
            try:
                answer = post()
                if answer.status_code == 200:
                    return answer
                if answer.status_code < 500:
                    raise AssertionError(f"unexpected {answer.status_code}: {answer.text}")
                self.retries[answer.status_code] += 1
            except requests.RequestException:
                self.retries["connection"] += 1
            time.sleep(0.02)

    def webhooks(self, seed):
        chance, session = random.Random(seed), requests.Session()
        while not self.stopping.is_set():
            tenant = chance.choice(self.tenants)
            message = new_id()
            document = tenant.text_webhook(chance.choice(self.people[tenant.id])[0], f"Nachricht {message}", message)
            self.until_200(lambda: tenant.post_webhook(document, session=session))
            with self.lock:
                self.received.append((tenant, message))

    def sends(self, seed):
        chance, session = random.Random(seed), requests.Session()
        while not self.stopping.is_set():
            tenant = chance.choice(self.tenants)
            handset, contact = chance.choice(self.people[tenant.id])
            key, body = new_id(), {"to": {"contact_id": contact}, "text": {"body": f"Antwort {new_id()}"}}
            headers = {"Authorization": f"Bearer {tenant.facts['api_key']}", "Idempotency-Key": key}
            answer = self.until_200(lambda: session.post(tenant.api.base + "/messages", json=body, headers=headers, timeout=20))
            with self.lock:
                self.accepted.append((tenant, handset, answer.json()["id"]))


def run(rounds, fault, binary):
    instance = Instance(binary=binary)
    try:
        instance.start()
        people = {t.id: [t.talk() for _ in range(20)] for t in instance.tenants}
        if fault:
            instance.sandbox.put("/sandbox/faults", {fault: 0.05})
        load = Load(instance.tenants, people)
        threads = [threading.Thread(target=load.webhooks, args=(n,)) for n in range(4)]
        threads += [threading.Thread(target=load.sends, args=(n,)) for n in range(100, 104)]
        for thread in threads:
            thread.start()
        kills = 0
        for _ in range(rounds):
            time.sleep(random.uniform(0.05, 1.0))
            before = instance.server_pid()
            os.kill(before, signal.SIGKILL)
            kills += 1
            eventually(lambda: instance.server_pid() != before and ready(instance), "the server after a kill", 60)
        load.stopping.set()
        for thread in threads:
            thread.join()
        instance.sandbox.put("/sandbox/faults", {})
        left = drain(instance)
        return count(instance, load, kills, left)
    finally:
        instance.remove()


def ready(instance):
    try:
        return requests.get(instance.ready["base_url"] + "/readyz", timeout=2).status_code == 200
    except requests.RequestException:
        return False


def drain(instance, seconds=180):
    """Waits until no lane is left and the sandbox has delivered its webhooks; what is left then."""
    end = time.monotonic() + seconds
    while True:
        lanes = sum(int(instance.sql(u, "SELECT count(*) FROM queue_lanes")[0]) for u in instance.ready["postgres"]["regions"].values())
        pending = instance.sandbox.get("/sandbox/stats")["webhooks_pending"]
        if (lanes == 0 and pending == 0) or time.monotonic() > end:
            return lanes
        time.sleep(0.5)


def count(instance, load, kills, lanes):
    kept = collections.Counter()
    for tenant in instance.tenants:
        kept.update((tenant.id, m["provider_message_id"]) for m in tenant.api.every("/messages?direction=inbound"))
    on_handset = collections.Counter()
    for tenant in instance.tenants:
        for handset, _ in load.people[tenant.id]:
            for message in instance.sandbox.get(f"/handsets/{handset}/messages")["messages"]:
                if message["direction"] == "in":
                    on_handset[message["biz_opaque_callback_data"]] += 1
    states = {t.id: {m["id"]: m["state"] for m in t.api.every("/messages?direction=outbound")} for t in instance.tenants}
    unsettled = [m for t, _, m in load.accepted if states[t.id].get(m) not in ("delivered", "read")]
    return {
        "kills": kills, "webhooks_acknowledged": len(load.received), "sends_accepted": len(load.accepted),
        "retries": dict(sorted((str(k), v) for k, v in load.retries.items())),
        "inbound_lost": sum(1 for t, m in load.received if kept[(t.id, m)] == 0),
        "inbound_twice": sum(1 for t, m in load.received if kept[(t.id, m)] > 1),
        "sends_not_on_handset": sum(1 for _, _, m in load.accepted if on_handset[m] == 0),
        "sends_twice_on_handset": sum(1 for _, _, m in load.accepted if on_handset[m] > 1),
        "sends_unsettled": len(unsettled), "lanes_left": lanes,
    }


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=50)
    options.add_argument("--fault", default=None)
    options.add_argument("--binary", default=None)
    chosen = options.parse_args()
    result = run(chosen.rounds, chosen.fault, chosen.binary)
    for name, value in result.items():
        print(f"{name:26} {value}")
    print(json.dumps(result))
    failed = [n for n in ("inbound_lost", "inbound_twice", "sends_not_on_handset", "sends_unsettled", "lanes_left") if result[n]]
    if failed:
        sys.exit("failed: " + ", ".join(failed))


if __name__ == "__main__":
    main()
