import Crypto
import PluginKit
import Postgres

import struct Foundation.Date

/// Counts failed sign-ins. A try counts as failed before it is looked at, and is taken back when it was right: so
/// many that come at once get no more tries than one after the other would.
struct SignInThrottleStore: Sendable {
    let control: PostgresClient
    private let key: SymmetricKey

    init(control: PostgresClient, key: DataKey) {
        self.control = control
        self.key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: key.secret.revealed), info: Array("obhut/sign-in-failures".utf8),
            outputByteCount: 32)
    }

    /// What is counted: an account's address, a source's, a device. Stands in the table as a keyed hash.
    struct Counter: Sendable, Hashable {
        var kind: SignInThrottle.Kind
        var value: String
    }

    private func hash(_ counter: Counter) -> [UInt8] {
        Array(
            HMAC<SHA256>.authenticationCode(for: Array("\(counter.kind.rawValue)\n\(counter.value)".utf8), using: key))
    }

    /// Takes a try of each counter.
    /// - Returns: nil when it may be made; else until when it has to wait, and nothing was counted.
    func take(_ counters: [Counter], at now: Date) async throws -> Date? {
        // One order for all, so that two never wait for each other.
        let ordered = counters.map { ($0.kind, hash($0)) }.sorted {
            ($0.0.rawValue, Hex.of($0.1)) < ($1.0.rawValue, Hex.of($1.1))
        }
        return try await control.transaction { tx in
            var blocked: Date?
            var counts: [Int] = []
            for (kind, hash) in ordered {
                let rows = try await tx.pipeline([
                    PostgresQuery(
                        "sign-in.lock-failures", "SELECT pg_advisory_xact_lock(hashtextextended('sign-in ' || $1, 0))",
                        [Hex.of(hash)]),
                    PostgresQuery(
                        "sign-in.failures",
                        "SELECT failures, last_at FROM sign_in_failures WHERE kind = $1 AND key_hash = $2",
                        [kind.rawValue, hash]),
                ])[1]
                let found = try rows.first.map {
                    SignInThrottle.Failures(
                        count: try $0.decode("failures"), lastAt: try $0.decode("last_at"))
                }
                if let end = SignInThrottle.blocked(kind, found, at: now) { blocked = max(blocked ?? end, end) }
                let isFresh = found.map { now.timeIntervalSince($0.lastAt) < SignInThrottle.memory } ?? false
                counts.append(isFresh ? (found?.count ?? 0) + 1 : 1)
            }
            if let blocked { return blocked }
            for ((kind, hash), count) in zip(ordered, counts) {
                _ = try await tx.query(
                    PostgresQuery(
                        "sign-in.count-failure",
                        """
                        INSERT INTO sign_in_failures (kind, key_hash, failures, last_at)
                        VALUES ($1, $2, $3, $4)
                        ON CONFLICT (kind, key_hash) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at
                        """, [kind.rawValue, hash, count, now]))
            }
            return nil
        }
    }

    /// It was right: the try did not fail. Other failures of the counter stay.
    func giveBack(_ counters: [Counter]) async throws {
        for counter in counters {
            _ = try await control.pipeline([
                PostgresQuery(
                    "sign-in.forget-only-failure",
                    "DELETE FROM sign_in_failures WHERE kind = $1 AND key_hash = $2 AND failures = 1",
                    [counter.kind.rawValue, hash(counter)]),
                PostgresQuery(
                    "sign-in.give-back",
                    "UPDATE sign_in_failures SET failures = failures - 1 WHERE kind = $1 AND key_hash = $2 AND failures > 1",
                    [counter.kind.rawValue, hash(counter)]),
            ])
        }
    }

    /// Whoever it was showed who they are: what failed before is forgotten.
    func forget(_ counters: [Counter], _ session: some PostgresSession) async throws {
        for counter in counters {
            _ = try await session.query(
                PostgresQuery(
                    "sign-in.forget-failures", "DELETE FROM sign_in_failures WHERE kind = $1 AND key_hash = $2",
                    [counter.kind.rawValue, hash(counter)]))
        }
    }
}

private enum Hex {
    static func of(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
