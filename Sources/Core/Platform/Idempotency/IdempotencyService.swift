import Crypto
public import PluginKit
import Postgres

public import struct Foundation.UUID

/// Requests to the admin API that may be repeated: the first is carried out, the others get its answer for 48 hours.
///
/// What is carried out and its answer are two transactions, so a process that dies between them leaves an entry without an answer. Its lease
/// ends after 60 seconds; from then on the request counts as never made, though it may have been.
public struct IdempotencyService: Sendable {
    let control: PostgresClient
    private let controlKey: DataKey
    private let key: SymmetricKey

    init(control: PostgresClient, controlKey: DataKey) {
        self.control = control
        self.controlKey = controlKey
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: controlKey.secret.revealed),
            info: Array("obhut/idempotency".utf8), outputByteCount: 32)
    }

    /// - Throws: `.idempotencyKeyReused` when the key was another request's; `.idempotencyInFlight` when the first is under way.
    public func begin(_ request: IdempotentRequest) async throws -> IdempotentTurn {
        let principal = "\(request.principal.kind.rawValue):\(request.principal.id ?? "")"
        let keyHash = hash("key", [Array(request.key.text.utf8)])
        let requestHash = hash("request", request.content)
        // Whoever had it may let go between our two looks; then it is ours to take.
        for _ in 0..<3 {
            let claim = UUID()
            let taken = try await control.query(
                IdempotencyStore.claim(principal, request.route, key: keyHash, request: requestHash, claim: claim))
            if !taken.isEmpty { return .first(claim: claim) }
            let found = try await control.query(IdempotencyStore.find(principal, request.route, key: keyHash))
            guard let row = found.first else { continue }
            guard try row.decode("request_hash", as: [UInt8].self) == requestHash else { throw IdempotencyKey.reused }
            guard let sealed = try row.decode("answer_sealed", as: [UInt8]?.self) else { break }
            let opened = try controlKey.open(sealed, Self.context(try row.decode("claim_id")))
            guard let answer = KeptAnswer(encoded: opened) else { throw SealError.malformed }
            return .replay(answer)
        }
        throw IdempotencyKey.inFlight
    }

    /// Keeps the answer of what was carried out.
    public func keep(_ answer: KeptAnswer, of claim: UUID) async throws {
        let sealed = try controlKey.seal(answer.encoded, Self.context(claim))
        _ = try await control.query(IdempotencyStore.keep(claim, answer: sealed))
    }

    /// Lets go of what was not carried out: the next request with that key is the first.
    public func release(_ claim: UUID) async throws { _ = try await control.query(IdempotencyStore.release(claim)) }

    /// - Returns: how many were removed; as many as asked when more may be there.
    func removeExpired(atMost portion: Int) async throws -> Int {
        try await control.query(IdempotencyStore.removeExpired(atMost: portion)).affectedRows
    }

    /// Keys and requests can be guessed, so whoever holds a dump must not be able to try them out.
    private func hash(_ kind: String, _ parts: [[UInt8]]) -> [UInt8] {
        var message: [UInt8] = []
        message.append(lengthPrefixed: kind.utf8)
        for part in parts { message.append(lengthPrefixed: part) }
        return Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
    }

    private static func context(_ claim: UUID) -> SealContext {
        SealContext(table: "idempotent_requests", column: "answer_sealed", row: claim, tenant: .controlPlane)
    }
}
