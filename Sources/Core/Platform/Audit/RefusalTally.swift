import Crypto
import Logging
import PluginKit
public import ServiceLifecycle
import Synchronization

import struct Foundation.Date

/// Counts requests that came without a key in force, and enters the counts into the control chain once a minute: a flood of them must
/// neither fill the trail nor make everybody wait for its chain.
///
/// What is counted is the route's template, the surface, and a digest of the address it came from: under a key, because all addresses
/// can be tried. An IPv6 address counts by its first 64 bits, as whoever has one has all of these. Memory is bounded: what exceeds
/// `limit` different counts is counted together. A process that is killed loses at most the last minute's counts; one that stops
/// enters them.
public final class RefusalTally: Service {
    static let interval = Duration.seconds(60)
    /// Different counts within a minute.
    static let limit = 512
    /// Of these the largest that are entered one by one.
    static let listed = 50

    struct Count: Sendable, Hashable {
        var surface: String
        var route: String
        var source: String
    }

    private struct State {
        var counts: [Count: Int] = [:]
        var others = 0
        var since: Date?
    }

    private let audit: AuditTrail
    private let key: SymmetricKey
    private let logger: Logger
    private let state = Mutex(State())

    init(audit: AuditTrail, controlKey: DataKey, logger: Logger) {
        self.audit = audit
        self.logger = logger
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: controlKey.secret.revealed), info: Array("obhut/audit-source".utf8),
            outputByteCount: 32)
    }

    /// - Parameters:
    ///   - route: a template, never a path.
    ///   - source: bytes of the address; nil when it is not known.
    public func count(surface: String, route: String, source: [UInt8]?) {
        let count = Count(surface: surface, route: route, source: source.map(digest) ?? "unknown")
        state.withLock { state in
            if state.since == nil { state.since = Date() }
            if state.counts[count] != nil || state.counts.count < Self.limit {
                state.counts[count, default: 0] += 1
            } else {
                state.others += 1
            }
        }
    }

    private func digest(_ source: [UInt8]) -> String {
        let network = source.count == 16 ? Array(source.prefix(8)) : source
        return Array(HMAC<SHA256>.authenticationCode(for: network, using: key).prefix(8)).hexadecimal
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await Task.sleep(for: Self.interval) } catch { break }
                await self.flush()
            }
        }
        await flush()
    }

    /// Enters what was counted, if anything was. What cannot be entered is kept for the next time.
    func flush() async {
        let taken = state.withLock { state in
            defer { state = State() }
            return state
        }
        guard let since = taken.since else { return }
        do {
            try await audit.enter(Self.record(taken.counts, others: taken.others, since: since), in: .control)
        } catch {
            logger.warning(
                "refused requests could not be entered into the audit trail", metadata: ["error": "\(error)"])
            state.withLock { state in
                state.since = since
                state.others += taken.others
                for (count, number) in taken.counts {
                    if state.counts[count] != nil || state.counts.count < Self.limit {
                        state.counts[count, default: 0] += number
                    } else {
                        state.others += number
                    }
                }
            }
        }
    }

    static func record(_ counts: [Count: Int], others: Int, since: Date) -> AuditRecord {
        let ranked = counts.sorted {
            ($1.value, $0.key.route, $0.key.source) < ($0.value, $1.key.route, $1.key.source)
        }
        let rest = ranked.dropFirst(listed).reduce(others) { $0 + $1.value }
        let total = counts.values.reduce(others, +)
        return AuditRecord(
            .unauthenticated, .init("minute", "\(since.rfc3339.prefix(16))Z"), Cause(.anonymous), outcome: .refused,
            after: [
                "requests": .number(String(total)),
                "counts": .array(
                    ranked.prefix(listed).map {
                        [
                            "surface": .string($0.key.surface), "route": .string($0.key.route),
                            "source": .string($0.key.source), "requests": .number(String($0.value)),
                        ]
                    }), "others": .number(String(rest)),
            ])
    }
}
