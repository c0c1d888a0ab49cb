public import struct Foundation.Date

/// What a tenant asks people to agree to, by which rules, and where it asks them.
public struct ConsentPage: ConsolePage {
    public struct Terms: Sendable, Codable {
        public var controller: String
        public var imprintURL: String?
        public var noticeVersion: String
        /// By language tag, in order.
        public var notices: [LocalisedLink]
        /// In years; nil asks for none.
        public var minimumAge: Int?
        public var quarantineHours: Int
        public var entryCodeHours: Int
        public var evidenceYears: Int
        public var unproven: UnprovenConsent
        public var version: Int
        public var since: Date

        public init(
            controller: String, imprintURL: String?, noticeVersion: String, notices: [LocalisedLink],
            minimumAge: Int?, quarantineHours: Int, entryCodeHours: Int, evidenceYears: Int,
            unproven: UnprovenConsent, version: Int, since: Date
        ) {
            self.controller = controller
            self.imprintURL = imprintURL
            self.noticeVersion = noticeVersion
            self.notices = notices
            self.minimumAge = minimumAge
            self.quarantineHours = quarantineHours
            self.entryCodeHours = entryCodeHours
            self.evidenceYears = evidenceYears
            self.unproven = unproven
            self.version = version
            self.since = since
        }
    }

    public struct LocalisedLink: Sendable, Codable {
        public var language: String
        public var url: String

        public init(language: String, url: String) {
            self.language = language
            self.url = url
        }
    }

    public struct PurposeRow: Sendable, Codable {
        public var name: String
        /// In the reader's language, or the best there is.
        public var title: String
        public var version: Int
        public var isSpecialCategory: Bool
        public var languages: [String]
        /// Days; nil for no end.
        public var validityDays: Int?

        public init(
            name: String, title: String, version: Int, isSpecialCategory: Bool, languages: [String], validityDays: Int?
        ) {
            self.name = name
            self.title = title
            self.version = version
            self.isSpecialCategory = isSpecialCategory
            self.languages = languages
            self.validityDays = validityDays
        }
    }

    public struct SourceRow: Sendable, Codable {
        public var id: String
        public var name: String
        public var plugin: String
        public var channel: String
        public var stage: ConsentSourceStage
        /// False while it goes on with former terms.
        public var showsCurrentTerms: Bool

        public init(
            id: String, name: String, plugin: String, channel: String, stage: ConsentSourceStage,
            showsCurrentTerms: Bool
        ) {
            self.id = id
            self.name = name
            self.plugin = plugin
            self.channel = channel
            self.stage = stage
            self.showsCurrentTerms = showsCurrentTerms
        }
    }

    public var tenantID: String
    public var tenantName: String
    /// Nil until the tenant has said who asks.
    public var terms: Terms?
    public var purposes: [PurposeRow]
    public var sources: [SourceRow]
    public var mayManage: Bool

    public init(
        tenantID: String, tenantName: String, terms: Terms?, purposes: [PurposeRow], sources: [SourceRow],
        mayManage: Bool
    ) {
        self.tenantID = tenantID
        self.tenantName = tenantName
        self.terms = terms
        self.purposes = purposes
        self.sources = sources
        self.mayManage = mayManage
    }

    public func content(_ words: Words) -> PageContent {
        .staff(
            .tenants, PageHeader(title: words["consent.title"], subtitle: words["consent.text"]),
            path: [
                Breadcrumb(text: words["tenants.title"], href: ConsolePath.tenants),
                Breadcrumb(text: tenantName, href: ConsolePath.tenant(tenantID)),
            ], [termsSection, purposeSection, sourceSection].map { Block($0(words)) })
    }

    private func action(_ text: String, _ path: String) -> [ActionLink] {
        mayManage ? [ActionLink(text: text, href: ConsolePath.consent(tenantID, path))] : []
    }

