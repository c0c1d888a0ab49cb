public import PluginKit
import Postgres

import typealias Foundation.TimeInterval

/// In by a one-time link, without password and code. It is made on the server's machine alone, for `obhut dev`: whoever can make one holds
/// the control plane's key already.
extension SignInService {
    static let linkLifetime: TimeInterval = 8 * 3600

    /// A token that signs a member in once, within eight hours; the one before it is void.
    public func linkToken(for member: StaffID, _ cause: Cause) async throws -> Secret<String> {
        let token = RandomToken.generate()
        try await control.transaction { tx in
            let end = now.addingTimeInterval(Self.linkLifetime)
            _ = try await tx.pipeline([
                SignInStore.remove("link", of: member),
                SignInStore.begin("link", hash: token.hash, of: member, until: end),
            ])
            try await audit.enter(AuditRecord("sign_in_link.made", .init("staff", member), cause), in: .control, tx)
        }
        return token.text
    }

    /// - Returns: nil for a token that is none, was used or is too old, or whose member is disabled.
    public func enter(by token: Secret<String>, from origin: SignInOrigin) async throws -> SignedIn? {
        guard let token = RandomToken(token),
            let row = try await control.query(SignInStore.step("link", hash: token.hash, at: now)).first,
            let id = try row.decode("staff_id", as: StaffID?.self)
        else { return nil }
        let member = try await staff.find(id)
        guard member.state == .active else { return nil }
        let isKnown = try await knows(origin.device, member.id)
        return try await control.transaction { tx in
            guard try await tx.query(SignInStore.take("link", hash: token.hash, at: now)).first != nil else {
                return nil
            }
            return try await enter(member, .setUp, isKnown: isKnown, origin, tx)
        }
    }
}
