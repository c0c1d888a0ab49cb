"""Lists are whole: nothing is cut off silently, and no page misses or repeats what another has."""

import requests

from obhut import new_id, new_number


def pages(api, path, limit):
    cursor, seen = None, []
    while True:
        page = api.get(f"{path}?limit={limit}" + (f"&cursor={requests.utils.quote(cursor, safe='')}" if cursor else ""))
        assert len(page["data"]) <= limit
        seen.append(page["data"])
        cursor = page["next_cursor"]
        if not cursor:
            return seen


def test_dead_letters_come_in_pages_newest_first(instance, tenant):
    handset, contact = tenant.talk()
    instance.sandbox.put(f"/handsets/{handset}", {"error_code": 131026})
    sent = [tenant.send({"contact_id": contact}, f"tot {n}")["id"] for n in range(5)]
    for message in sent:
        tenant.state(message, "failed")
    path = f"/tenants/{tenant.id}/dead-letters"
    seen = [letter["message_id"] for page in pages(instance.admin, path, 2) for letter in page]
    assert len(seen) == len(set(seen)) and [m for m in seen if m in sent] == sent[::-1]
    assert seen == [letter["message_id"] for letter in instance.admin.every(path)]


def test_more_dead_letters_than_a_thousand_are_all_there(instance, tenant):
    region = instance.databases()[tenant.region]
    instance.sql(region, f"""
        INSERT INTO queue_jobs (tenant_id, kind, lane_id, subject_id, dead_at, fault_code, fault_message)
        SELECT '{tenant.id}', 'deliver', gen_random_uuid(), gen_random_uuid(), now(), 'test', 'many'
        FROM generate_series(1, 1100)""")
    try:
        listed = [letter for letter in instance.admin.every(f"/tenants/{tenant.id}/dead-letters") if letter["fault"]["code"] == "test"]
        assert len({letter["message_id"] for letter in listed}) == len(listed) == 1100
    finally:
        instance.sql(region, "DELETE FROM queue_jobs WHERE fault_code = 'test'")


def test_unroutable_events_come_in_pages_and_stay_in_their_place(instance, tenant):
    numbers = ["6" + new_number() for _ in range(5)]

    def post(number):
        document = tenant.text_webhook(new_number(), "x", new_id())
        document["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = number
        assert tenant.post_webhook(document).json()["unroutable"] == 1

    for number in numbers:
        post(number)
    first = instance.admin.get("/unroutable-events?limit=2")
    assert [count["address"] for count in first["data"]] == numbers[:2:-1]
    # More events for a number that is on a later page do not move it to one that was read.
    post(numbers[0])
    seen = [count for page in pages(instance.admin, "/unroutable-events", 2) for count in page]
    keys = [(c["plugin"], c["kind"], c["address"], c["reason"]) for c in seen]
    assert len(keys) == len(set(keys))
    assert [(c["address"], c["events"]) for c in seen if c["address"] in numbers] == [
        (number, 2 if number == numbers[0] else 1) for number in numbers[::-1]]


def test_a_cursor_that_no_page_gave_out_is_refused(instance, tenant):
    for path in ["/unroutable-events", f"/tenants/{tenant.id}/dead-letters"]:
        for query in ["cursor=x", "cursor=W10=", "cursor=WyJ4Il0=", "cursor=WyJ4IiwiYSIsImIiLCJjIiwiZCJd", "limit=0", "limit=201"]:
            answer = instance.admin.call("GET", f"{path}?{query}")
            assert answer.status_code == 422, (path, query, answer.text)
            assert answer.json()["errors"][0]["path"] == query.split("=")[0]
