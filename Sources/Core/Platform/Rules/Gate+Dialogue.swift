extension Gate {
    /// What asks for consent needs none, and may go only as an answer: while the service window is open that the person opened by writing.
    /// After a no, nothing goes but its one confirmation.
    static func dialogue(_ question: GateQuestion) -> Refusal.Code? {
        switch question.dialogue {
        case nil: return .consentMissing
        case .refused: return .consentRefused
        case .withdrawn: return .consentWithdrawn
        case .open: return question.window.isOpen(at: question.now) ? nil : .serviceWindowClosed
        }
    }
}

/// Whether one reply in a dialogue about consent may go.
public enum DialoguePermission: Sendable, Hashable {
    case open
    /// The person said no when asked.
    case refused
    /// The person took back what they had agreed to.
    case withdrawn

    init(_ status: DialogueStatus, isConfirmation: Bool) {
        switch status {
        case .asking, .admitted, .leftAlone: self = .open
        case .refused: self = isConfirmation ? .open : .refused
        case .withdrawn: self = isConfirmation ? .open : .withdrawn
        }
    }
}