    private func termsSection(_ words: Words) -> Section {
        guard let terms else {
            return Section(
                "terms", words["consent.terms"], actions: action(words["consent.terms_set"], "terms"),
                [Block(EmptyState(title: words["consent.terms_none"], text: words["consent.terms_none_text"]))])
        }
        let facts = Facts([
            .init(words["consent.controller"], .text(terms.controller)),
            .init(
                words["consent.imprint"],
                terms.imprintURL.map { .code($0) } ?? .absent(words["consent.imprint_none"])),
            .init(
                words["consent.notice"],
                Inline(
                    text: terms.noticeVersion,
                    lines: terms.notices.map { "\(words.language($0.language)): \($0.url)" })),
            .init(
                words["consent.minimum_age"],
                terms.minimumAge.map { .text(words.count("consent.years", $0)) } ?? .absent(words["consent.age_none"])),
            .init(words["consent.quarantine_hours"], .text(words.count("consent.hours", terms.quarantineHours))),
            .init(words["consent.entry_code_hours"], .text(words.count("consent.hours", terms.entryCodeHours))),
            .init(words["consent.evidence_years"], .text(words.count("consent.years", terms.evidenceYears))),
            .init(words["consent.unproven"], .text(words.name(of: terms.unproven, in: "consent.unproven"))),
            .init(
                words["consent.version"],
                Inline(text: words.number(terms.version), moment: words.moment(terms.since))),
        ])
        return Section(
            "terms", words["consent.terms"], actions: action(words["consent.terms_change"], "terms"), [Block(facts)])
    }

    private func purposeSection(_ words: Words) -> Section {
        let table = Table(
            words["consent.purposes"],
            columns: [
                .init(words["consent.purpose"]), .init(words["consent.purpose_kind"]),
                .init(words["consent.languages"]), .init(words["consent.validity"]),
            ],
            rows: purposes.map { row in
                let note = "\(row.name) · " + words("consent.purpose_version", ["version": words.number(row.version)])
                return [
                    mayManage
                        ? .link(row.title, ConsolePath.consent(tenantID, "purposes", row.name), note: note)
                        : .text(row.title, note: note),
                    row.isSpecialCategory
                        ? .badge(Badge(words["consent.special"], .warning)) : .text(words["consent.ordinary"]),
                    .text(row.languages.map(words.language).joined(separator: ", ")),
                    row.validityDays.map { .text(words.count("consent.days", $0)) }
                        ?? .absent(words["consent.validity_none"]),
                ]
            })
        return Section(
            "purposes", words["consent.purposes"], text: words["consent.purposes_text"],
            actions: action(words["consent.purpose_new"], "new-purpose"),
            [
                purposes.isEmpty
                    ? Block(
                        EmptyState(title: words["consent.purposes_none"], text: words["consent.purposes_none_text"]))
                    : Block(table)
            ])
    }

    private func sourceSection(_ words: Words) -> Section {
        let table = Table(
            words["consent.sources"],
            columns: [
                .init(words["source.name"]), .init(words["source.plugin"]), .init(words["source.channel"]),
                .init(words["source.state"]),
            ],
            rows: sources.map { row in
                [
                    .link(row.name, ConsolePath.consent(tenantID, "sources", row.id)), .code(row.plugin),
                    .text(row.channel),
                    .badge(words.badge(row.stage), note: row.showsCurrentTerms ? nil : words["source.former_terms"]),
                ]
            })
        return Section(
            "sources", words["consent.sources"], text: words["consent.sources_text"],
            // Before there are terms, no set-up can be made.
            actions: terms == nil ? [] : action(words["source.new"], "new-source"),
            [
                sources.isEmpty
                    ? Block(EmptyState(title: words["consent.sources_none"], text: words["consent.sources_none_text"]))
                    : Block(table)
            ])
    }
}

/// Whether a set-up asks people. The raw values are the platform's.
public enum ConsentSourceStage: String, Sendable, Codable, CaseIterable { case active, paused, retired }

/// How consents count that were declared and cannot be proven. The raw values are the platform's.
public enum UnprovenConsent: String, Sendable, Codable, CaseIterable {
    case refuse
    case serviceOnly = "service_only"
    case allow
}

extension Words {
    func badge(_ stage: ConsentSourceStage) -> Badge {
        Badge(
            name(of: stage, in: "source.state"), stage == .active ? .good : stage == .paused ? .warning : .neutral)
    }
}
