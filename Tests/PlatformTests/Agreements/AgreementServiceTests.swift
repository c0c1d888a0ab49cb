import Crypto
import Foundation
import PluginKit
import Postgres
import Signing
import Testing

@testable import Platform

/// From a draft to an agreement in force, and what must not happen on the way.
@Suite struct AgreementServiceTests {
    @Test func `an agreement is drafted, offered, accepted and countersigned, and only then in force`() async throws {
        try await Region.with { region in
            let parties = try await Parties(in: region)
            let service = region.installation.agreements
            let draft = try await service.draft(parties.tenant, Parties.draft, parties.cause)
            #expect(draft.state == .draft && draft.form == .electronic && draft.signedOn == nil)
            let offer = try await service.offer(parties.tenant, draft.id, days: 14, parties.cause)
            #expect(offer.agreement.state == .offered)
            let pdf = try await service.file(.pdf, parties.tenant, draft.id)
            #expect(offer.agreement.documentSHA256 == Array(SHA256.hash(data: pdf)))
            let view = try await service.view(offer.link.revealed)
            #expect(view.documentHTML.contains("Praxis Sonnenhof GmbH") && view.providerName == "Obhut Test GmbH")
            #expect(try await parties.standing() == "offered")

            let accepted = try await service.accept(offer.link.revealed, Parties.acceptance)
            #expect(accepted.state == .accepted)
            #expect(try await parties.standing() == "accepted", "accepting alone allows nothing")
            let inForce = try await service.countersign(parties.tenant, draft.id, parties.cause)
            #expect(inForce.state == .inForce && inForce.signedOn != nil && inForce.electronic?.countersignedAt != nil)
            #expect(try await parties.standing() == "in_force")
            let actions = try await region.controlDatabase.query(
                PostgresQuery(
                    "test.actions",
                    "SELECT action FROM audit_entries WHERE chain = $1 AND action LIKE 'agreement.%' ORDER BY sequence",
                    [parties.tenant.description])
            ).map { try $0.decode("action", as: String.self) }
            #expect(
                actions == [
                    "agreement.drafted", "agreement.offered", "agreement.accepted", "agreement.countersigned",
                ])
        }
    }

    @Test func `document and evidence are sealed, and a changed byte breaks the seal`() async throws {
        try await Region.with { region in
            let parties = try await Parties(in: region)
            let service = region.installation.agreements
            let agreement = try await parties.conclude()
            let anchor = try service.requireSealing().identity.certificate
            for (content, seal) in [(AgreementFileKind.pdf, AgreementFileKind.seal), (.evidence, .evidenceSeal)] {
                var bytes = try await service.file(content, parties.tenant, agreement.id)
                let sealed = try await service.file(seal, parties.tenant, agreement.id)
                #expect(try CMSSeal.verify(sealed, over: bytes, trusting: [anchor]).signer == anchor)
                bytes[bytes.count / 2] ^= 1
                #expect(throws: SigningError.self) { try CMSSeal.verify(sealed, over: bytes, trusting: [anchor]) }
            }
            let evidence = try JSON(parsing: try await service.file(.evidence, parties.tenant, agreement.id))
            #expect(evidence["acceptance"]?["name"] == "Erika Beispiel")
            #expect(evidence["countersignature"]?["staff_id"]?.string == parties.member.id.description)
            #expect(evidence["document_sha256"]?.string == AgreementEvidence.hex(agreement.documentSHA256 ?? []))
        }
    }

    @Test func `a link opens once, and only for whom it was made`() async throws {
        try await Region.with { region in
            let parties = try await Parties(in: region)
            let service = region.installation.agreements
            let draft = try await service.draft(parties.tenant, Parties.draft, parties.cause)
            let first = try await service.offer(parties.tenant, draft.id, days: 14, parties.cause)
            let second = try await service.renewLink(parties.tenant, draft.id, parties.cause)
            await #expect(throws: LinkRefusal.withdrawn) { try await service.view(first.link.revealed) }
            for wrong in ["", "a.b.c", second.link.revealed + "x", String(second.link.revealed.dropLast(2))] {
                await #expect(throws: LinkRefusal.unknown) { try await service.view(wrong) }
            }
            await expectError(.invalid, field: "agrees") {
                var acceptance = Parties.acceptance
                acceptance.agrees = false
                _ = try await service.accept(second.link.revealed, acceptance)
            }
            let both = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<4 {
                    group.addTask { (try? await service.accept(second.link.revealed, Parties.acceptance)) != nil }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(both == 1, "accepted once, whoever comes at the same moment")
            await #expect(throws: LinkRefusal.used) { try await service.view(second.link.revealed) }
            #expect(try await !service.document(second.link.revealed).pdf.isEmpty, "who signed may fetch it")
        }
    }

    @Test func `a step that was meant for another state of the agreement is not taken`() async throws {
        try await Region.with { region in
            let parties = try await Parties(in: region)
            let (service, tenant) = (region.installation.agreements, parties.tenant)
            func expectStale(_ body: () async throws -> some Sendable) async {
                await expectError(.preconditionFailed) { try await body() }
            }
            let draft = try await service.draft(tenant, Parties.draft, parties.cause)
            let seen = Expected([draft.revision])
            let offer = try await service.offer(tenant, draft.id, days: 14, expecting: seen, parties.cause)
            #expect(offer.agreement.revision > draft.revision)
            await expectStale { try await service.offer(tenant, draft.id, days: 14, expecting: seen, parties.cause) }
            await expectStale { try await service.withdraw(tenant, draft.id, expecting: seen, parties.cause) }
            let accepted = try await service.accept(offer.link.revealed, Parties.acceptance)
            await expectStale { try await service.countersign(tenant, draft.id, expecting: seen, parties.cause) }
            let inForce = try await service.countersign(
                tenant, draft.id, expecting: Expected([accepted.revision]), parties.cause)
            let tenants = region.installation.tenants
            await expectStale {
                try await tenants.setAgreementState(tenant, draft.id, .suspended, expecting: seen, parties.cause)
            }
            await expectStale {
                try await region.installation.askToEnd(
                    draft.id, of: tenant, reason: "Ende", expecting: seen, parties.cause)
            }
            #expect(try await parties.standing() == "in_force")
            _ = try await tenants.setAgreementState(
                tenant, draft.id, .suspended, expecting: Expected([inForce.revision]), parties.cause)
            #expect(try await parties.standing() == "suspended")
        }
    }

    @Test func `an offer lapses when its time has passed, and can be declined or withdrawn before`() async throws {
        try await Region.with { region in
            let parties = try await Parties(in: region)
            let service = region.installation.agreements
            var states: [AgreementState] = []
            for end in 0..<3 {
                let draft = try await service.draft(parties.tenant, Parties.draft, parties.cause)
                let offer = try await service.offer(parties.tenant, draft.id, days: 1, parties.cause)
                switch end {
                case 0: try await service.lapse(at: Date(timeIntervalSinceNow: 86_401))
                case 1: _ = try await service.decline(offer.link.revealed, reason: "Zu lang")
                default: _ = try await service.withdraw(parties.tenant, draft.id, parties.cause.because("Irrtum"))
                }
                states.append(try await service.find(parties.tenant, draft.id).state)
                await #expect(throws: (any Error).self) {
                    try await service.accept(offer.link.revealed, Parties.acceptance)
                }
            }
            #expect(states == [.lapsed, .declined, .withdrawn])
        }
    }

    @Test func `a new one supersedes the one in force`() async throws {
        try await Region.with { region in
            let parties = try await Parties(in: region)
            let (first, second) = (try await parties.conclude(), try await parties.conclude())
            let states = try await region.installation.tenants.agreements(parties.tenant).map(\.state)
            #expect(states == [.superseded, .inForce] && first.id != second.id)
        }
    }

    @Test func `what is missing for the document is named`() async throws {
        try await Region.with { region in
            let parties = try await Parties(in: region, describesProvider: false)
            let service = region.installation.agreements
            let draft = try await service.draft(parties.tenant, Parties.draft, parties.cause)
            await expectError(.conflict) { try await service.offer(parties.tenant, draft.id, days: 14, parties.cause) }
            #expect(try await service.find(parties.tenant, draft.id).state == .draft)
        }
    }

    @Test func `nothing of the parties' people stands in the clear in the control plane`() async throws {
        try await Region.with { region in
            let parties = try await Parties(in: region)
            let agreement = try await parties.conclude()
            _ = try await region.installation.instructions.record(
                parties.tenant,
                NewInstruction(
                    text: Personal("Bitte Daten von Erika Beispiel sperren"), givenBy: Personal("Erika Beispiel"),
                    givenAt: nil, seemsUnlawful: false, answer: nil), parties.cause)
            for table in [
                "agreements", "agreement_files", "agreement_instructions", "agreement_links", "audit_entries",
            ] {
                let found = try await region.controlDatabase.query(
                    PostgresQuery(
                        "test.search",
                        """
                        SELECT count(*) AS count FROM \(table) t
                        WHERE t::text LIKE '%Beispiel%' OR t::text LIKE '%' || encode('Beispiel'::bytea, 'hex') || '%'
                        """))
                #expect(try found[0].decode("count", as: Int.self) == 0, "\(table)")
            }
            #expect(try await region.installation.instructions.list(parties.tenant).map(\.agreement) == [agreement.id])
        }
    }
}
