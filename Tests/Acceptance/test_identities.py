"""People with and without a phone number: every path works with any identity, and identities are joined as they become known."""

import random
import time

import pytest

from obhut import eventually, new_id, new_number


def new_user():
    return f"DE.{random.randrange(10**19, 10**20)}"


def message(tenant, text, phone=None, user=None, username=None, parent=None, at=None):
    contact = {"profile": {"name": "Kim Weber"}}
    sent = {"id": new_id(), "timestamp": str(int(at or time.time())), "type": "text", "text": {"body": text}}
    if phone:
        contact["wa_id"] = sent["from"] = phone
    if user:
        contact["user_id"] = sent["from_user_id"] = user
    if parent:
        contact["parent_user_id"] = sent["from_parent_user_id"] = parent
    if username:
        contact["profile"]["username"] = username
    answer = tenant.post_webhook(tenant.envelope({"contacts": [contact], "messages": [sent]}))
    assert answer.status_code == 200 and answer.json()["stored"] == 1, answer.text
    tenant.agrees(user or phone)
    stored = eventually(lambda: next((m for m in tenant.api.get("/messages?direction=inbound&limit=20")["data"]
                                      if m["provider_message_id"] == sent["id"]), None), "the message")
    return stored["contact_id"]


def addresses(tenant, contact):
    return {(a["kind"], a["address"]) for a in tenant.api.get(f"/contacts/{contact}")["addresses"] if not a["retired_at"]}


def test_a_person_without_a_number_writes_agrees_and_is_answered(tenant):
    user = new_user()
    text = f"ohne Nummer {user}"
    tenant.agrees(user)
    tenant.handset_writes(user, text, username="kim.w", profile_name="Kim Weber")
    contact = tenant.inbound(text)["contact_id"]
    assert addresses(tenant, contact) == {("bsuid", user), ("username", "kim.w")}
    assert tenant.consent({"bsuid": user})["contact_id"] == contact
    sent = tenant.send({"bsuid": user}, "Hallo Kim")
    eventually(lambda: tenant.on_handset(user, sent["id"]), "the answer on the handset")
    tenant.state(sent["id"], "delivered")


def test_a_number_first_and_the_user_id_later_are_one_contact(tenant):
    phone, user = new_number(), new_user()
    first = message(tenant, "eins", phone=phone)
    assert message(tenant, "zwei", phone=phone, user=user) == first
    assert message(tenant, "drei", user=user) == first
    assert addresses(tenant, first) == {("phone", phone), ("bsuid", user)}


def test_a_user_id_first_and_the_number_later_are_one_contact(tenant):
    phone, user = new_number(), new_user()
    first = message(tenant, "eins", user=user)
    assert message(tenant, "zwei", phone=phone, user=user) == first
    assert message(tenant, "drei", phone=phone) == first


def test_two_contacts_that_turn_out_to_be_one_are_joined_with_all_they_have(tenant):
    phone, user = new_number(), new_user()
    by_phone = message(tenant, "vom Telefon", phone=phone)
    by_user = message(tenant, "von der Kennung", user=user)
    assert by_phone != by_user
    tenant.consent({"id": by_phone})
    joined = message(tenant, "beides", phone=phone, user=user)
    assert joined in (by_phone, by_user)
    for old in (by_phone, by_user):
        assert tenant.api.get(f"/contacts/{old}")["id"] == joined
    conversations = [c for c in tenant.api.every("/conversations") if c["contact_id"] in (by_phone, by_user)]
    assert [c["contact_id"] for c in conversations] == [joined]
    texts = {m["text"]["body"] for m in tenant.api.get(f"/conversations/{conversations[0]['id']}/messages")["data"]}
    assert texts == {"vom Telefon", "von der Kennung", "beides"}
    consents = tenant.api.get(f"/contacts/{joined}/consents")["data"]
    assert [(c["purpose"], c["state"]) for c in consents if c["purpose"] != "inquiries"] == [("service", "granted")]


