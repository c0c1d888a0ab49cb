public import PluginKit

/// What shows that a person agreed (Art. 7(1) GDPR), the weakest first.
public enum ConsentProof: String, Sendable, Hashable, CaseIterable, Comparable {
    /// The tenant says so and no more.
    case asserted
    /// The tenant says what exactly was agreed to, and how.
    case documented
    /// A consent source saw the person agree.
    case witnessed

    public static func < (one: ConsentProof, other: ConsentProof) -> Bool { one.rank < other.rank }

    private var rank: Int {
        switch self {
        case .asserted: 0
        case .documented: 1
        case .witnessed: 2
        }
    }
}

/// On what a consent stands: what the gate asks of it beside its state.
public struct ConsentGrounds: Sendable, Hashable {
    public var proof: ConsentProof
    /// Whether the person agreed expressly, to this purpose by itself (Art. 9(2)(a) GDPR).
    public var isExplicit: Bool
    /// The age that the person said to have reached, in years; nil when nobody asked (Art. 8 GDPR).
    public var age: Int?

    public init(proof: ConsentProof = .documented, isExplicit: Bool = false, age: Int? = nil) {
        self.proof = proof
        self.isExplicit = isExplicit
        self.age = age
    }

    /// Read from evidence, which stays sealed afterwards.
    ///
    /// A declaration documents a consent when it gives the exact text, and what the person did: that somebody was on a list which was
    /// imported says nothing of an act, unless a reference says where it can be looked up.
    /// - Parameter isWitnessed: whether a set-up of a consent source recorded it.
    public init(evidence: JSON, isWitnessed: Bool) {
        let hasText = evidence["text"]?.string?.trimmed.isEmpty == false
        let method = evidence["method"]?.string
        let hasAct = Self.hasReference(evidence) || (method != nil && method != "import")
        proof = isWitnessed ? .witnessed : hasText && hasAct ? .documented : .asserted
        isExplicit = evidence["explicit"]?.bool ?? false
        age = evidence["age_confirmed"]?.int.flatMap { (1...150).contains($0) ? $0 : nil }
    }

    /// Whether the evidence says where what the person did can be looked up.
    static func hasReference(_ evidence: JSON) -> Bool {
        evidence["reference"]?.string?.trimmed.isEmpty == false
    }

    /// After the same consent was confirmed: what was shown before still is.
    func confirmed(by other: ConsentGrounds) -> ConsentGrounds {
        ConsentGrounds(
            proof: max(proof, other.proof), isExplicit: isExplicit || other.isExplicit, age: other.age ?? age)
    }
}
