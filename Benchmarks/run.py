"""Measures a release build beside PostgreSQL's own limit: both on the same cluster, with the same durability, in one run, taking turns.

    python3 Benchmarks/run.py [--seconds 8] [--connections 1 16 64] [--soak 0] [--out .build/benchmark.json]
"""

import argparse
import json
import pathlib
import random
import re
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests/Acceptance"))
from obhut import Instance  # noqa: E402

PEOPLE = 200
# In one request to the gate.
PEOPLE_ASKED = 100
BENCH = str(ROOT / ".build/release/Bench")


def resident_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def output_of(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{pathlib.Path(command[0]).name} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


class Memory(threading.Thread):
    """The server's resident memory, looked at ten times a second."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.samples, self.ended = pid, [], threading.Event()

    def run(self):
        while not self.ended.wait(0.1):
            self.samples.append(resident_mb(self.pid))


class Bench:
    def __init__(self, instance, folder):
        self.instance, self.tenant, self.folder = instance, instance.tenants[0], folder
        self.database = instance.ready["postgres"]["regions"][self.tenant.region]

    def prepare(self):
        """People who agreed and wrote; a table of them that pgbench draws from."""
        numbers = sorted({"4917" + "".join(random.choice("0123456789") for _ in range(8)) for _ in range(PEOPLE)})
        messages = [{"from": n, "id": f"wamid.start{n}", "timestamp": str(int(time.time())), "type": "text", "text": {"body": "Start"}}
                    for n in numbers]
        contacts = [{"profile": {"name": "Erika Muster"}, "wa_id": n} for n in numbers]
        ids = [self.tenant.consent({"phone": n})["contact_id"] for n in numbers]
        assert self.tenant.post_webhook(self.tenant.envelope({"contacts": contacts, "messages": messages})).status_code == 200
        (self.folder / "numbers").write_text("\n".join(numbers))
        (self.folder / "contacts").write_text("\n".join(ids))
        self.instance.sql(self.database, f"""
            CREATE TABLE bench_people AS
            SELECT row_number() OVER () AS place, i.blind_index, i.contact_id,
                   (SELECT m.content_sealed FROM messages m WHERE m.tenant_id = i.tenant_id AND m.contact_id = i.contact_id LIMIT 1)
                   || decode(repeat('ab', 60), 'hex') AS sample
            FROM identities i WHERE i.tenant_id = '{self.tenant.id}' AND i.kind = 'phone';
            CREATE UNIQUE INDEX ON bench_people (place);
            GRANT SELECT ON bench_people TO obhut_app""")
        self.instance.sql(self.database, "VACUUM ANALYZE")
        self.people = int(self.instance.sql(self.database, "SELECT count(*) FROM bench_people")[0])

    def ours(self, kind, connections, seconds, rate=0, requests=0):
        if kind == "ingest":
            path, secret, people = self.tenant.ingress.split(str(self.instance.port), 1)[1], self.tenant.facts["app_secret"], "numbers"
        elif kind == "gate":
            path, secret, people = "/api/v1/gate/check", self.tenant.facts["api_key"], "contacts"
        else:
            path, secret, people = "/api/v1/messages", self.tenant.facts["api_key"], "contacts"
        memory = Memory(self.instance.server_pid())
        memory.start()
        done = output_of(
            [BENCH, "drive", "--kind", kind, "--port", str(self.instance.port), "--path", path, "--secret", secret,
             "--number", self.tenant.number, "--contacts", str(self.folder / people), "--connections", str(connections), "--seconds",
             str(seconds), "--rate", str(rate), "--requests", str(requests), "--batch", str(PEOPLE_ASKED)])
        memory.ended.set()
        return {**json.loads(done), "peak_mb": round(max(memory.samples, default=0), 1), "memory": memory.samples}

    def spent(self):
        """Seconds that the server's counters hold by now: on requests to send, on what the gate looks up for them, on storing them."""
        metrics = self.instance.admin.session.get(
            self.instance.ready["base_url"] + "/metrics", headers={"Authorization": f"Bearer {self.instance.ready['admin_token']}"}).text

        def total(name, *labels):
            rows = [line.rsplit(" ", 1) for line in metrics.splitlines() if line.startswith(name + "_seconds_sum{")]
            return sum(float(value) for row, value in rows if all(label in row for label in labels))

        app = 'role="obhut_app"'
        return {"request": total("http_request_duration", 'route="/api/v1/messages"', 'method="POST"'),
                "look": total("postgres_query_duration", app, 'query="tenants.standing"'),
                "store": total("postgres_query_duration", app, 'query="send.idempotency"')}

    def gate(self, seconds):
        """The gate by itself, over HTTP, and its share of a send's time while one connection sends."""
        thinking = json.loads(output_of([BENCH, "decide", "--seconds", str(min(seconds, 2))]))
        before = self.spent()
        sends = self.ours("send", 1, seconds)
        after = self.spent()
        self.settle()
        spent = {name: (after[name] - before[name]) / sends["requests"] * 1e6 for name in before}
        result = {"decision_ns": thinking["nanoseconds"], "decisions_per_second": thinking["rate"], "send_us": spent, "checks": []}
        print(f"gate: a decision {thinking['nanoseconds']:.0f} ns, {thinking['rate'] / 1e6:.1f} million a second on one core")
        print(f"gate: of a send's {spent['request']:.0f} µs, looking up what it goes by takes {spent['look']:.0f} µs "
              f"({spent['look'] / spent['request']:.0%}), deciding {thinking['nanoseconds'] / 1000:.2f} µs "
              f"({thinking['nanoseconds'] / 1000 / spent['request']:.3%}), storing {spent['store']:.0f} µs")
        for connections in (1, 16):
            done = self.ours("gate", connections, seconds)
            done.pop("memory")
            if done["errors"]:
                sys.exit(f"{done['errors']} requests failed")
            result["checks"].append({"connections": connections, **done, "decisions_per_second": done["rate"] * PEOPLE_ASKED})
            print(f"gate: {done['rate'] * PEOPLE_ASKED:.0f} decisions a second over HTTP, {PEOPLE_ASKED} people a request, {connections} "
                  f"connections; p50 {done['p50_us'] / 1000:.1f} ms, p99 {done['p99_us'] / 1000:.1f} ms", flush=True)
        return result

    def limit(self, kind, clients, seconds):
        url = self.instance.role_url(self.database, "obhut_app")
        log = self.folder / "pgbench"
        for old in self.folder.glob("pgbench.*"):
            old.unlink()
        done = output_of(
            [self.instance.ready["postgres"]["bin"] + "/pgbench", "--no-vacuum", "--protocol=prepared", f"--client={clients}",
             f"--jobs={min(2, clients)}", f"--time={max(1, int(seconds))}", "--log", f"--log-prefix={log}", f"--define=people={self.people}",
             f"--define=tenant={self.tenant.id}", f"--define=channel={self.tenant.facts['channel_id']}", "--file",
             str(ROOT / f"Benchmarks/{kind}.sql"), url])
        rate = float(re.search(r"tps = ([0-9.]+)", done)[1])
        times = sorted(int(line.split()[2]) for path in self.folder.glob("pgbench.*") for line in path.read_text().splitlines())
        return {"rate": rate, "p50_us": times[len(times) // 2], "p99_us": times[int(len(times) * 0.99)]}

    def settle(self):
        """Empties what the last measurement queued, so that deliveries do not run beside the next one."""
        self.instance.sql(self.database, "TRUNCATE queue_lanes, queue_jobs; CHECKPOINT")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=8)
    options.add_argument("--connections", type=int, nargs="+", default=[1, 16, 64])
    options.add_argument("--rounds", type=int, default=2)
    options.add_argument("--soak", type=int, default=0, help="messages to take in for the memory measurement")
    options.add_argument("--out", default=str(ROOT / ".build/benchmark.json"))
    chosen = options.parse_args()
    instance = Instance(binary=str(ROOT / ".build/release/obhut"))
    results = []
    try:
        instance.start()
        # The handsets refuse nothing and the sandbox reports nothing: what is measured is Obhut, not the sandbox's webhooks.
        instance.sandbox.put("/sandbox/faults", {"statuses": False})
        bench = Bench(instance, instance.folder)
        bench.prepare()
        print(f"{'':8}{'conns':>6}{'ours/s':>9}{'p50 ms':>8}{'p99 ms':>8}{'pgbench/s':>11}{'p50 ms':>8}{'p99 ms':>8}{'ratio':>7}{'MB':>7}")
        for kind in ("ingest", "send"):
            for connections in chosen.connections:
                ours, limits = [], []
                for _ in range(chosen.rounds):
                    ours.append(bench.ours(kind, connections, chosen.seconds))
                    bench.settle()
                    limits.append(bench.limit(kind, connections, chosen.seconds))
                    bench.settle()
                us, pg = max(ours, key=lambda r: r["rate"]), max(limits, key=lambda r: r["rate"])
                us.pop("memory")
                ratio = us["rate"] / pg["rate"]
                results.append({"kind": kind, "connections": connections, "obhut": us, "pgbench": pg, "ratio": ratio})
                print(f"{kind:8}{connections:6}{us['rate']:9.0f}{us['p50_us'] / 1000:8.2f}{us['p99_us'] / 1000:8.2f}{pg['rate']:11.0f}"
                      f"{pg['p50_us'] / 1000:8.2f}{pg['p99_us'] / 1000:8.2f}{ratio:7.2f}{us['peak_mb']:7.0f}", flush=True)
                if us["errors"]:
                    sys.exit(f"{us['errors']} requests failed")
        for kind in ("ingest", "send"):
            peak = max(r["obhut"]["rate"] for r in results if r["kind"] == kind)
            half = bench.ours(kind, 64, chosen.seconds, rate=peak / 2)
            half.pop("memory")
            bench.settle()
            results.append({"kind": kind, "connections": 64, "offered": peak / 2, "obhut": half})
            print(f"{kind} at half its peak ({peak / 2:.0f}/s offered, {half['rate']:.0f}/s done): p50 {half['p50_us'] / 1000:.2f} ms, "
                  f"p99 {half['p99_us'] / 1000:.2f} ms", flush=True)
        results.append({"kind": "gate", **bench.gate(chosen.seconds)})
        if chosen.soak:
            soak = bench.ours("ingest", 64, 3600, requests=chosen.soak)
            samples = soak.pop("memory")
            tenths = [round(max(samples[len(samples) * n // 10:len(samples) * (n + 1) // 10] or [0])) for n in range(10)]
            results.append({"kind": "soak", "messages": chosen.soak, "obhut": soak, "memory_mb_by_tenth": tenths})
            print(f"{chosen.soak} messages at {soak['rate']:.0f}/s: memory by tenth of the run {tenths} MB", flush=True)
    finally:
        instance.remove()
    pathlib.Path(chosen.out).write_text(json.dumps(results, indent=1))
    print("written to", chosen.out)


if __name__ == "__main__":
    main()
