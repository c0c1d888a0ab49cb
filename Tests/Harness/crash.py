"""Breaks a part at random moments under load, again and again, and counts what became of every message that got a 200.

    crash.py [--rounds 50] [--what server|postgres|sandbox] [--fault accept_then_drop] [--seed N]

`server` and `sandbox` are killed with SIGKILL and started again by `obhut dev`; `postgres` is stopped as a whole for about a second, as a
machine that swaps or a disk that hangs would stop it. The seed repeats the choices made here, not the machine's own timing.
Exit code 1 when anything is lost, stuck, wrong or there twice, and when too little was tried to say so.
"""

import argparse
import collections
import contextlib
import os
import pathlib
import random
import signal
import sys
import time

import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Acceptance"))
from obhut import Instance, eventually  # noqa: E402

import account  # noqa: E402
from load import Load  # noqa: E402

PEOPLE = 100
# A name in the counts, what it says, and what it has to be: a number at least for each round, no more than nothing, or for information.
REPORT = [
    ("rounds", "times that the part was broken", ">=1"),
    ("webhooks_acknowledged", "inbound messages that got a 200", ">=20"),
    ("sends_accepted", "sends that got a 200", ">=20"),
    ("reads_reported", "messages that their person read", ">=0.2"),
    ("requests_repeated", "requests without a 200, repeated until there was one", ">=1"),
    ("repeated_after_200", "requests repeated although they had a 200", ">=0.2"),
    ("caught_in_flight", "sends under way or unclear at a break, over all rounds", ""),
    ("caught_waiting", "sends queued at a break, over all rounds", ""),
    ("inbound_lost", "acknowledged, not to be read by the tenant", "0"),
    ("inbound_twice", "to be read twice by the tenant", "0"),
    ("inbound_unasked", "to be read by the tenant, written by nobody", "0"),
    ("people_twice", "people who became two contacts", "0"),
    ("sends_lost", "accepted, not in the database", "0"),
    ("sends_unasked", "in the database, accepted for nobody", "0"),
    ("sends_not_on_handset", "accepted, not on the handset", "0"),
    ("sends_twice_on_handset", "on the handset twice", "0"),
    ("sends_to_another_or_altered", "on another's handset, or with another text", "0"),
    ("sends_out_of_order", "arrived before what was sent earlier", "0"),
    ("sends_unsettled", "neither delivered nor read in the end", "0"),
    ("reads_lost", "read by their person, not so for the tenant", "0"),
    ("statuses_backwards", "changes of state that went back", "0"),
    ("depths_wrong", "lanes whose depth was not their number of jobs, at any break", "0"),
    ("lanes_left", "lanes left", "0"),
    ("jobs_left", "jobs left", "0"),
    ("dead_letters", "dead letters", "0"),
    ("sandbox_webhooks_left", "webhooks that the sandbox could not deliver", "0"),
    ("ended_by_itself", "times that the server or the sandbox ended unasked", "0"),
]


class Breaker:
    """Breaks one part of a running instance, and sees to it that it is back."""

    def __init__(self, instance, what, chance):
        self.instance, self.what, self.chance = instance, what, chance
        self.counts = collections.Counter()
        self.pids = {part: self.pid(part) for part in ("server", "sandbox")}

    def pid(self, part):
        return int((self.instance.data / f"{part}.pid").read_text())

    def round(self):
        time.sleep(self.chance.uniform(0.1, 2.5))
        self.look_for_endings()
        self.pause() if self.what == "postgres" else self.kill()
        self.counts["rounds"] += 1

    def kill(self):
        before = self.pids[self.what]
        os.kill(before, signal.SIGKILL)
        self._look()
        eventually(lambda: self.pid(self.what) != before, f"another {self.what} process", 60)
        self.pids[self.what] = self.pid(self.what)
        if self.chance.random() < 0.15:  # Also while it starts.
            return
        eventually(lambda: is_ready(self.instance), f"the {self.what} after a kill", 60)

    def pause(self):
        """The postmaster first, so that it starts no more children."""
        cluster = pathlib.Path(self.instance.sql(self.instance.ready["postgres"]["control"], "SHOW data_directory")[0])
        postmaster = int((cluster / "postmaster.pid").read_text().split()[0])
        stopped = []
        try:
            # Children that end by themselves, as autovacuum's do, may be gone already.
            for pid in [postmaster, *children(postmaster)]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
                    stopped.append(pid)
            time.sleep(self.chance.uniform(0.3, 1.5))
        finally:
            for pid in reversed(stopped):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
        self._look()

    def _look(self):
        """What the moment caught."""
        self.counts["caught_in_flight"] += account.total(self.instance, "SELECT count(*) FROM messages WHERE state = 'sending'")
        self.counts["caught_waiting"] += account.total(self.instance, "SELECT count(*) FROM messages WHERE state = 'accepted'")
        self.counts["depths_wrong"] += account.total(self.instance, account.UNEQUAL_DEPTHS)

    def look_for_endings(self):
        for part, known in self.pids.items():
            if self.pid(part) != known:
                self.counts["ended_by_itself"] += 1
                self.pids[part] = self.pid(part)


