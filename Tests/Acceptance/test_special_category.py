"""Health data: a consent of its own, and an agreement that covers it."""

from obhut import new_id


def test_health_needs_its_own_consent_and_an_agreement_that_covers_it(instance):
    tenant = instance.new_tenant()
    _, contact = tenant.talk()
    to = {"contact_id": contact}
    tenant.state(tenant.send(to, "Termin um 10 Uhr")["id"], "delivered")

    def refusal():
        return tenant.send(to, f"Befund {new_id()}", purpose="health", expect=403)["refusal"]["code"]

    assert refusal() == "consent_missing", "the consent to service counts for nothing here"
    tenant.consent({"id": contact}, purpose="health", evidence={"method": "in_person", "text": "Ja."})
    assert refusal() == "special_category_not_covered"
    agreement = {"reference": "T-2", "signed_on": "2026-03-01", "covers_special_category": True}
    instance.admin.post(f"/tenants/{tenant.id}/agreements", agreement, expect=201)
    assert refusal() == "special_category_consent_missing", "agreed, but not expressly"
    explicitly = {"method": "web_form", "text": "Ich willige ausdrücklich ein.", "language": "de", "explicit": True}
    tenant.consent({"id": contact}, purpose="health", evidence=explicitly)
    sent = tenant.send(to, "Befund", purpose="health")["id"]
    assert tenant.state(sent, "delivered")["special_category"] is True
    read = list(instance.admin.every(f"/audit/{tenant.id}/entries?action=special_category.read"))
    assert read and all(e["after"]["messages"] == [sent] for e in read)
    tenant.consent({"id": contact}, purpose="health", state="withdrawn")
    assert refusal() == "consent_withdrawn"
    tenant.state(tenant.send(to, "Termin um 11 Uhr")["id"], "delivered")
