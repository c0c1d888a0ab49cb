public import PluginKit

/// What is to be entered into the trail. Personal data stands in it by reference: an id, or a digest.
public struct AuditRecord: Sendable {
    public enum Outcome: String, Sendable, CaseIterable { case done, refused }

    /// What was done, such as `tenant.created`: a noun of ours and a participle.
    public var action: String
    public var subject: Subject
    public var cause: Cause
    public var outcome: Outcome
    /// What it was and what it is, as far as it changed.
    public var before: JSON?
    public var after: JSON?

    /// What it was done to.
    public struct Subject: Sendable, Hashable {
        /// `tenant`, `agreement`, `channel`, `api_key`, `staff`, `route` …
        public var kind: String
        public var id: String

        public init(_ kind: String, _ id: some CustomStringConvertible) {
            self.kind = kind
            self.id = id.description
        }
    }

    public init(
        _ action: String, _ subject: Subject, _ cause: Cause, outcome: Outcome = .done, before: JSON? = nil,
        after: JSON? = nil
    ) {
        self.action = action
        self.subject = subject
        self.cause = cause
        self.outcome = outcome
        self.before = before
        self.after = after
    }

    init(_ action: OwnAction, _ subject: Subject, _ cause: Cause, outcome: Outcome = .done, after: JSON? = nil) {
        self.init(action.rawValue, subject, cause, outcome: outcome, after: after)
    }

    /// What the trail enters of itself.
    enum OwnAction: String, Sendable {
        /// A tenant's chain begins; stands in the control chain.
        case chainBegun = "audit.chain_begun"
        /// The heads of all chains were sealed.
        case sealed = "audit.sealed"
        /// Somebody read entries, seals, or had a chain checked.
        case read = "audit.read"
        /// Somebody took entries out to show them elsewhere.
        case exported = "audit.exported"
        /// Requests without a key that is in force, counted over a minute.
        case unauthenticated = "access.unauthenticated"
    }
}

/// One chain of the trail: the control plane's, or a tenant's.
public enum AuditChain: Sendable, Hashable, LosslessStringConvertible {
    case control
    case tenant(TenantID)

    public var description: String {
        switch self {
        case .control: "control"
        case .tenant(let id): id.description
        }
    }

    public init?(_ description: String) {
        if description == "control" {
            self = .control
        } else if let id = TenantID(description) {
            self = .tenant(id)
        } else {
            return nil
        }
    }
}
