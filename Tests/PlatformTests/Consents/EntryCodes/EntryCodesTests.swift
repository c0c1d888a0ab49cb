import Foundation
import PluginKit
import TestSupport
import Testing

@testable import Platform

@Suite struct EntryCodesTests {
    private func redeem(
        _ text: String, _ company: Company, on channel: Channel? = nil, message: MessageID = .generate()
    ) async throws -> EntryCodes.Redeemed? {
        let keys = try await company.keys
        return try await company.region.shard.worker.transaction(settings: asTenant(company.id)) { tx in
            try await EntryCodes.redeem(
                in: text, channel: (channel ?? company.channel).id, by: message, at: Date(), keys, tx)
        }
    }

    @Test func `a code in a message brings what was agreed, confirmed with both evidences, and works once`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            let source = try await company.setUp(SignPost.name)
            let agreed = Company.agreed(["service", "marketing"])
            let code = try await company.keepCode(from: source, agreed).code.revealed
            let message = MessageID.generate()
            let text = "Hallo, mein Code ist \(code.lowercased().replacingOccurrences(of: "0", with: "o")). Danke!"
            let redeemed = try #require(try await redeem(text, company, message: message))
            #expect(redeemed.source == source.source.id && redeemed.sourceVersion == 1)
            #expect(redeemed.plugin == SignPost.name && redeemed.entry == "widget")
            #expect(redeemed.languages == ["de-AT", "en"])
            #expect(redeemed.agreed.map(\.purpose) == ["service", "marketing"])
            for (draft, page) in zip(redeemed.agreed, agreed) {
                #expect(draft.kind == .confirmed && draft.occurredAt > page.occurredAt)
                #expect(draft.evidence["text"] == page.evidence["text"])
                #expect(draft.evidence["confirmation"]?["message_id"]?.string == message.description)
                let ends = try #require(draft.expiresAt)
                #expect(abs(ends.timeIntervalSince(try #require(page.expiresAt))) < 1)
            }
            #expect(try await region.number("SELECT count(*) FROM entry_codes") == 0)
            #expect(try await redeem(text, company) == nil)
        }
    }

    @Test func `a code counts on its channel, for its tenant and in its time`() async throws {
        try await Region.with { region in
            let (company, other) = (try await Company(in: region, channels: 2), try await Company(in: region))
            let source = try await company.setUp()
            let code = try await company.keepCode(from: source).code.revealed
            #expect(try await redeem(code, other) == nil)
            #expect(try await redeem(code, company, on: company.channels[1]) == nil)
            let late = try await company.keepCode(from: source, hours: -1).code.revealed
            #expect(try await redeem(late, company) == nil)
            // Neither was used up by that.
            #expect(try await redeem("Nein: \(late) \(code)", company) != nil)
            #expect(try await region.number("SELECT count(*) FROM entry_codes") == 1)
        }
    }

    @Test func `of a code that nobody sent nothing stays, and the others do`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let source = try await company.setUp()
            _ = try await company.keepCode(from: source, hours: -1)
            let code = try await company.keepCode(from: source, hours: 1).code.revealed
            let housekeeper = Housekeeper(shard: try region.shard, logger: .quiet)
            #expect(try await housekeeper.removeExpiredCodes() == 1)
            #expect(try await housekeeper.removeExpiredCodes() == 0)
            #expect(try await redeem(code, company) != nil)
        }
    }

    @Test func `neither code nor what was agreed can be read in the row`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let source = try await company.setUp()
            let code = try await company.keepCode(from: source).code.revealed
            let rows = try await region.rows("SELECT to_jsonb(t)::text AS row, agreed_sealed FROM entry_codes t")
            let text = try rows[0].decode("row", as: String.self)
            let sealed = String(decoding: try rows[0].decode("agreed_sealed", as: [UInt8].self), as: UTF8.self)
            for trace in [code, code.filter { $0 != "-" }, "Termine", "box ticked"] {
                #expect(!text.contains(trace) && !sealed.contains(trace))
            }
        }
    }

    @Test func `texts that hold no code redeem none, whatever they look like`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let source = try await company.setUp()
            let code = try await company.keepCode(from: source).code.revealed
            var random = SeededGenerator(seed: 3)
            let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
            for round in 0..<300 {
                // One symbol of the code is another.
                var near = Array(code.filter { $0 != "-" })
                let place = round % 10
                let other = alphabet.filter { $0 != near[place] }.randomElement(using: &random)
                near[place] = other ?? "0"
                #expect(try await redeem("Mein Code: " + String(near), company) == nil)
            }
            #expect(try await redeem(code, company) != nil)
        }
    }

    @Test func `what is to be kept is granted, and each purpose stands there once`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let source = try await company.setUp()
            for wrong in [[], Company.agreed(["service", "service"])] {
                await expectError(.invalid) { try await company.keepCode(from: source, wrong) }
            }
            var confirmed = Company.agreed()
            confirmed[0].kind = .confirmed
            await expectError(.invalid) { [confirmed] in try await company.keepCode(from: source, confirmed) }
            #expect(try await region.number("SELECT count(*) FROM entry_codes") == 0)
        }
    }
}
