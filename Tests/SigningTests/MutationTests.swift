import TestSupport
import Testing

@testable import Signing

@Suite("Mutated seals", .timeLimit(.minutes(2)))
struct MutationTests {
    @Test("random damage never crashes, never moves a seal to another content or signer", arguments: [1, 2, 3, 4])
    func damage(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let identity = try someIdentity()
        let other = agreement + [0x0A]
        let local = try await LocalAuthority()
        let plain = try CMSSeal.make(over: agreement, by: identity, at: soon)
        let request = try TimestampRequest(over: plain)
        let response = try local.reply(to: request.der)
        let token = try TimestampToken(response: response, to: request, trusting: [local.root])
        let stamped = try CMSSeal.attach(token, to: plain)
        let anchors = [identity.certificate]
        var held = 0
        for round in 0..<200 {
            let seal = damaged(round.isMultiple(of: 2) ? plain : stamped, using: &generator)
            let authorities = round.isMultiple(of: 3) ? [local.root] : []
            let moved = failure { () throws(SigningError) in
                try CMSSeal.verify(seal, over: other, trusting: anchors, authorities: authorities)
            }
            #expect(moved != nil, "seed \(seed), round \(round)")
            // Damage outside what is signed may go unnoticed; then all facts are still the sealed ones.
            if let facts = try? CMSSeal.verify(seal, over: agreement, trusting: anchors, authorities: authorities) {
                held += 1
                #expect(facts.signer == identity.certificate && facts.signingTime == soon, "round \(round)")
                if let timestamp = facts.timestamp { #expect(timestamp.time == token.time, "round \(round)") }
            }
            _ = try? CMSSeal.attach(token, to: seal)
            _ = try? TimestampRequest(over: seal)

            let answer = damaged(response, using: &generator)
            if let read = try? TimestampToken(response: answer, to: request, trusting: [local.root]) {
                #expect(read.time == token.time && read.authority == token.authority, "round \(round)")
            }
        }
        #expect(held < 100, "most damage is noticed")
    }

    /// One to three changes: a bit, a byte, a piece cut out, put in, repeated, or the end cut off.
    private func damaged(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var copy = bytes
        for _ in 0..<Int.random(in: 1...3, using: &generator) where !copy.isEmpty {
            let at = Int.random(in: 0..<copy.count, using: &generator)
            let end = min(copy.count, at + Int.random(in: 1...16, using: &generator))
            switch Int.random(in: 0..<8, using: &generator) {
            case 0, 1, 2: copy[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 3, 4: copy[at] = .random(in: .min ... .max, using: &generator)
            case 5: copy.removeSubrange(at..<end)
            case 6: copy.insert(contentsOf: copy[at..<end], at: at)
            default: copy.removeSubrange(at...)
            }
        }
        return copy == bytes ? bytes.dropLast() : copy
    }
}
