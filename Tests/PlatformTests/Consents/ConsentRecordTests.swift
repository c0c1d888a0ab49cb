import Foundation
import PluginKit
import Signing
import Testing

@testable import Platform

@Suite struct ConsentRecordTests {
    private let person = Person(1)

    /// A person who agreed twice, to two versions of a text, and withdrew one thing.
    private func company(in region: Region) async throws -> (Company, ContactID) {
        let company = try await Company(in: region)
        try await company.setTerms()
        try await company.receive(company.channel.message("m", from: [person.phone]))
        let contact = try await declare(company, "service", text: "Ich möchte Termine.", version: "service@1")
        _ = try await company.terms.set(.sample("Termine neu"), for: "service", of: company.id, .any, .system)
        for purpose in ["news", "secret"] {
            _ = try await company.terms.set(.sample(), for: purpose, of: company.id, .any, .system)
        }
        try await company.declare(by: person.byPhone, for: "news")
        try await company.declare("withdrawn", by: person.byPhone, for: "news")
        return (company, contact)
    }

    private func declare(_ company: Company, _ purpose: String, text: String, version: String) async throws
        -> ContactID
    {
        try await company.region.installation.consents.declare(
            company.caller, source: "declared", person: person.byPhone, channel: company.channel.id,
            body: [
                "purpose": .string(purpose), "state": "granted", "occurred_at": .string(Date().rfc3339),
                "evidence": [
                    "method": "web_form", "text": .string(text), "text_version": .string(version), "language": "de",
                    "privacy_notice_url": "https://praxis.example/alt",
                ],
            ]
        ).view.contact
    }

    private func graph(_ record: SealedConsentRecord) throws -> [JSON] {
        try #require(try JSON(parsing: Array(record.document.utf8))["@graph"]?.array)
    }

