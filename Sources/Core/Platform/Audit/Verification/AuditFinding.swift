/// Something that does not fit in the trail, and where.
public struct AuditFinding: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable {
        case entryAltered = "entry_altered"
        case entryMissing = "entry_missing"
        case entryInserted = "entry_inserted"
        case entryOutOfOrder = "entry_out_of_order"
        case entryMisplaced = "entry_misplaced"
        case previousHashWrong = "previous_hash_wrong"
        case entryBeyondHead = "entry_beyond_head"
        case tailMissing = "tail_missing"
        case headMissing = "head_missing"
        case headWrong = "head_wrong"
        case headForged = "head_forged"
        case chainMissing = "chain_missing"
        case chainUnannounced = "chain_unannounced"
        case sealedEntryMissing = "sealed_entry_missing"
        case sealedEntryDiffers = "sealed_entry_differs"
        case sealMissing = "seal_missing"
        case sealAltered = "seal_altered"
        case sealForged = "seal_forged"
        case sealOutOfOrder = "seal_out_of_order"
        case sealUnannounced = "seal_unannounced"

        /// What it means, for who reads the report.
        public var meaning: String {
            switch self {
            case .entryAltered: "The entry's text is not what its hash was made of."
            case .entryMissing: "Entries are not there whose neighbours are."
            case .entryInserted: "The entry after it follows the one before it: it was put in between."
            case .entryOutOfOrder: "The entry came after one of a higher number."
            case .entryMisplaced: "The entry says of itself that it belongs elsewhere."
            case .previousHashWrong: "The entry does not follow the one before it."
            case .entryBeyondHead: "The entry is newer than the last one that was entered."
            case .tailMissing: "The newest entries are not there."
            case .headMissing: "The chain has entries and no head."
            case .headWrong: "The head is not of the last entry."
            case .headForged: "The head was not made by this installation: its MAC is wrong."
            case .chainMissing: "The chain was begun and is not there."
            case .chainUnannounced: "The control chain does not know that this chain was begun."
            case .sealedEntryMissing: "An entry that was sealed is not there: the chain's end was cut off."
            case .sealedEntryDiffers: "An entry is not the one that was sealed."
            case .sealMissing: "A seal that was made is not there."
            case .sealAltered: "The seal's document is not the one that was sealed."
            case .sealForged: "The seal's signature does not hold, or is another signer's than was entered."
            case .sealOutOfOrder: "The seal does not follow the one before it."
            case .sealUnannounced:
                "The control chain does not know of the seal: its end was cut off, or the seal is not ours."
            }
        }
    }

    public var kind: Kind
    public var chain: AuditChain
    /// The first entry it is about; nil when it is about the chain or a seal.
    public var sequence: Int?
    /// The seal it is about.
    public var seal: Int?

    public init(_ kind: Kind, _ chain: AuditChain, sequence: Int? = nil, seal: Int? = nil) {
        self.kind = kind
        self.chain = chain
        self.sequence = sequence
        self.seal = seal
    }
}

/// What came of checking one chain.
public struct ChainVerification: Sendable {
    public var chain: AuditChain
    /// Entries that were read.
    public var entries: Int
    /// The last entry that was read; 0 and zeros for none.
    public var sequence: Int
    public var hash: [UInt8]
    /// The first `ChainCheck.limit` of them.
    public var findings: [AuditFinding]
    /// How many more there are.
    public var further: Int

    public var isWhole: Bool { findings.isEmpty }
}

/// What came of checking the trail.
public struct AuditVerification: Sendable {
    public var chains: [ChainVerification]
    public var seals: Int
    /// Of seals and of chains that are not there.
    public var findings: [AuditFinding]

    public var isWhole: Bool { findings.isEmpty && chains.allSatisfy(\.isWhole) }
    public var entries: Int { chains.reduce(0) { $0 + $1.entries } }
    public var all: [AuditFinding] { findings + chains.flatMap(\.findings) }
}
