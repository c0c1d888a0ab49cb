public import PluginKit

import struct Foundation.Date

/// A consent that the tenant collected itself, stated with evidence (Art. 7(1) GDPR: the controller must be able to demonstrate it).
public struct Declared: ConsentSourcePlugin {
    /// Seconds; ten years with their leap days.
    private static let longestTerm = 3653.0 * 86_400

    public init() {}

    public var manifest: PluginManifest {
        PluginManifest(
            id: "eu.obhut.declared", name: "declared", version: "1.0.0",
            summary: "The tenant states a consent that it collected itself, with evidence.",
            capabilities: ["granted", "refused", "withdrawn"], dataFlows: [])
    }

    public var schema: ConfigurationSchema { ConfigurationSchema([]) }

    public var importColumns: [ImportColumn] {
        [
            ImportColumn("purpose"), ImportColumn("state"), ImportColumn("occurred_at"), ImportColumn("expires_at"),
        ] + Evidence.columns
    }

    public func consentEvent(from submission: ConsentSubmission) throws(ConsentRefusal) -> ConsentEventDraft {
        let fields = try DeclarationFields(submission.body, path: "", known: DeclarationFields.topLevel)
        let kind = try kind(fields)
        let purpose = try fields.text("purpose", limit: 64)
        guard DeclarationFields.isWord(purpose) else {
            throw ConsentRefusal(
                field: "purpose", problem: "use a word of a-z, 0-9, _ and - that begins with a letter, such as service")
        }
        let occurredAt = try fields.time("occurred_at")
        guard occurredAt <= submission.receivedAt.addingTimeInterval(5 * 60) else {
            throw ConsentRefusal(
                field: "occurred_at", problem: "this is in the future; give the time at which the person acted")
        }
        guard occurredAt.timeIntervalSince1970 >= 946_684_800 else {
            throw ConsentRefusal(field: "occurred_at", problem: "this is before the year 2000; check the time")
        }
        let expiresAt = try fields.optionalTime("expires_at")
        if let expiresAt, expiresAt <= occurredAt {
            throw ConsentRefusal(field: "expires_at", problem: "this is not after occurred_at")
        }
        // What is in force keeps its evidence: an end that nobody lives to see would keep it for ever (Art. 5(1)(e) GDPR).
        if let expiresAt, expiresAt > submission.receivedAt.addingTimeInterval(Self.longestTerm) {
            throw ConsentRefusal(
                field: "expires_at",
                problem: "this is more than ten years ahead; leave it out when there is no fixed end")
        }
        let evidence = try Evidence.read(
            fields, granted: kind == .granted, source: manifest, receivedAt: submission.receivedAt)
        return ConsentEventDraft(
            kind: kind, purpose: purpose, occurredAt: occurredAt, expiresAt: expiresAt, evidence: evidence)
    }

    private func kind(_ fields: DeclarationFields) throws(ConsentRefusal) -> ConsentEventKind {
        let word = try fields.text("state", limit: 16)
        guard let kind = ConsentEventKind(rawValue: word), manifest.capabilities.contains(word) else {
            throw ConsentRefusal(field: "state", problem: "can be granted, refused or withdrawn")
        }
        return kind
    }
}
