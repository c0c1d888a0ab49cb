"""What comes before consent is held back: the chatbot asks on real handsets, and the tenant reads nothing before the person agreed, and
everything after, in order. Destroyed is destroyed: neither ciphertext nor key is left in a dump."""

import concurrent.futures
import time

import pytest

from consent import Handset, buttons, chatbot, idle, new_id, reads_nothing, said, sql, texts
from obhut import Instance, Tenant, eventually

LANGUAGES = ["de", "fr", "it", "pl"]


@pytest.fixture
def own(instance):
    return instance.new_tenant()


@pytest.fixture(params=LANGUAGES)
def handset(request, own):
    """Somebody of that language who writes to a tenant that asks for consent in the chat."""
    chatbot(own)
    return Handset(own, request.param)


def answer(handset, words):
    """Writes in a second later than the question: messengers date in whole seconds, and what may have been written before a question
    answers nothing."""
    a_second_later()
    return handset.writes(words)


def a_second_later():
    now = int(time.time())
    eventually(lambda: int(time.time()) > now, "the next second")


def is_asked(handset):
    words = handset.words
    question = handset.hears(words["greeting"], words["service"])
    assert list(buttons(question)) == [words["agree"], words["decline"]]
    return question


def events(tenant):
    return sql(tenant, f"SELECT kind || ' ' || purpose FROM consent_events WHERE tenant_id = '{tenant.id}' ORDER BY seq")


def test_who_agrees_is_read_and_answered(handset):
    own, words = handset.tenant, handset.words
    handset.writes(words["hello"], profile_name="Erika Muster")
    is_asked(handset)
    assert reads_nothing(own) and own.held_back() == 1
    assert own.send({"phone": handset.number}, "x", expect=403)["refusal"]["code"] == "consent_missing"
    handset.presses(words["agree"])
    handset.hears(words["says_handed"])
    handset.hears_nothing_more()
    assert texts(own) == [words["hello"], "interactive"] and own.held_back() == 0
    assert [m["purpose"] for m in own.api.every("/messages?direction=outbound")] == ["consent_dialogue"] * 2
    contact, = own.api.every("/contacts")
    assert contact["name"] == "Erika Muster"
    consent, = own.api.get(f"/contacts/{contact['id']}/consents")["data"]
    assert (consent["purpose"], consent["state"]) == ("service", "granted")
    own.state(own.send({"contact_id": contact["id"]}, "Guten Tag")["id"], "delivered")
    handset.hears("Guten Tag")
    handset.writes("noch etwas")
    own.inbound("noch etwas")
    handset.hears_nothing_more()


def test_who_agrees_in_words_is_read_in_order(handset):
    own, words = handset.tenant, handset.words
    handset.writes(words["hello"])
    is_asked(handset)
    handset.writes("eins")
    idle(own)
    answer(handset, words["yes"])
    handset.hears(words["says_handed"])
    eventually(lambda: texts(own) == [words["hello"], "eins", words["yes"]], "everything in order")


def test_who_refuses_is_left_in_peace_and_nothing_is_kept(handset):
    own, words = handset.tenant, handset.words
    handset.writes(words["hello"])
    is_asked(handset)
    handset.presses(words["decline"])
    handset.hears(words["says_refused"])
    for more in [words["hello"], words["no"]]:
        handset.writes(more)
        handset.hears_nothing_more()
        assert own.held_back() == 0 and reads_nothing(own)
    assert events(own) == ["refused service"]
    # By their own word they are asked again.
    handset.writes("START")
    is_asked(handset)
    handset.presses(words["agree"])
    handset.hears(words["says_handed"])
    eventually(lambda: texts(own) == ["START", "interactive"], "what they wrote after they came back")


def test_who_agreed_to_former_terms_is_asked_by_the_new_ones(own):
    own.terms()
    own.set_up("chatbot", origins=())
    handset = Handset(own)
    words = handset.words
    handset.writes("Guten Tag")
    handset.hears("Die Praxis darf mir zu Termine schreiben.")
    handset.presses(words["agree"])
    handset.hears(words["says_handed"])
    own.purpose("service", "Termine (neu)")
    own.send({"phone": handset.number}, "Eine Korrektur ändert nichts.")
    handset.hears("Eine Korrektur ändert nichts.")
    own.purpose("service", "Befunde", renews_consent=True)
    refusal = own.send({"phone": handset.number}, "x", expect=403)["refusal"]
    assert refusal["code"] == "consent_superseded"
    handset.writes("Noch etwas")
    handset.hears("Die Praxis darf mir zu Befunde schreiben.")
    assert own.held_back() == 1 and len(texts(own)) == 2
    # What may have been agreed to before the renewal was.
    a_second_later()
    handset.presses(words["agree"])
    handset.hears(words["says_handed"])
    eventually(lambda: len(texts(own)) == 4, "what they wrote before they agreed anew")
    own.send({"phone": handset.number}, "Willkommen zurück")
    handset.hears("Willkommen zurück")
    assert events(own) == ["granted service", "superseded service", "granted service"]
    contact, = own.api.every("/contacts")
    consent, = own.api.get(f"/contacts/{contact['id']}/consents")["data"]
    assert consent["state"] == "granted"


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_silent_is_reminded_once_and_may_still_answer(own, language):
    chatbot(own, configuration={"reminder": {"after_minutes": 240}})
    handset = Handset(own, language)
    words = handset.words
    handset.writes(words["hello"])
    is_asked(handset)
    for reminds in [True, False]:
        idle(own)
        sql(own, f"UPDATE dialogues SET wakes_at = now() WHERE tenant_id = '{own.id}' AND wakes_at IS NOT NULL")
        if reminds:
            handset.hears(words["says_reminder"])
    idle(own)
    assert sql(own, f"SELECT status, wakes_at IS NULL FROM dialogues WHERE tenant_id = '{own.id}'") == ["asking|t"]
    handset.hears_nothing_more()
    assert reads_nothing(own)
    handset.presses(words["agree"])
    handset.hears(words["says_handed"])
    eventually(lambda: texts(own) == [words["hello"], "interactive"], "what they wrote")