def test_a_recycled_number_does_not_reach_the_former_owner(tenant):
    phone, former, new = new_number(), new_user(), new_user()
    first = message(tenant, "früher", phone=phone, user=former)
    tenant.consent({"id": first})
    second = message(tenant, "jetzt", phone=phone, user=new)
    assert second != first, "the new owner must not inherit the former one's consent"
    assert addresses(tenant, first) == {("bsuid", former)} and addresses(tenant, second) == {("phone", phone), ("bsuid", new)}
    assert tenant.send({"phone": phone}, "x", expect=403)["refusal"]["code"] == "consent_missing"


def test_a_username_that_changes_hands_joins_nobody(tenant):
    name, one, two = f"name{random.randrange(10**9)}", new_user(), new_user()
    first = message(tenant, "a", user=one, username=name)
    second = message(tenant, "b", user=two, username=name)
    assert first != second
    assert addresses(tenant, second) == {("bsuid", two), ("username", name)} and addresses(tenant, first) == {("bsuid", one)}


def test_a_changed_number_moves_with_the_person(tenant):
    old, new = new_number(), new_number()
    contact = message(tenant, "alt", phone=old)
    system = {"from": old, "id": new_id(), "timestamp": str(int(time.time())), "type": "system",
              "system": {"body": "changed", "type": "user_changed_number", "wa_id": new}}
    document = tenant.envelope({"contacts": [{"profile": {"name": "K"}, "wa_id": old}], "messages": [system]})
    for _ in range(2):
        assert tenant.post_webhook(document).status_code == 200
    assert addresses(tenant, contact) == {("phone", new)}
    assert message(tenant, "neu", phone=new) == contact


def change_of_number(tenant, user, old, new, at, new_user=None):
    system = {"from": old, "from_user_id": user, "id": new_id(), "timestamp": str(at), "type": "system",
              "system": {"body": "changed", "type": "user_changed_number", "wa_id": new}}
    if new_user:
        system["system"]["user_id"] = new_user
    return tenant.envelope({"contacts": [{"profile": {"name": "K"}, "wa_id": old, "user_id": user}], "messages": [system]})


@pytest.mark.parametrize("order", [[0, 1], [1, 0], [0, 1, 0], [1, 0, 1, 0]])
def test_two_changes_of_number_end_the_same_in_whatever_order_they_come(tenant, order):
    user, numbers, now = new_user(), [new_number() for _ in range(3)], int(time.time())
    contact = message(tenant, "alt", phone=numbers[0], user=user, at=now - 100)
    changes = [change_of_number(tenant, user, numbers[0], numbers[1], now - 60, user),
               change_of_number(tenant, user, numbers[1], numbers[2], now - 30, user)]
    for turn in order:
        assert tenant.post_webhook(changes[turn]).status_code == 200
    assert addresses(tenant, contact) == {("phone", numbers[2]), ("bsuid", user)}


def test_a_new_number_brings_a_new_user_id_and_stays_the_same_person(tenant):
    user, next_user, old, new, now = new_user(), new_user(), new_number(), new_number(), int(time.time())
    contact = message(tenant, "alt", phone=old, user=user, at=now - 100)
    assert tenant.post_webhook(change_of_number(tenant, user, old, new, now - 60)).status_code == 200
    assert message(tenant, "neu", phone=new, user=next_user) == contact
    assert addresses(tenant, contact) == {("phone", new), ("bsuid", next_user)}


