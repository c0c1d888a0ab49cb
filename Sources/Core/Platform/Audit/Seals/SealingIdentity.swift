public import Outbound
public import Signing

import struct Foundation.Date

/// With what the provider seals.
public struct SealingIdentity: Sendable {
    public let identity: SigningIdentity
    /// Whether it was made here, for want of a certificate of the provider's.
    public let isSelfSigned: Bool
    let authority: TimestampAuthority?
    let http: (any OutboundHTTP)?

    /// - Parameters:
    ///   - authority: says when a seal was made; none, when nil.
    ///   - http: reaches the authority.
    public init(
        _ identity: SigningIdentity, isSelfSigned: Bool, authority: TimestampAuthority? = nil,
        http: (any OutboundHTTP)? = nil
    ) {
        self.identity = identity
        self.isSelfSigned = isSelfSigned
        self.authority = authority
        self.http = http
    }

    /// - Returns: the seal with a timestamp, if the authority gave one. One that does not answer must not keep the trail from being
    ///   sealed; that the timestamp is missing shows.
    func seal(_ document: String, at moment: Date) async throws -> (
        seal: [UInt8], timestampError: SigningError?, isTimestamped: Bool
    ) {
        let seal = try CMSSeal.make(over: Array(document.utf8), by: identity, at: moment)
        guard let authority, let http else { return (seal, nil, false) }
        do throws(SigningError) {
            return (try await authority.stamp(seal, http: http), nil, true)
        } catch {
            return (seal, error, false)
        }
    }
}
