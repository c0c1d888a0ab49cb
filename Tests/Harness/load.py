"""The load under which the harnesses break things: callers that behave as real ones do, and remember what they were promised.

A webhook is posted again until it gets a 200, a send is repeated under its Idempotency-Key until it gets one, also after the connection
broke. Whatever else is answered ends the run: `failures` then says what happened.
"""

import collections
import contextlib
import pathlib
import random
import sys
import threading
import time
import traceback

import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Acceptance"))
from obhut import new_id, new_number  # noqa: E402

Person = collections.namedtuple("Person", "tenant handset contact")
# `caller` and `turn`: what one caller sent one person, one after the other, has to arrive in that order.
Send = collections.namedtuple("Send", "person message text caller turn")


class Abandoned(Exception):
    """The run is over and nobody waits for the answer any more."""


class Load:
    """Threads that write, send and report statuses until told to stop."""

    def __init__(self, instance, seed):
        self.instance, self.seed = instance, seed
        self.people = {tenant.id: [] for tenant in instance.tenants}
        self.received, self.accepted, self.read, self.failures = [], [], [], []
        # Who wrote, and has not agreed yet.
        self.strangers = set()
        # What was written at all: what got no answer may have arrived nevertheless.
        self.written = set()
        self.retries, self.repeated = collections.Counter(), collections.Counter()
        self.newcomers = collections.deque([], 6)
        self.lock = threading.Lock()
        self.stopping, self.abandoned = threading.Event(), threading.Event()
        self.threads = []

    def start(self, known):
        """Makes `known` people who agreed for each tenant, then begins."""
        for tenant in self.instance.tenants:
            for _ in range(known):
                self._agree(tenant, new_number(), requests.Session())
        roles = [self.webhooks] * 3 + [self.handsets] + [self.sends] * 4 + [self.statuses]
        for number, role in enumerate(roles):
            self.threads.append(threading.Thread(target=self._guarded, args=(role, number), daemon=True))
        for thread in self.threads:
            thread.start()

    def stop(self, seconds=120):
        """Lets every caller get the answer it waits for, then ends."""
        self.stopping.set()
        end = time.monotonic() + seconds
        for thread in self.threads:
            thread.join(max(0, end - time.monotonic()))
        if any(thread.is_alive() for thread in self.threads):
            self.failures.append(f"a caller got no 200 within {seconds} s")
            self.abandon()

    def abandon(self):
        self.stopping.set()
        self.abandoned.set()

    def until(self, post, expect=200):
        while not self.abandoned.is_set():
            try:
                answer = post()
                if answer.status_code == expect:
                    return answer
                if answer.status_code < 500:
                    request = answer.request
                    raise AssertionError(f"{request.method} {request.url}: unexpected {answer.status_code}: {answer.text}")
                self.retries[str(answer.status_code)] += 1
            except requests.RequestException:
                self.retries["connection"] += 1
            time.sleep(0.02)
        raise Abandoned

    def let_strangers_agree(self):
        """Everybody who wrote without having agreed does so, that what they wrote can be counted."""
        session = requests.Session()
        for tenant in self.instance.tenants:
            for handset in sorted(handset for owner, handset in self.strangers if owner == tenant.id):
                self._consent(tenant, handset, session)

    # Who does what

    def webhooks(self, number, chance, session):
        """Posts as Meta does, for people known and unknown, and now and then the same again."""
        tenant, message = chance.choice(self.instance.tenants), new_id()
        text = f"Nachricht {message}"
        document = tenant.text_webhook(self._somebody(tenant, chance), text, message)
        self.written.add((tenant.id, text))
        self.until(lambda: tenant.post_webhook(document, session=session))
        with self.lock:
            self.received.append((tenant, text))
        if chance.random() < 0.1:
            receipt = self.until(lambda: tenant.post_webhook(document, session=session)).json()
            assert receipt == {"stored": 0, "duplicates": 1, "unroutable": 0}, receipt
            self.repeated["webhooks"] += 1

    def handsets(self, number, chance, session):
        """People write on their phones: some who are known, and new ones, who agree and are answered from then on."""
        tenant = chance.choice(self.instance.tenants)
        if chance.random() < 0.5:
            self._agree(tenant, new_number(), session)
        else:
            self._write(tenant, chance.choice(self.people[tenant.id]).handset, session)
        time.sleep(chance.uniform(0, 0.1))

    def sends(self, number, chance, session):
        tenant = chance.choice(self.instance.tenants)
        person = chance.choice(self.people[tenant.id])
        text = f"Antwort {new_id()}"
        body = {"to": {"contact_id": person.contact}, "text": {"body": text}}
        headers = {"Authorization": f"Bearer {tenant.facts['api_key']}", "Idempotency-Key": new_id()}

        def post():
            return session.post(tenant.api.base + "/messages", json=body, headers=headers, timeout=20)

        message = self.until(post).json()["id"]
        with self.lock:
            self.accepted.append(Send(person, message, text, number, len(self.accepted)))
        if chance.random() < 0.1:
            again = self.until(post)
            assert again.json()["id"] == message and again.headers["Idempotency-Replayed"] == "true", again.text
            self.repeated["sends"] += 1
        time.sleep(chance.uniform(0, 0.04))

    def statuses(self, number, chance, session):
        """A person reads; afterwards the messenger reports once more what was before."""
        time.sleep(0.05)
        with self.lock:
            sent = chance.choice(self.accepted[-500:]) if self.accepted else None
        if sent is None:
            return
        tenant, handset = sent.person.tenant, sent.person.handset
        headers = {"Authorization": f"Bearer {tenant.facts['api_key']}"}
        known = self.until(lambda: session.get(tenant.api.base + f"/messages/{sent.message}", headers=headers, timeout=20)).json()
        provider = known.get("provider_message_id")
        if not provider or known["state"] not in ("sent", "delivered"):
            return
        path = f"/handsets/{handset}/messages/{requests.utils.quote(provider, safe='')}/read"
        self.until(lambda: session.post(self.instance.sandbox.base + path, timeout=20))
        with self.lock:
            self.read.append(sent)
        for stage in chance.sample(["sent", "delivered", "failed"], 3):
            status = {"id": provider, "status": stage, "timestamp": str(int(time.time())), "recipient_id": handset}
            document = tenant.envelope({"statuses": [status]})
            # The sandbox tells of the reading by itself, maybe later than this: a failure before it would be believed, and then outdone.
            self.until(lambda: tenant.post_webhook(document, session=session))

    # What they share

    def _somebody(self, tenant, chance):
        """A known person, or a new one, whom several callers may bring at the same moment."""
        if chance.random() < 0.7:
            return chance.choice(self.people[tenant.id]).handset
        with self.lock:
            if not self.newcomers or chance.random() < 0.3:
                self.newcomers.append(new_number())
            newcomer = chance.choice(self.newcomers)
            self.strangers.add((tenant.id, newcomer))
            return newcomer

    def _consent(self, tenant, handset, session):
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        body = {"contact": {"phone": handset}, "purpose": "service", "state": "granted", "occurred_at": now,
                "evidence": {"method": "web_form", "text": "Ich bin einverstanden."}}
        headers = {"Authorization": f"Bearer {tenant.facts['api_key']}"}
        answer = self.until(lambda: session.post(tenant.api.base + "/consents", json=body, headers=headers, timeout=20), expect=201)
        return answer.json()["contact_id"]

    def _agree(self, tenant, handset, session):
        contact = self._consent(tenant, handset, session)
        self._write(tenant, handset, session)
        # The window opens when the server has heard of it; until then a send is refused, as it should be.
        person = Person(tenant, handset, contact)
        while not self._has_window(person, session):
            time.sleep(0.05)
        with self.lock:
            self.people[tenant.id].append(person)

    def _has_window(self, person, session):
        """Whether the person's first message is there."""
        database = self.instance.ready["postgres"]["regions"][person.tenant.region]
        if self.abandoned.is_set():
            raise Abandoned
        seen = f"SELECT count(*) FROM conversations WHERE contact_id = '{person.contact}' AND window_closes_at > now()"
        return self.instance.sql(database, seen) == ["1"]

    def _write(self, tenant, handset, session):
        """A phone that lost its connection writes anew, so each attempt is a message of its own; the answered one must arrive."""
        def post():
            nonlocal text
            text = f"Handy {new_id()}"
            self.written.add((tenant.id, text))
            return session.post(self.instance.sandbox.base + f"/handsets/{handset}/messages",
                                json={"to": tenant.number, "text": {"body": text}}, timeout=20)

        text = None
        self.until(post)
        with self.lock:
            self.received.append((tenant, text))

    def _guarded(self, role, number):
        chance, session = random.Random(f"{self.seed}/{number}"), requests.Session()
        with contextlib.suppress(Abandoned):
            while not self.stopping.is_set():
                try:
                    role(number, chance, session)
                except Abandoned:
                    raise
                except BaseException:
                    with self.lock:
                        self.failures.append(f"{role.__name__}: {traceback.format_exc()}")
                    self.stopping.set()
