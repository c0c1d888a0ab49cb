import Signing

import struct Foundation.Date

extension SealingIdentity {
    /// Seals bytes; with a timestamp when an authority is configured and answers. That one is missing shows in the seal, and must not
    /// keep an agreement from being concluded.
    func seal(_ content: [UInt8], at moment: Date) async throws -> [UInt8] {
        let seal = try CMSSeal.make(over: content, by: identity, at: moment)
        guard let authority, let http else { return seal }
        do throws(SigningError) {
            return try await authority.stamp(seal, http: http)
        } catch {
            return seal
        }
    }
}

extension SealingIdentity: Sealer {
    public func seal(_ document: [UInt8]) async throws -> [UInt8] { try await seal(document, at: Date()) }
}