def test_what_is_no_plain_answer_is_asked_about_once(handset):
    own, words = handset.tenant, handset.words
    handset.writes(words["hello"])
    is_asked(handset)
    answer(handset, words["unclear"])
    question = handset.hears(words["says_unclear"])
    answer(handset, words["unclear"])
    handset.hears_nothing_more()
    assert reads_nothing(own) and events(own) == []
    handset.presses(words["agree"], question)
    handset.hears(words["says_handed"])
    eventually(lambda: texts(own) == [words["hello"], words["unclear"], words["unclear"], "interactive"], "everything in order")


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_stops_midway_has_withdrawn_everything(own, language):
    chatbot(own, "mixed")
    handset = Handset(own, language)
    words = handset.words
    handset.writes(words["hello"])
    is_asked(handset)
    handset.presses(words["agree"])
    handset.hears(words["news"])
    idle(own)
    assert events(own) == ["granted service"] and own.held_back() == 2 and reads_nothing(own)
    handset.writes(words["stop"])
    handset.hears(words["says_stopped"])
    handset.hears_nothing_more()
    assert own.held_back() == 0 and reads_nothing(own)
    # The tenant was never shown them, and is not told that they said no.
    assert own.send({"phone": handset.number}, "x", expect=403)["refusal"]["code"] == "consent_missing"
    for more in [words["hello"], words["stop"]]:
        handset.writes(more)
        handset.hears_nothing_more()
    assert own.held_back() == 0 and reads_nothing(own)


def test_an_image_that_comes_first_is_asked_about_and_released(handset):
    own, words = handset.tenant, handset.words
    handset.sends("image", {"id": "1234567890", "caption": "Mein Ausschlag", "mime_type": "image/jpeg"})
    is_asked(handset)
    assert reads_nothing(own)
    handset.presses(words["agree"])
    handset.hears(words["says_handed"])
    eventually(lambda: texts(own) == ["image", "interactive"], "image and answer")
    image = next(m for m in own.api.every("/messages?direction=inbound") if m["type"] == "image")
    assert image["image"]["caption"] == "Mein Ausschlag"


def test_two_devices_at_once_are_one_person_asked_once(handset):
    own, words = handset.tenant, handset.words
    with concurrent.futures.ThreadPoolExecutor(4) as devices:
        list(devices.map(lambda n: Handset.writes(handset, f"Gerät {n}"), range(4)))
    question = is_asked(handset)
    idle(own)
    with concurrent.futures.ThreadPoolExecutor(2) as devices:
        list(devices.map(lambda _: handset.presses(words["agree"], question), range(2)))
    handset.hears(words["says_handed"])
    handset.hears_nothing_more()
    eventually(lambda: sorted(texts(own)) == sorted([f"Gerät {n}" for n in range(4)] + ["interactive"] * 2), "all of it")
    assert texts(own)[-2:] == ["interactive"] * 2 and events(own) == ["granted service"]
    assert len(list(own.api.every("/contacts"))) == 1


def test_a_flood_is_limited_and_the_answer_is_heard_all_the_same(handset):
    own, words = handset.tenant, handset.words
    handset.writes("Flut 0")
    is_asked(handset)
    messages = [{"from": handset.number, "id": new_id(), "timestamp": str(int(time.time())), "type": "text",
                 "text": {"body": f"Flut {n}"}} for n in range(1, 80)]
    sent = own.envelope({"contacts": [{"profile": {"name": "F"}, "wa_id": handset.number}], "messages": messages})
    assert own.post_webhook(sent).json() == {"stored": 69, "duplicates": 0, "unroutable": 0, "dropped": 10}
    handset.hears_nothing_more()
    assert own.held_back() == 50 and reads_nothing(own)
    handset.presses(words["agree"])
    handset.hears(words["says_handed"])
    eventually(lambda: texts(own) == [f"Flut {n}" for n in range(50)] + ["interactive"], "the first fifty, and the answer")


