import Crypto
import PluginKit

import struct Foundation.Date

/// What is sealed: how far each chain had come. JSON, so that an auditor reads it with any tool; its bytes are what the signature is over.
struct SealDocument: Sendable, Hashable {
    static let format = "obhut/audit-seal/1"

    struct Head: Sendable, Hashable {
        var chain: AuditChain
        var sequence: Int
        var hash: [UInt8]
    }

    var number: Int
    /// `YYYY-MM-DD`; nil for a seal that somebody asked for.
    var day: String?
    var madeAt: Date
    /// SHA-256 of the document before, so that none can be left out; nil for the first.
    var previous: [UInt8]?
    /// By chain.
    var heads: [Head]

    var text: String {
        JSON.object(
            JSONObject([
                ("format", .string(Self.format)), ("number", .number(String(number))),
                ("day", day.map { .string($0) } ?? .null), ("made_at", .string(madeAt.rfc3339)),
                ("previous_sha256", previous.map { .string($0.hexadecimal) } ?? .null),
                (
                    "chains",
                    .array(
                        heads.map {
                            [
                                "chain": .string($0.chain.description), "sequence": .number(String($0.sequence)),
                                "hash": .string($0.hash.hexadecimal),
                            ]
                        })
                ),
            ])
        ).text
    }

    static func sha256(_ text: String) -> [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    init(number: Int, day: String?, madeAt: Date, previous: [UInt8]?, heads: [Head]) {
        self.number = number
        self.day = day
        self.madeAt = madeAt
        self.previous = previous
        self.heads = heads
    }

    /// - Returns: nil for what is no such document.
    init?(_ text: String) {
        guard let json = try? JSON(parsing: text), json["format"]?.string == Self.format,
            let number = json["number"]?.int, let time = json["made_at"]?.string.flatMap({ Date(rfc3339: $0) }),
            let chains = json["chains"]?.array
        else { return nil }
        var heads: [Head] = []
        for json in chains {
            guard let chain = json["chain"]?.string.flatMap({ AuditChain($0) }), let sequence = json["sequence"]?.int,
                let hash = json["hash"]?.string.flatMap([UInt8].init(hexadecimal:)), hash.count == 32
            else { return nil }
            heads.append(Head(chain: chain, sequence: sequence, hash: hash))
        }
        self.init(
            number: number, day: json["day"]?.string, madeAt: time,
            previous: json["previous_sha256"]?.string.flatMap([UInt8].init(hexadecimal:)), heads: heads)
    }
}

extension [UInt8] {
    /// Lower case, two digits a byte.
    var hexadecimal: String {
        let digits = Array<UInt8>("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    init?(hexadecimal text: String) {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == text.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
        self = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
