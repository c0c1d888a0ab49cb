public import struct Foundation.Date

/// Changes of an agreement's annexes that the tenant was told of, and what became of them (Art. 28(2) GDPR).
public struct AgreementNotice: Sendable, Hashable {
    public enum State: String, Sendable, CaseIterable {
        /// The period to object runs.
        case open
        /// The tenant does not want it: for this tenant it does not take effect.
        case objected
        case effective
        /// We do not do it after all, or another change took its place before the period was over.
        case withdrawn
    }

    public var id: AgreementNoticeID
    public var tenant: TenantID
    public var agreement: AgreementID
    public var state: State
    public var changes: [AnnexChange]
    public var announcedAt: Date
    public var objectionUntil: Date
    public var decidedAt: Date?
    /// Keys of flows and of facts of the region that the annexes did not cover before.
    var newFlows: [String]
    var annexesSealed: [UInt8]
}
