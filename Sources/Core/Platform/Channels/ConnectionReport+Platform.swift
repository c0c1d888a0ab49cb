public import PluginKit

extension ConnectionReport {
    /// The step that failed as a problem: which field to mend, and what was done at the messenger before.
    /// - Parameter aftermath: what is kept here, when something is.
    func problem(aftermath: String = "Nothing was saved.") -> PlatformError? {
        guard let failure else { return nil }
        let done = steps.filter { $0.state == .done && Self.changes.contains($0.name) }.map(\.detail)
        let story = done.isEmpty ? "" : " Done at the messenger before: \(done.joined(separator: " "))"
        let sentence = [failure.detail, failure.remedy].compactMap { $0 }.joined(separator: " ")
        return PlatformError(
            failure.isTemporary ? .unavailable : .invalid, "\(failure.name): \(failure.detail)\(story) \(aftermath)",
            remedy: failure.remedy, fields: [.init(path: failure.field ?? "configuration", problem: sentence)])
    }

    /// Steps that change something at a messenger, as opposed to looking.
    static let changes: Set<String> = ["subscription", "webhook", "registration", "deregistration"]

    /// As the audit trail keeps it.
    public var trail: JSON {
        .array(steps.map { ["name": .string($0.name), "state": .string($0.state.rawValue)] })
    }
}

extension Channel {
    /// What the audit trail tells of a channel: never its credentials.
    var trail: JSON {
        [
            "plugin": .string(plugin), "address": .string(address), "state": .string(state.columns.state),
            "ingress_route": .string(ingressRoute.description),
        ]
    }

    var trailState: JSON { ["state": .string(state.columns.state)] }
}
