public import struct Foundation.Date

/// One tenant: where it stands, what it lacks, and what can be done.
public struct TenantPage: ConsolePage {
    /// A move of the life cycle, as `ConsolePath.tenant(id, "moves", move)` takes it by POST with `{move}.reason`.
    public enum Move: String, Sendable, Codable, CaseIterable {
        case onboard, activate, suspend, reinstate, terminate, erase
    }

    /// What must be there before a tenant goes live, and where it is mended.
    public enum Requirement: String, Sendable, Codable, CaseIterable {
        case details, agreement, region, channel, key
    }

    public struct Check: Sendable, Codable {
        public var requirement: Requirement
        public var isDone: Bool
        /// What exactly is missing.
        public var detail: String?

        public init(requirement: Requirement, isDone: Bool, detail: String? = nil) {
            self.requirement = requirement
            self.isDone = isDone
            self.detail = detail
        }
    }

    public struct AgreementRow: Sendable, Codable {
        public var id: String
        public var reference: String
        public var version: String
        public var stage: AgreementStage
        public var since: Date

        public init(id: String, reference: String, version: String, stage: AgreementStage, since: Date) {
            self.id = id
            self.reference = reference
            self.version = version
            self.stage = stage
            self.since = since
        }
    }

    /// A wording that an agreement can be drafted with.
    public struct TextChoice: Sendable, Codable {
        /// As the form gives it back.
        public var value: String
        public var name: String
        public var version: Int
        /// Whether it is this tenant's alone.
        public var isOwn: Bool

        public init(value: String, name: String, version: Int, isOwn: Bool) {
            self.value = value
            self.name = name
            self.version = version
            self.isOwn = isOwn
        }
    }

    public struct ChannelRow: Sendable, Codable {
        public var id: String
        public var name: String
        public var plugin: String
        public var stage: ChannelStage

        public init(id: String, name: String, plugin: String, stage: ChannelStage) {
            self.id = id
            self.name = name
            self.plugin = plugin
            self.stage = stage
        }
    }

    public struct KeyRow: Sendable, Codable {
        public var id: String
        public var label: String
        public var prefix: String
        public var scopes: [String]
        public var stage: CredentialStage
        public var expiresAt: Date?
        public var lastUsedAt: Date?

        public init(
            id: String, label: String, prefix: String, scopes: [String], stage: CredentialStage,
            expiresAt: Date?, lastUsedAt: Date?
        ) {
            self.id = id
            self.label = label
            self.prefix = prefix
            self.scopes = scopes
            self.stage = stage
            self.expiresAt = expiresAt
            self.lastUsedAt = lastUsedAt
        }
    }

    public var id: String
    public var name: String
    public var stage: TenantStage
    public var createdAt: Date
    public var moves: [Move]
    public var checks: [Check]
    public var pending: [PendingApproval]
    public var region: RegionFacts
    public var details: [DetailLine]
    public var agreements: [AgreementRow]
    /// Beside the standard text; when there are none, nobody is asked.
    public var texts: [TextChoice]
    public var channels: [ChannelRow]
    public var keys: [KeyRow]
    public var deadLetters: Int
    public var mayManage: Bool
    public var regionMove: RegionMove?
    /// Regions that it could be moved to.
    public var destinations: [RegionFacts]
    public var mayMove: Bool
    /// Of the draft of an agreement (`reference`, `language`, `text`) and of the moves.
    public var form: FormState

    public init(
        id: String, name: String, stage: TenantStage, createdAt: Date, moves: [Move], checks: [Check],
        pending: [PendingApproval], region: RegionFacts, details: [DetailLine], agreements: [AgreementRow],
        texts: [TextChoice] = [], channels: [ChannelRow], keys: [KeyRow], deadLetters: Int, mayManage: Bool,
        regionMove: RegionMove? = nil, destinations: [RegionFacts] = [], mayMove: Bool = false,
        form: FormState = FormState()
    ) {
        self.id = id
        self.name = name
        self.stage = stage
        self.createdAt = createdAt
        self.moves = moves
        self.checks = checks
        self.pending = pending
        self.region = region
        self.details = details
        self.agreements = agreements
        self.texts = texts
        self.channels = channels
        self.keys = keys
        self.deadLetters = deadLetters
        self.mayManage = mayManage
        self.regionMove = regionMove
        self.destinations = destinations
        self.mayMove = mayMove
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        var main = pending.map { Block($0.notice(words)) }
        if stage == .draft || stage == .onboarding { main.append(Block(checklist(words))) }
        main += [agreementSection, channelSection, consentSection, keySection, detailSection].map { Block($0(words)) }
        return .staff(
            .tenants, PageHeader(title: name, badge: words.badge(stage)),
            path: [Breadcrumb(text: words["tenants.title"], href: ConsolePath.tenants)],
            errors: ErrorSummary(
                form,
                also: [
                    ("reference", words["agreement.reference"]), ("language", words["agreement.language"]),
                    ("text", words["agreement.text"]),
                ] + Self.regionFieldNames(words), reasonsOf: Move.allCases, in: "tenant.move", words),
            [
                Block(
                    Columns(
                        main: main,
                        side: [Block(standing(words)), Block(regionSection(words))]))
            ])
    }
}
