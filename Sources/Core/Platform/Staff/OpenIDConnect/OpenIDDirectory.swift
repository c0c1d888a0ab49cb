import Outbound
import PluginKit

import struct Foundation.Date
import typealias Foundation.TimeInterval

/// Metadata and keys of one provider, fetched when they are needed and remembered as long as the provider says,
/// within limits.
actor OpenIDDirectory {
    /// Seconds.
    static let lifetimes: ClosedRange<TimeInterval> = 300...86_400
    /// How often keys are fetched again for a key that is not known, at most. Seconds. A token with a made-up key
    /// must not make us call the provider each time.
    static let pause: TimeInterval = 60

    private struct Kept<Value: Sendable>: Sendable {
        var value: Value
        var fetchedAt: Date
        var until: Date
    }

    private let issuer: String
    private let http: any OutboundHTTP
    private let clock: @Sendable () -> Date
    private var metadata: Kept<OpenIDMetadata>?
    private var keys: Kept<OpenIDKeys>?
    private var triedKeysAt: Date?

    init(issuer: String, http: any OutboundHTTP, clock: @escaping @Sendable () -> Date) {
        self.issuer = issuer
        self.http = http
        self.clock = clock
    }

    func currentMetadata() async throws -> OpenIDMetadata {
        if let metadata, metadata.until > clock() { return metadata.value }
        let (json, lifetime) = try await fetch(OpenIDMetadata.address(of: issuer))
        let found = try OpenIDMetadata(json, issuer: issuer)
        metadata = Kept(value: found, fetchedAt: clock(), until: clock().addingTimeInterval(lifetime))
        return found
    }

    /// The key that a token names, looked for anew when it is not known.
    func key(for token: IDToken) async throws -> OpenIDKeys.Key {
        if let keys, keys.until > clock(), let key = keys.value.key(for: token) { return key }
        let isFresh = keys.map { $0.until > clock() } ?? false
        if !isFresh || triedKeysAt.map({ clock().timeIntervalSince($0) >= Self.pause }) ?? true {
            triedKeysAt = clock()
            let (json, lifetime) = try await fetch(try await currentMetadata().keysURL)
            let found = try OpenIDKeys(json)
            keys = Kept(value: found, fetchedAt: clock(), until: clock().addingTimeInterval(lifetime))
            if let key = found.key(for: token) { return key }
        }
        throw OpenIDFault("the ID token's key is not known")
    }

    private func fetch(_ url: String) async throws -> (JSON, TimeInterval) {
        let response = try await http.send(
            OutboundRequest(
                url: url, headers: [("Accept", "application/json")], timeout: .seconds(10),
                maxResponseBytes: 256 << 10))
        guard response.status == 200, let json = try? JSON(parsing: response.body, depthLimit: 16) else {
            throw OpenIDFault("metadata or keys were answered with status \(response.status)")
        }
        return (json, Self.lifetime(response.headers["Cache-Control"]))
    }

    /// `max-age` of RFC 9111, 5.2.2.1, within limits.
    static func lifetime(_ header: String?) -> TimeInterval {
        let directives = (header ?? "").lowercased().split(separator: ",").map(\.description.trimmed)
        let age = directives.first { $0.hasPrefix("max-age=") }.flatMap { TimeInterval($0.dropFirst(8)) }
        return min(max(age ?? 3600, lifetimes.lowerBound), lifetimes.upperBound)
    }
}
