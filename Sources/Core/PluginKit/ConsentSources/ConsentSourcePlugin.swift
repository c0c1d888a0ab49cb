public import struct Foundation.Date

/// Turns what a person did somewhere into a consent event with evidence.
public protocol ConsentSourcePlugin: Plugin {
    /// What a form can ask for by itself. Of a set-up: members of its configuration, by name; what has more shape is given as JSON.
    var schema: ConfigurationSchema { get }

    /// What files have columns for by which its consents are brought in many at once; empty when they come one at a time.
    var importColumns: [ImportColumn] { get }

    /// - Parameter submission: what reached the source; hostile input.
    /// - Throws: `ConsentRefusal`, which names the field and what is wanted of it.
    func consentEvent(from submission: ConsentSubmission) throws(ConsentRefusal) -> ConsentEventDraft
}

public struct ConsentSubmission: Sendable {
    /// The body as it came.
    public var body: JSON
    public var receivedAt: Date

    public init(body: JSON, receivedAt: Date) {
        self.body = body
        self.receivedAt = receivedAt
    }
}

/// The body holds what a person did and is called, so it is shown nowhere.
extension ConsentSubmission: CustomStringConvertible, CustomReflectable {
    public var description: String { "ConsentSubmission(\(receivedAt))" }
    public var customMirror: Mirror { Mirror(self, children: ["receivedAt": receivedAt]) }
}

/// A fact about consent. Facts are only ever added; the state is derived from them.
public enum ConsentEventKind: String, Sendable, Hashable, CaseIterable {
    case requested, granted, confirmed, refused, withdrawn, expired, superseded
}

/// A consent event before the platform gives it an id and a contact.
public struct ConsentEventDraft: Sendable, Hashable {
    public var kind: ConsentEventKind
    /// e.g. `service`, `marketing`; a tenant's own word for one of its purposes.
    public var purpose: String
    /// When the person acted.
    public var occurredAt: Date
    /// Until when it holds; nil for no fixed end.
    public var expiresAt: Date?
    /// What lets the controller demonstrate the consent (Art. 7(1) GDPR): the act, the exact text shown, its version and
    /// language, place and reference. Stored sealed.
    public var evidence: JSON

    public init(kind: ConsentEventKind, purpose: String, occurredAt: Date, expiresAt: Date? = nil, evidence: JSON) {
        self.kind = kind
        self.purpose = purpose
        self.occurredAt = occurredAt
        self.expiresAt = expiresAt
        self.evidence = evidence
    }
}

/// As of a submission, the evidence is shown nowhere.
extension ConsentEventDraft: CustomStringConvertible, CustomReflectable {
    public var description: String { "ConsentEventDraft(\(kind), \(purpose))" }
    public var customMirror: Mirror {
        Mirror(self, children: ["kind": kind, "purpose": purpose, "occurredAt": occurredAt])
    }
}

/// What is wrong with a submission: the field as a JSON path, and what is wanted.
public struct ConsentRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    public let field: String
    public let problem: String

    public init(field: String, problem: String) {
        self.field = field
        self.problem = problem
    }

    public var description: String { "\(field): \(problem)" }
}
