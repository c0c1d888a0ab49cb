public import PluginKit

/// How far an outbound message has come.
public enum MessageState: String, Sendable, Hashable, CaseIterable {
    case accepted, sending, sent, delivered, read, failed, refused
}

extension MessageState {
    /// The state after the messenger reported a stage. It only ever moves forward in
    ///
    ///     accepted, sending < refused < sent < failed < delivered < read
    ///
    /// so that reports may come in any order and repeatedly. Two places in that order are decisions:
    /// - `failed` stands between `sent` and `delivered`. A failure reported after a delivery changes nothing, and a
    ///   delivery reported after a failure is believed: that the message is on the person's device is a fact, while a
    ///   failure may concern one of several devices or attempts.
    /// - `refused` (by our gate, at a later attempt) gives way to every report: an earlier attempt, of which we never
    ///   learnt the end, left us after all.
    ///
    /// `played` counts as read. `deleted` changes nothing: it happened to the message later, not on its way.
    public func advanced(by stage: StatusUpdate.Stage) -> MessageState {
        guard let reported = MessageState(stage), reported.progress > progress else { return self }
        return reported
    }

    private init?(_ stage: StatusUpdate.Stage) {
        switch stage {
        case .sent: self = .sent
        case .delivered: self = .delivered
        case .read, .played: self = .read
        case .failed: self = .failed
        case .deleted: return nil
        }
    }

    private var progress: Int {
        switch self {
        case .accepted: 0
        case .sending: 1
        case .refused: 2
        case .sent: 3
        case .failed: 4
        case .delivered: 5
        case .read: 6
        }
    }
}
