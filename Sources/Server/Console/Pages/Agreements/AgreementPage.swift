public import struct Foundation.Date

/// One agreement on processing (Art. 28(3) GDPR): its document, its life, and what comes next.
public struct AgreementPage: ConsolePage {
    /// As `ConsolePath.agreement(tenant, id, action)` takes it by POST: `offer` with `days`, `countersign` and `link` alone, the
    /// others with `{action}.reason`.
    public enum Action: String, Sendable, Codable, CaseIterable {
        case offer, link, withdraw, countersign, suspend, reinstate, end
    }

    /// What happened to it.
    public struct Event: Sendable, Codable {
        public var stage: AgreementStage
        public var at: Date
        public var by: String?
        public var detail: String?

        public init(stage: AgreementStage, at: Date, by: String? = nil, detail: String? = nil) {
            self.stage = stage
            self.at = at
            self.by = by
            self.detail = detail
        }
    }

    /// A change the controller was told of (Art. 28(2) GDPR).
    public struct NoticeRow: Sendable, Codable {
        public var id: String
        public var title: String
        public var sentAt: Date
        public var objectUntil: Date
        public var differences: [Difference]
        public var objection: Objection?
        /// A link to it can be made, at `ConsolePath.noticeLink`.
        public var mayLink: Bool

        public init(
            id: String, title: String, sentAt: Date, objectUntil: Date, differences: [Difference],
            objection: Objection?, mayLink: Bool = false
        ) {
            self.id = id
            self.title = title
            self.sentAt = sentAt
            self.objectUntil = objectUntil
            self.differences = differences
            self.objection = objection
            self.mayLink = mayLink
        }
    }

    public struct Objection: Sendable, Codable {
        public var act: Act
        public var text: String

        public init(act: Act, text: String) {
            self.act = act
            self.text = text
        }
    }

    public var tenantID: String
    public var tenantName: String
    public var id: String
    public var reference: String
    public var version: String
    public var stage: AgreementStage
    /// Nil before it is offered, and for one that was concluded elsewhere.
    public var document: TrustedHTML?
    public var pdfPath: String?
    public var sha256: String
    public var events: [Event]
    public var actions: [Action]
    /// How long an offer is open, unless said otherwise.
    public var offerDays: Int
    /// The signed link, while one is open: shown to be sent by other means too.
    public var signingLink: String?
    public var linkExpiresAt: Date?
    public var notices: [NoticeRow]
    /// How many instructions were recorded under it.
    public var instructions: Int
    public var pending: [PendingApproval]
    public var form: FormState

    public init(
        tenantID: String, tenantName: String, id: String, reference: String, version: String,
        stage: AgreementStage, document: TrustedHTML?, pdfPath: String?, sha256: String, events: [Event],
        actions: [Action], offerDays: Int, signingLink: String? = nil, linkExpiresAt: Date? = nil,
        notices: [NoticeRow], instructions: Int = 0, pending: [PendingApproval], form: FormState = FormState()
    ) {
        self.tenantID = tenantID
        self.tenantName = tenantName
        self.id = id
        self.reference = reference
        self.version = version
        self.stage = stage
        self.document = document
        self.pdfPath = pdfPath
        self.sha256 = sha256
        self.events = events
        self.actions = actions
        self.offerDays = offerDays
        self.signingLink = signingLink
        self.linkExpiresAt = linkExpiresAt
        self.notices = notices
        self.instructions = instructions
        self.pending = pending
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        let shown = self.document.map { document in
            Block(
                DocumentView(
                    label: words["agreement.document"], html: document.trustedMarkup,
                    pdfHref: pdfPath.flatMap(ConsolePath.own), hash: sha256))
        }
        let none = EmptyState(title: words["agreement.no_document"], text: words["agreement.no_document_text"])
        let document = Block(Section("document", words["agreement.document"], [shown ?? Block(none)]))
        return .staff(
            .tenants,
            PageHeader(
                title: reference, subtitle: words("agreement.subtitle", ["name": tenantName, "version": version]),
                badge: words.badge(stage)),
            path: [
                Breadcrumb(text: words["tenants.title"], href: ConsolePath.tenants),
                Breadcrumb(text: tenantName, href: ConsolePath.tenant(tenantID)),
            ],
            errors: ErrorSummary(
                form, also: [("days", words["agreement.offer_days"])], reasonsOf: Action.allCases,
                in: "agreement.action", words),
            pending.map { Block($0.notice(words)) } + [
                Block(
                    Columns(
                        main: [document, Block(noticeSection(words))],
                        side: [Block(step(words)), Block(life(words)), Block(instructionSection(words))]))
            ])
    }
}
