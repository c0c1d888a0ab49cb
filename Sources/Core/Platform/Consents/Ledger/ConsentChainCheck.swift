/// Something in a tenant's consent chain that does not fit.
public struct ConsentFinding: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case eventAltered = "event_altered"
        case eventMissing = "event_missing"
        case previousHashWrong = "previous_hash_wrong"
        case evidenceAltered = "evidence_altered"
        case evidenceDestroyedEarly = "evidence_destroyed_early"
        case headMissing = "head_missing"
        case headWrong = "head_wrong"
        case tailMissing = "tail_missing"
        case eventBeyondHead = "event_beyond_head"
        case notedEventMissing = "noted_event_missing"
        case notedEventDiffers = "noted_event_differs"
        case stateDiffers = "state_differs"
    }

    public var kind: Kind
    /// The event's place in the chain; nil when it is not about one.
    public var sequence: Int?

    public var meaning: String {
        switch kind {
        case .eventAltered: "The event does not hash to what stands with it."
        case .eventMissing: "An event is missing here."
        case .previousHashWrong:
            "The event does not follow the one before it: one was put in, or those before it were changed."
        case .evidenceAltered: "The evidence is not the one that was recorded."
        case .evidenceDestroyedEarly: "The evidence was destroyed before its time."
        case .headMissing: "The chain's length and head are missing."
        case .headWrong: "The last event is not the head."
        case .tailMissing: "Events at the end are missing."
        case .eventBeyondHead: "Events stand behind the head."
        case .notedEventMissing: "The tenant's audit chain names this event, and it is missing."
        case .notedEventDiffers: "The tenant's audit chain has another hash of this event: it was written over."
        case .stateDiffers: "The state that the gate goes by does not follow from the events."
        }
    }
}

/// The head of a consent chain, as some place says it.
struct ConsentHead: Sendable, Hashable {
    var length: Int
    var hash: [UInt8]
}

/// Follows a consent chain event by event, in the order of their numbers, and notes what does not fit. A rule: it reads nothing itself.
///
/// The hashes need no key, so whoever may write to the database can make a whole new tail that fits, head and all. That shows by the
/// heads that were entered into the tenant's audit chain, which is kept elsewhere and has a key.
struct ConsentChainCheck: Sendable {
    static let limit = 100

    private(set) var findings: [ConsentFinding] = []
    /// Findings beyond those that are listed.
    private(set) var further = 0
    private(set) var events = 0
    private var sequence = 0
    private var hash = ConsentChainEntry.origin
    private var noted: ArraySlice<ConsentHead>

    /// - Parameter noted: heads that stand in the audit chain.
    init(noted: [ConsentHead] = []) {
        self.noted = noted.sorted { $0.length < $1.length }[...]
    }

    mutating func take(_ entry: ConsentChainEntry) {
        events += 1
        // The hash column is believed for following on alone: so one altered event is one finding, not all that come after.
        if entry.expectedHash != entry.hash { note(.eventAltered, entry.sequence) }
        if entry.sequence > sequence + 1 {
            note(.eventMissing, sequence + 1)
        } else if entry.previousHash != hash {
            note(.previousHashWrong, entry.sequence)
        }
        if let found = entry.evidenceFound {
            if found != entry.evidenceHash { note(.evidenceAltered, entry.sequence) }
        } else if !entry.evidenceIsDue {
            note(.evidenceDestroyedEarly, entry.sequence)
        }
        passNoted(before: entry.sequence)
        while let head = noted.first, head.length == entry.sequence {
            if head.hash != entry.hash { note(.notedEventDiffers, entry.sequence) }
            noted.removeFirst()
        }
        sequence = entry.sequence
        hash = entry.hash
    }

    /// - Parameter head: as consent_chains has it; nil when there is none.
    mutating func finish(_ head: ConsentHead?) {
        passNoted(before: .max)
        guard let head else {
            if events > 0 { note(.headMissing, nil) }
            return
        }
        if head.length > sequence {
            note(.tailMissing, sequence + 1)
        } else if head.length < sequence {
            note(.eventBeyondHead, head.length + 1)
        } else if head.hash != hash {
            note(.headWrong, head.length)
        }
    }

    /// Noted events that should have come by now.
    private mutating func passNoted(before sequence: Int) {
        while let head = noted.first, head.length < sequence {
            note(.notedEventMissing, head.length)
            noted.removeFirst()
        }
    }

    mutating func note(_ kind: ConsentFinding.Kind, _ sequence: Int?) {
        if findings.count < Self.limit {
            findings.append(ConsentFinding(kind: kind, sequence: sequence))
        } else {
            further += 1
        }
    }
}