def test_who_wrote_from_the_new_number_before_word_of_the_change_is_the_same_person(tenant):
    old, new, now = new_number(), new_number(), int(time.time())
    contact = message(tenant, "alt", phone=old, at=now - 100)
    early = message(tenant, "schon neu", phone=new, at=now - 20)
    assert early != contact
    system = {"from": old, "id": new_id(), "timestamp": str(now - 40), "type": "system",
              "system": {"body": "changed", "type": "user_changed_number", "wa_id": new}}
    document = tenant.envelope({"contacts": [{"profile": {"name": "K"}, "wa_id": old}], "messages": [system]})
    assert tenant.post_webhook(document).status_code == 200
    assert tenant.api.get(f"/contacts/{early}")["id"] == tenant.api.get(f"/contacts/{contact}")["id"]
    assert addresses(tenant, contact) == {("phone", new)}


def test_what_is_queued_for_a_contact_goes_out_in_order_when_it_is_joined_with_another(tenant, instance):
    handset, user = new_number(), new_user()
    by_phone, by_user = message(tenant, "vom Telefon", phone=handset), message(tenant, "von der Kennung", user=user)
    for contact in (by_phone, by_user):
        tenant.consent({"id": contact})
    instance.sandbox.put(f"/handsets/{handset}", {"error_code": 131016, "user_id": user})
    sent = [tenant.send({"contact_id": by_phone}, f"Nummer {n}")["id"] for n in range(5)]
    instance.sandbox.put(f"/handsets/{handset}", {"error_code": 0})
    tenant.handset_writes(handset, "beides")
    eventually(lambda: tenant.api.get(f"/contacts/{by_phone}")["id"] == tenant.api.get(f"/contacts/{by_user}")["id"], "one contact")
    sent += [tenant.send({"contact_id": by_user}, f"Nummer {n}")["id"] for n in range(5, 8)]
    for one in sent:
        tenant.state(one, "delivered", seconds=60)
    shown = [m["biz_opaque_callback_data"] for m in instance.sandbox.get(f"/handsets/{handset}/messages")["messages"] if m["direction"] == "in"]
    assert [sent.index(one) for one in shown] == list(range(len(sent)))
    database = instance.ready["postgres"]["regions"][tenant.region]
    left = f"SELECT count(*) FROM queue_lanes WHERE tenant_id = '{tenant.id}' AND lane_id IN (SELECT conversation_id FROM messages WHERE message_id = '{sent[0]}')"
    eventually(lambda: instance.sql(database, left) == ["0"], "no lane left behind")


def test_a_number_that_the_messenger_spells_otherwise_is_the_same_person(tenant):
    """The wa_id of a Brazilian number may lack the ninth digit that was dialled."""
    digits = str(random.randrange(10**7, 10**8))
    dialled, registered = f"55119{digits}", f"5511{digits}"
    written = f"oi {digits}"
    tenant.agrees(registered)
    tenant.handset_writes(registered, written)
    by_messenger = tenant.inbound(written)["contact_id"]
    by_dialling = message(tenant, "oi", phone=dialled)
    assert by_dialling != by_messenger
    tenant.consent({"id": by_dialling})
    tenant.state(tenant.send({"contact_id": by_dialling}, "olá")["id"], "delivered")
    eventually(lambda: tenant.api.get(f"/contacts/{by_messenger}")["id"] == tenant.api.get(f"/contacts/{by_dialling}")["id"], "one contact")
    assert {("phone", dialled), ("phone", registered)} <= addresses(tenant, by_dialling)


def test_many_first_messages_of_one_person_at_once_make_one_contact(tenant):
    import threading
    import requests
    phone = new_number()
    bodies = [tenant.text_webhook(phone, f"gleichzeitig {n}", new_id()) for n in range(24)]
    answers = []
    threads = [threading.Thread(target=lambda b=b: answers.append(tenant.post_webhook(b, session=requests.Session()).status_code)) for b in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 24
    tenant.agrees(phone)
    eventually(lambda: tenant.inbound("gleichzeitig 23"), "the last of them")
    found = {m["contact_id"] for m in tenant.api.get("/messages?direction=inbound&limit=200")["data"]
             if m.get("text", {}).get("body", "").startswith("gleichzeitig")}
    assert len(found) == 1
