"""What the server measures: by whom it may be read, what is counted, and that no label tells of a tenant or a person."""

import json
import re
import subprocess
import uuid

import pytest
import requests

from obhut import eventually, new_id, new_number
from serving import command, served

SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\]|\\.)*",?)*)\})? (-?[0-9.e+-]+)')


def scrape(base, token):
    """Every sample by name and labels."""
    answer = requests.get(base + "/metrics", headers={"Authorization": f"Bearer {token}"}, timeout=10)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    samples, types = {}, {}
    for line in answer.text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in types, f"{name} has two types"
            types[name] = kind
            continue
        name, labels, value = SAMPLE.fullmatch(line).groups()
        assert any(name == known or name.removeprefix(known) in ("_bucket", "_sum", "_count") for known in types), line
        key = (name, frozenset(re.findall(r'([a-z_]+)="((?:[^"\\]|\\.)*)"', labels or "")))
        assert key not in samples, line
        samples[key] = float(value)
    return samples, types, answer.text


@pytest.fixture
def watch(instance):
    def value(name, **labels):
        return scrape(instance.ready["base_url"], instance.ready["admin_token"])[0].get((name, frozenset(labels.items())), 0)
    return value


def test_metrics_are_for_those_who_watch(instance, tenant):
    base, secret = instance.ready["base_url"], "w" * 32
    for token in [None, "", "x", tenant.facts["api_key"], secret]:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        assert requests.get(base + "/metrics", headers=headers, timeout=10).status_code == 401
    scrape(base, instance.ready["admin_token"])
    with served(instance, metrics_token=secret) as watched:
        scrape(watched, secret)
        scrape(watched, instance.ready["admin_token"])
        for wrong in [secret + "w", secret[:-1], "x" * 32]:
            assert requests.get(watched + "/metrics", headers={"Authorization": f"Bearer {wrong}"}, timeout=10).status_code == 401
        assert requests.get(watched + "/admin/v1/tenants", headers={"Authorization": f"Bearer {secret}"}, timeout=10).status_code == 401
    done = subprocess.run(command(instance, metrics_token="w" * 31), capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and "metrics.token (--set): expected 32 characters or more, found fewer" in done.stderr


def test_pools_are_told_apart_by_role(watch):
    for database, role in [("obhut_eu_central", "obhut_app"), ("obhut_eu_central", "obhut_worker"), ("obhut_control", "obhut_control")]:
        eventually(lambda: watch("postgres_pool_open", database=database, role=role) >= 1, f"an open connection of {role}", seconds=10)
    assert watch("postgres_query_duration_seconds_count", database="obhut_eu_central", role="obhut_worker", query="queue.claim") > 0


def test_requests_are_counted_by_route_and_outcome(instance, tenant, watch):
    base = instance.ready["base_url"]
    route = {"surface": "tenant", "route": "/api/v1/messages/{message}", "method": "GET"}
    before = [watch("http_requests_total", **route, status=status) for status in ("2xx", "4xx")]
    timed = watch("http_request_duration_seconds_count", **route)
    tenant.talk()
    known = tenant.api.get("/messages?limit=1")["data"][0]["id"]
    for message in [known, known, uuid.uuid4(), "x"]:
        tenant.api.call("GET", f"/messages/{message}")
    assert [watch("http_requests_total", **route, status=status) for status in ("2xx", "4xx")] == [before[0] + 2, before[1] + 2]
    assert watch("http_request_duration_seconds_count", **route) == timed + 4
    assert watch("http_request_duration_seconds_bucket", **route, le="+Inf") == timed + 4
    buckets = [watch("http_request_duration_seconds_bucket", **route, le=le) for le in ("0.001", "0.01", "0.1", "1.0", "10.0", "+Inf")]
    assert buckets == sorted(buckets)

    lost = {"surface": "none", "route": "none", "status": "4xx"}
    before = [watch("http_requests_total", **lost, method=method) for method in ("GET", "other")]
    requests.get(base + f"/wp-admin/{uuid.uuid4()}", timeout=5)
    requests.request("PROPFIND", base + "/api/v1/messages", timeout=5)
    assert [watch("http_requests_total", **lost, method=method) for method in ("GET", "other")] == [before[0] + 1, before[1] + 1]

    for surface, method, path, status, template in [
            ("admin", "GET", f"/admin/v1/tenants/{tenant.id}", "4xx", "/admin/v1/tenants/{tenant}"),
            ("ingress", "POST", f"/ingress/whatsapp-cloud/{uuid.uuid4()}", "4xx", "/ingress/{plugin}/{route}"),
            ("cloud-api", "POST", f"/v23.0/{tenant.number}/messages", "4xx", "/{version}/{number}/messages"),
            ("public", "GET", "/healthz", "2xx", "/healthz")]:
        labels = {"surface": surface, "route": template, "method": method, "status": status}
        before = watch("http_requests_total", **labels)
        requests.request(method, base + path, timeout=5)
        assert watch("http_requests_total", **labels) == before + 1, labels


def test_what_came_in_is_counted_by_what_became_of_it(tenant, watch):
    def counts():
        return [watch("ingress_events_total", plugin="whatsapp-cloud", outcome=outcome) for outcome in ("stored", "duplicate", "unroutable")]

    before = counts()
    document = tenant.text_webhook(new_number(), "gezählt", new_id())
    tenant.post_webhook(document)
    tenant.post_webhook(document)
    lost = json.loads(json.dumps(document))
    lost["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = "5" + new_number()
    tenant.post_webhook(lost)
    tenant.post_webhook(lost, signature="sha256=" + "0" * 64)
    stored, duplicate, unroutable = (after - known for after, known in zip(counts(), before))
    # Statuses of what other tests sent may come in meanwhile.
    assert stored >= 1 and duplicate >= 1 and unroutable == 1


def test_deliveries_are_counted_by_outcome(instance, tenant, watch):
    def count(outcome):
        return watch("deliveries_total", plugin="whatsapp-cloud", outcome=outcome)

    handset, contact = tenant.talk()
    accepted, given_up = count("accepted"), count("give_up")
    tenant.state(tenant.send({"contact_id": contact}, "kommt an")["id"], "delivered")
    instance.sandbox.put(f"/handsets/{handset}", {"error_code": 131026})
    tenant.state(tenant.send({"contact_id": contact}, "kommt nicht an")["id"], "failed")
    assert count("accepted") > accepted and count("give_up") > given_up


def test_the_queue_is_measured(instance, other, watch):
    shard = {"shard": f"{other.region}-1"}
    handset, contact = other.talk()
    measured = watch("queue_measured_timestamp_seconds", **shard)
    assert measured > 1_700_000_000
    dead = watch("queue_dead_letters", **shard)
    instance.sandbox.put(f"/handsets/{handset}", {"error_code": 131026})
    lost = other.send({"contact_id": contact}, "verloren")["id"]
    other.state(lost, "failed")
    instance.sandbox.put(f"/handsets/{handset}", {"error_code": 131016})
    waiting = [other.send({"contact_id": contact}, f"wartet {n}")["id"] for n in range(5)]
    eventually(lambda: watch("queue_dead_letters", **shard) == dead + 1 and watch("queue_depth", **shard) >= 5, "the queue measured", seconds=40)
    assert watch("queue_oldest_due_seconds", **shard) >= 0
    assert watch("queue_measured_timestamp_seconds", **shard) > measured
    instance.sandbox.put(f"/handsets/{handset}", {"error_code": 0})
    other.api.post(f"/messages/{lost}/retry", expect=202)
    for message in [*waiting, lost]:
        other.state(message, "delivered", seconds=90)
    eventually(lambda: watch("queue_dead_letters", **shard) == dead, "the dead letter gone", seconds=40)


def test_the_count_of_dead_letters_is_right_whatever_changes_them(instance, tenant):
    region = instance.databases()[tenant.region]

    def counted():
        both = instance.sql(region, f"""
            SELECT coalesce((SELECT letters FROM dead_letter_counts WHERE tenant_id = '{tenant.id}' AND kind = 'deliver'), 0),
                   (SELECT count(*) FROM queue_jobs WHERE tenant_id = '{tenant.id}' AND dead_at IS NOT NULL)""")[0].split("|")
        assert both[0] == both[1], both
        return int(both[0])

    before = counted()
    for statement, change in [
            (f"INSERT INTO queue_jobs (tenant_id, kind, lane_id, subject_id, dead_at, fault_code) SELECT '{tenant.id}', 'deliver', "
             "gen_random_uuid(), gen_random_uuid(), CASE WHEN n < 3 THEN now() END, 'counted' FROM generate_series(1, 4) n", 2),
            ("UPDATE queue_jobs SET dead_at = now() WHERE fault_code = 'counted'", 4),
            ("UPDATE queue_jobs SET attempts = 9 WHERE fault_code = 'counted'", 4),
            ("UPDATE queue_jobs SET dead_at = NULL WHERE fault_code = 'counted' AND job_id = (SELECT min(job_id) FROM queue_jobs WHERE fault_code = 'counted')", 3),
            ("DELETE FROM queue_jobs WHERE fault_code = 'counted'", 0)]:
        instance.sql(region, statement)
        assert counted() == before + change, statement


def test_no_label_tells_of_a_tenant_or_a_person(instance, tenant, other):
    handset, contact = tenant.talk()
    sent = tenant.send({"contact_id": contact}, "vertraulich")["id"]
    tenant.state(sent, "delivered")
    provider = tenant.api.get(f"/messages/{sent}")["provider_message_id"]
    _, types, text = scrape(instance.ready["base_url"], instance.ready["admin_token"])
    for word in [handset, contact, sent, provider, *(t.facts[name] for t in [tenant, other] for name in
                 ("tenant_id", "name", "phone_number_id", "channel_id", "business_account_id", "display_phone_number"))]:
        assert word not in text, word
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", text), "an id stands in a label"
    assert types["http_request_duration_seconds"] == "histogram" and types["http_requests_total"] == "counter"