def children(pid):
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_ready(instance):
    try:
        server = requests.get(instance.ready["base_url"] + "/readyz", timeout=2).status_code
        sandbox = requests.get(instance.ready["sandbox_url"] + "/sandbox/health", timeout=2).status_code
        return server == sandbox == 200
    except requests.RequestException:
        return False


def run(rounds=50, what="server", fault=None, seed=None, binary=None, people=PEOPLE):
    """The counts, by the names in REPORT, and what is wrong with them."""
    seed = random.randrange(10**6) if seed is None else seed
    random.seed(seed)
    print(f"{what}, {rounds} rounds, seed {seed}", flush=True)
    instance = Instance(binary=binary)
    load = None
    try:
        load = Load(instance.start(), seed)
        account.watch_states(instance)
        if fault:
            instance.sandbox.put("/sandbox/faults", {fault: 0.05})
        load.start(people)
        breaker = Breaker(instance, what, random.Random(seed))
        for _ in range(rounds):
            if load.failures:
                break
            breaker.round()
        eventually(lambda: is_ready(instance), "everything after the last round", 60)
        load.stop()
        if load.failures:
            raise AssertionError("a caller was told what it should not be told:\n" + "\n".join(load.failures))
        instance.sandbox.put("/sandbox/faults", {})
        account.drain(instance, hurry=what == "sandbox")
        load.let_strangers_agree()
        account.drain(instance)
        breaker.look_for_endings()
        counts = {**dict.fromkeys((name for name, _, _ in REPORT), 0), **breaker.counts, **of(load), **account.count(instance, load)}
        return counts, failures(counts, what, rounds)
    finally:
        if load:
            load.abandon()
        instance.remove()


def of(load):
    return {"webhooks_acknowledged": len(load.received), "sends_accepted": len(load.accepted), "reads_reported": len(load.read),
            "requests_repeated": sum(load.retries.values()), "repeated_after_200": sum(load.repeated.values())}


def needed(name, what):
    """A pause that is over before anybody's patience is makes nobody repeat anything."""
    wanted = next(needed for known, _, needed in REPORT if known == name)
    return "" if (what, name) == ("postgres", "requests_repeated") else wanted


def failures(counts, what, rounds):
    return [f"{text}: {counts[name]}" for name, text, _ in REPORT if not is_right(counts[name], needed(name, what), rounds)]


def is_right(value, wanted, rounds):
    if wanted.startswith(">="):
        return value >= float(wanted[2:]) * rounds
    return wanted == "" or value == 0


def table(counts, what, rounds):
    lines = []
    for name, text, _ in REPORT:
        wanted = needed(name, what)
        mark = "" if wanted == "" else "ok" if is_right(counts[name], wanted, rounds) else "WRONG"
        shown = f"at least {float(wanted[2:]) * rounds:g}" if wanted.startswith(">=") else wanted
        lines.append(f"{counts[name]:>8}  {text:60} {shown:>13}  {mark}".rstrip())
    return "\n".join(lines)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=50)
    options.add_argument("--what", choices=["server", "postgres", "sandbox"], default="server")
    options.add_argument("--fault", help="a share of the sandbox's faults to add, such as accept_then_drop")
    options.add_argument("--seed", type=int)
    options.add_argument("--people", type=int, default=PEOPLE, help="people of each tenant at the beginning")
    options.add_argument("--binary")
    chosen = options.parse_args()
    counts, wrong = run(chosen.rounds, chosen.what, chosen.fault, chosen.seed, chosen.binary, chosen.people)
    print(table(counts, chosen.what, chosen.rounds))
    if wrong:
        sys.exit("failed: " + "\n        ".join(wrong))


if __name__ == "__main__":
    main()