    @Test func `a record has what was shown then, the events in order and a seal that fits its bytes alone`()
        async throws
    {
        try await Region.with { region in
            let (company, contact) = try await company(in: region)
            let record = try await region.installation.consentRecords.record(
                company.caller, contact, requestID: "r-1")
            let anchors = try Certificate.all(inPEM: Array(record.certificate.utf8))
            let facts = try CMSSeal.verify(record.seal, over: Array(record.document.utf8), trusting: anchors)
            #expect(facts.signer == anchors.first)
            #expect(throws: SigningError.self) {
                try CMSSeal.verify(record.seal, over: Array((record.document + " ").utf8), trusting: anchors)
            }
            let records = try graph(record)
            let purposes = records.map { $0["dpv:hasProcess"]?["dpv:hasPurpose"] ?? .null }
            #expect(purposes.map { $0["dct:identifier"]?.string } == ["news", "service@1"])
            // The version that the person saw, not the one of today.
            #expect(purposes[1]["dct:title"] == "Termine" && purposes[1]["dct:description"] == "Ich möchte Termine.")
            #expect(records[1]["dpv:hasNotice"]?["@id"] == "https://praxis.example/alt")
            // Today's would claim what nobody was shown.
            #expect(records[0]["dpv:hasNotice"] == nil)
            #expect(
                records.map { $0["dpv:hasStatus"]?["@id"]?.string } == ["dpv:ConsentWithdrawn", "dpv:ConsentGiven"])
            let events = try #require(records[0]["dpv:hasConsentStatus"]?.array)
            #expect(events.map { $0["@type"]?.string } == ["dpv:ConsentGiven", "dpv:ConsentWithdrawn"])
            #expect(events.map { $0["obhut:sequence"]?.int } == [2, 3])
            #expect(events[0]["obhut:hash"] == events[1]["obhut:previousHash"])
            #expect(events[0]["obhut:evidence"]?["text"] == "Ja, gerne.")
            #expect(records[0]["obhut:chain"]?["obhut:head"] == events[1]["obhut:hash"])
            #expect(!record.document.contains(person.phone.address.revealed))
            let trail = try await region.controlRows(
                "SELECT count(*) FROM audit_entries WHERE action = 'consent_record.read'")
            #expect(try trail[0].decode(0, as: Int.self) == 1)
            await expectError(.notFound) {
                try await region.installation.consentRecords.record(company.caller, .generate(), requestID: nil)
            }
        }
    }

    @Test func `a withdrawal of everything stands with each consent, and destroyed evidence leaves its hash`()
        async throws
    {
        try await Region.with { region in
            let (company, contact) = try await company(in: region)
            _ = try await region.installation.withdrawals.withdraw(company.caller, contact, WithdrawalRequest())
            try await region.database.transaction { tx in
                for sql in [
                    "SET LOCAL session_replication_role = replica", "UPDATE consent_events SET evidence_sealed = NULL",
                ] { _ = try await tx.query(.init("test.destroy", sql)) }
            }
            let records = try graph(
                try await region.installation.consentRecords.record(company.caller, contact, requestID: nil))
            #expect(records.count == 2)
            for record in records {
                let events = record["dpv:hasConsentStatus"]?.array ?? []
                #expect(events.last?["obhut:purpose"] == "all")
                #expect(
                    events.allSatisfy { $0["obhut:evidence"] == nil && $0["obhut:evidenceHash"]?.string?.count == 64 })
            }
        }
    }

    @Test func `everybody's records come in pages and by export, each person once`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            for number in 0..<5 { try await company.declare(by: Person(number).byPhone) }
            // Somebody about whom there is nothing.
            try await company.receive(company.channel.message("m", from: [Person(7).phone]))
            let service = region.installation.consentRecords
            var (pages, cursor): ([[ContactID]], String?) = ([], nil)
            repeat {
                let page = try await service.records(
                    company.caller, PageRequest(cursor: cursor, limit: 2), requestID: nil)
                pages.append(page.items.map(\.contact))
                cursor = page.next
            } while cursor != nil
            #expect(pages.map(\.count) == [2, 2, 1] && Set(pages.joined()).count == 5)
            var (files, lines): ([SealedConsentRecord], [String]) = ([], [])
            let index = try await service.export(
                company.id, .system, record: { files.append($0) }, event: { lines.append($0) })
            #expect(files.map(\.contact) == Array(pages.joined()) && lines.count == 5)
            let json = try JSON(parsing: Array(index.document.utf8))
            #expect(
                json["records"]?.array?.map { $0["sha256"]?.string } == files.map { $0.sha256.hexadecimal })
            #expect(json["chain"]?["length"]?.int == 5)
            let last = try JSON(parsing: Array(lines[4].utf8))
            #expect(last["hash"] == json["chain"]?["head"])
            #expect(last["fields"]?.array?.count == 19)
        }
    }

    @Test(arguments: ["de", "en"]) func `the proof is a PDF`(language: String) async throws {
        try await Region.with { region in
            let (company, contact) = try await company(in: region)
            let pdf = try await region.installation.consentRecords.proof(
                company.caller, contact, language: language == "de" ? .german : .english, requestID: nil)
            #expect(pdf.starts(with: Array("%PDF-".utf8)) && pdf.count > 5000)
        }
    }

    @Test func `a person reads what they agreed to by their link, whatever the tenant's state, and nothing of others`()
        async throws
    {
        try await Region.with { region in
            let (company, contact) = try await company(in: region)
            try await company.declare(by: Person(2).byPhone, for: "secret")
            let paths = try await region.installation.withdrawals.links(company.caller, contact, channel: nil)
            let link = String(paths.receipt.split(separator: "/").last ?? "")
            _ = try await region.installation.tenants.setState(company.id, .suspended, reason: "Zahlung", .system)
            let receipt = try await region.installation.consentRecords.receipt(link, language: "de")
            #expect(receipt.controller == "Praxis am Park" && receipt.withdrawalPath == paths.withdrawal)
            #expect(receipt.consents.map(\.title) == ["news", "Termine"])
            #expect(receipt.consents.map(\.state) == [.withdrawn, .granted])
            #expect(receipt.consents[1].text == "Ich möchte Termine.")
            let sealed = try await region.installation.consentRecords.sealedReceipt(link)
            #expect(sealed.document.contains("receipt-eu-gdpr") && sealed.document.contains(paths.withdrawal))
            #expect(!sealed.document.contains("secret"))
            let other = String(paths.withdrawal.split(separator: "/").last ?? "")
            await #expect(throws: LinkRefusal.unknown) {
                _ = try await region.installation.consentRecords.receipt(other, language: "de")
            }
        }
    }

    @Test func `evidence is written out under the paths of its members`() {
        let flat = ConsentProofDocument.flat(
            [
                "act": "box_ticked", "notice": ["url": "https://a.example", "version": .null],
                "buttons": ["Ja", "Nein"], "explicit": true,
            ])
        #expect(
            flat.map { "\($0.name)=\($0.value)" } == [
                "act=box_ticked", "notice.url=https://a.example", "buttons[0]=Ja", "buttons[1]=Nein", "explicit=true",
            ])
    }
}
