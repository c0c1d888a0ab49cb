/// What would stand differently in the annexes: a pure rule over two states of the facts.
///
/// Reference, date and terms are no part of the annexes: who changes the terms needs a new agreement.
public enum AnnexDifference {
    /// - Returns: In the order of the annexes; empty when they would read the same.
    public static func between(_ old: AgreementFacts, _ new: AgreementFacts) -> [AnnexChange] {
        var comparison = AnnexComparison()
        comparison.parties(old, new)
        comparison.processing(old.processing, new.processing)
        comparison.measures(old.measures, new.measures)
        comparison.region(old, new)
        comparison.recipients(old.recipients, new.recipients)
        return comparison.changes
    }
}

/// Collects changes and words them.
struct AnnexComparison {
    private(set) var changes: [AnnexChange] = []

    mutating func add(
        _ annex: AgreementAnnex, _ subject: AnnexChange.Subject, _ kind: AnnexChange.Kind, german: String,
        english: String, mayObject: Bool = false
    ) {
        changes.append(
            AnnexChange(
                annex: annex, subject: subject, kind: kind,
                sentence: BilingualText(german: german, english: english), mayObject: mayObject))
    }

    /// Compares one fact that both states have.
    mutating func compare<Value: Equatable>(
        _ annex: AgreementAnnex, _ subject: AnnexChange.Subject, _ old: Value, _ new: Value, _ what: BilingualText,
        mayObject: Bool = false, _ written: (Value) -> BilingualText
    ) {
        guard old != new else { return }
        let (before, after) = (written(old), written(new))
        add(
            annex, subject, .altered, german: "\(what.german): bisher \(before.german), künftig \(after.german).",
            english: "\(what.english): so far \(before.english), from now on \(after.english).", mayObject: mayObject)
    }

    /// Compares two lists as sets.
    mutating func compare(
        _ annex: AgreementAnnex, _ subject: AnnexChange.Subject, _ old: [BilingualText], _ new: [BilingualText],
        _ what: BilingualText, mayObjectToNew: Bool = false
    ) {
        for text in new where !old.contains(text) {
            add(
                annex, subject, .added, german: "\(what.german) – neu: \(text.german).",
                english: "\(what.english) – new: \(text.english).", mayObject: mayObjectToNew)
        }
        for text in old where !new.contains(text) {
            add(
                annex, subject, .removed, german: "\(what.german) – entfällt: \(text.german).",
                english: "\(what.english) – removed: \(text.english).")
        }
    }
}

extension BilingualText {
    static let none = BilingualText(german: "keine Angabe", english: "not stated")
}
