public import PluginKit

public import struct Foundation.Date

/// Something dangerous that was asked for, and what became of it.
public struct Approval: Sendable, Hashable {
    public enum State: String, Sendable, CaseIterable {
        case asked
        /// Decided, and being carried out; or about to be, by another process, when one died over it.
        case approved
        case declined
        case expired
        case withdrawn
        case carriedOut = "carried_out"
        case failed
    }

    public var id: ApprovalID
    public var action: ApprovalAction
    public var subject: AuditRecord.Subject
    /// In whose audit chain it is entered too.
    public var tenant: TenantID?
    /// What the action needs. No personal data.
    public var payload: JSON
    public var reason: String
    public var state: State
    public var askedBy: StaffID
    public var askedAt: Date
    /// From when on it can no longer be decided.
    public var expiresAt: Date
    public var decidedBy: StaffID?
    public var decidedAt: Date?
    public var decisionReason: String?
    /// When it came to its end, whichever.
    public var endedAt: Date?
    /// Why it failed.
    public var failure: String?

    /// The state as it is to be told: an approval that nobody decided in time is expired before anybody wrote that
    /// down.
    public func state(at now: Date) -> State { state == .asked && expiresAt <= now ? .expired : state }
}

/// What is asked for.
public struct ApprovalRequest: Sendable {
    public var action: ApprovalAction
    public var subject: AuditRecord.Subject
    public var tenant: TenantID?
    public var payload: JSON
    public var reason: String

    /// - Parameters:
    ///   - tenant: whom it concerns, if anyone.
    ///   - payload: an object, without personal data.
    public init(
        _ action: ApprovalAction, _ subject: AuditRecord.Subject, tenant: TenantID?, payload: JSON = .object(.init()),
        reason: String
    ) {
        self.action = action
        self.subject = subject
        self.tenant = tenant
        self.payload = payload
        self.reason = reason
    }
}