def test_a_consent_by_the_api_releases_what_was_written_before(own):
    handset = Handset(own)
    written = [f"Zeile {n}" for n in range(5)]
    for line in written:
        handset.writes(line)
    idle(own)
    assert own.held_back() == 5 and reads_nothing(own)
    own.agrees(handset.number)
    eventually(lambda: texts(own) == written, "all of it, in order")
    # Nobody who only asks for another tenant's purpose, or a reserved one, gets anything.
    for call in [lambda: own.send({"phone": handset.number}, "x", purpose="consent_dialogue", expect=422),
                 lambda: own.send({"phone": handset.number}, "x", purpose="all", expect=422),
                 lambda: own.consent({"phone": handset.number}, purpose="consent_dialogue", expect=422),
                 lambda: own.consent({"phone": handset.number}, purpose="all", expect=422)]:
        refused = call()
        assert [e["path"] for e in refused["errors"]] == ["purpose"]
    shaped = own.api.session.post(
        f"{own.instance.ready['base_url']}/v23.0/{own.number}/messages",
        json={"messaging_product": "whatsapp", "to": handset.number, "type": "text", "text": {"body": "x"}},
        headers={"Authorization": f"Bearer {own.facts['api_key']}", "X-Obhut-Purpose": "consent_dialogue"})
    assert shaped.status_code == 400, shaped.text


def ciphertexts(tenant):
    """Key and content of what is held back, as a dump shows them."""
    rows = sql(tenant, f"SELECT encode(key_sealed, 'hex'), encode(content_sealed, 'hex'), encode(provider_id_sealed, 'hex') "
                       f"FROM quarantined_messages WHERE tenant_id = '{tenant.id}'")
    return [part.encode() for row in rows for part in row.split("|")]


def test_after_a_refusal_neither_ciphertext_nor_key_is_left_in_a_dump(own):
    chatbot(own)
    handset = Handset(own)
    secret, name = f"Geheim {new_id()}", f"Name {new_id()}"
    wamid = handset.writes(secret, profile_name=name)
    is_asked(handset)
    database = own.instance.ready["postgres"]["regions"][own.region]
    sealed, dump = ciphertexts(own), own.instance.dump(database)
    assert len(sealed) == 3 and all(part in dump for part in sealed)
    handset.presses(handset.words["decline"])
    handset.hears(handset.words["says_refused"])
    dump = own.instance.dump(database)
    for part in [*sealed, secret.encode(), name.encode(), wamid.encode()]:
        assert part not in dump


def test_after_its_time_neither_ciphertext_nor_key_nor_person_is_left_in_a_dump():
    instance = Instance()
    try:
        own = instance.start().new_tenant()
        handset = Handset(own)
        handset.writes(f"Geheim {new_id()}")
        eventually(lambda: own.held_back() == 1, "the message")
        idle(own)
        sealed = ciphertexts(own)
        person = sql(own, f"SELECT contact_id FROM contacts WHERE tenant_id = '{own.id}'")
        # A run of the housekeeper that has nothing to do leaves it alone; the first after its time does not.
        sql(own, f"UPDATE quarantined_messages SET expires_at = now() WHERE tenant_id = '{own.id}'")
        assert instance.stop() == 0
        instance.start()
        own = Tenant(instance, own.facts)
        eventually(lambda: own.held_back() == 0, "the end of its time")
        dump = instance.dump(instance.ready["postgres"]["regions"][own.region])
        for part in [*sealed, person[0].encode()]:
            assert part not in dump
    finally:
        instance.remove()


def test_no_session_of_the_application_reads_what_is_held_back(own, instance):
    handset = Handset(own)
    handset.writes("geheim")
    eventually(lambda: own.held_back() == 1, "the message")
    url = instance.role_url(instance.ready["postgres"]["regions"][own.region], "obhut_app")
    as_tenant = f"SET app.tenant_id = '{own.id}'; "
    assert instance.sql(url, as_tenant + "SELECT count(provider_index) FROM quarantined_messages")[-1] == "1"
    for column in ["content_sealed", "key_sealed", "provider_id_sealed", "*"]:
        with pytest.raises(Exception) as refused:
            instance.sql(url, as_tenant + f"SELECT {column} FROM quarantined_messages")
        assert "permission denied" in refused.value.stderr


def test_what_could_not_be_read_shows_nothing_of_who_wrote_it(own):
    handset = Handset(own)
    handset.sends("image", {"caption": "Mein Ausschlag"})
    event = eventually(lambda: own.api.get("/events")["data"], "the event")[0]
    assert (event["kind"], event["raw"]) == ("malformed", None) and event["reason"]
    exported = own.api.session.get(own.api.base + "/export", headers={"Authorization": f"Bearer {own.api.token}"}, timeout=30).text
    assert '"malformed"' in exported and "Ausschlag" not in exported and handset.number not in exported


def test_said_is_what_a_handset_shows():
    """The helper reads both shapes, so that no transcript passes on an empty text."""
    assert said({"type": "text", "text": {"body": "a"}}) == "a"
    assert said({"type": "interactive", "interactive": {"body": {"text": "b"}}}) == "b"
