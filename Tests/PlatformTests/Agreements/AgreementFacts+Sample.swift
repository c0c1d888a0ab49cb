import PluginKit
import WhatsAppCloud

@testable import Platform

extension AgreementFacts {
    /// Invented parties; the recipient is what the WhatsApp plugin declares.
    static var sample: AgreementFacts {
        AgreementFacts(
            reference: "AVV-2026-0042", date: "2026-03-01",
            provider: AgreementParty(
                name: "Nordlicht Messaging GmbH", register: "Amtsgericht Hamburg, HRB 123456",
                address: "Speicherstraße 7\n20457 Hamburg\nDeutschland", representative: "Dr. Jana Grünwald",
                representativeRole: "Geschäftsführerin",
                dataProtectionOfficer: "Öznur Çelik, datenschutz@nordlicht.example",
                breachContact: "sicherheit@nordlicht.example, +49 40 555 0100"),
            controller: AgreementParty(
                name: "Apotheke am Süßwassermarkt e. K.", register: "Amtsgericht Lübeck, HRA 4711",
                address: "Süßwassermarkt 12\n23552 Lübeck\nDeutschland", representative: "Björn Łukasiewicz",
                representativeRole: "Inhaber", breachContact: "notfall@apotheke.example"),
            processing: AgreementProcessing(
                purposes: [
                    BilingualText(german: "Beantwortung von Anfragen", english: "Answering enquiries"),
                    BilingualText(german: "Versand abonnierter Hinweise", english: "Sending notices subscribed to"),
                ],
                dataCategories: [
                    BilingualText(
                        german: "Name, Telefonnummer oder Kennung beim Messenger",
                        english: "Name, telephone number or identifier at the messenger"),
                    BilingualText(
                        german: "Inhalt der Nachrichten und Medien", english: "Content of messages and media"),
                    BilingualText(
                        german: "Einwilligungen mit Zeit, Wortlaut und Nachweis",
                        english: "Consents with time, wording and proof"),
                ],
                personCategories: [
                    BilingualText(german: "Kundinnen und Kunden", english: "Customers"),
                    BilingualText(german: "Interessierte", english: "Interested people"),
                ],
                coversSpecialCategories: true,
                specialCategories: [BilingualText(german: "Gesundheitsdaten", english: "Data concerning health")],
                retention: [
                    .init(
                        what: BilingualText(german: "Nachrichten und Medien", english: "Messages and media"),
                        period: BilingualText(german: "180 Tage nach Eingang", english: "180 days after receipt")),
                    .init(
                        what: BilingualText(german: "Nachweise der Einwilligung", english: "Proof of consent"),
                        period: BilingualText(
                            german: "5 Jahre nach der letzten Verwendung", english: "5 years after the last use")),
                ]),
            region: AgreementRegion(
                id: "eu-central",
                Jurisdiction(
                    country: "DE", place: "Frankfurt am Main", operator: "Wolkenwerk Deutschland GmbH",
                    operatorParent: "Cloudworks, Inc.", operatorParentCountry: "US",
                    subProcessors: ["Rechenzentrum Mainufer AG"])),
            recipients: WhatsAppCloud().manifest.dataFlows.map {
                AgreementRecipient(plugin: "whatsapp-cloud", $0)
            },
            measures: AgreementMeasure.catalogue,
            terms: AgreementTerms(
                governingLaw: BilingualText(
                    german: "das Recht der Bundesrepublik Deutschland",
                    english: "the law of the Federal Republic of Germany"),
                venue: BilingualText("Hamburg")))
    }
}
