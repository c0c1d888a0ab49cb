import Console
import Hummingbird
import Platform
import PluginKit

/// What a tenant asks people: its terms and purposes.
extension ConsoleRoutes {
    func addConsent(to pages: Pages) {
        let base = "tenants/{tenant}/consent"
        pages.get(base, .consentTermsRead, use: showConsent)
        pages.get("\(base)/terms", .consentTermsWrite) { turn in
            let kept = try await installation.consentTerms.profile(try turn.scope.id("tenant"))
            return try await turn.show(
                try await termsPage(turn, kept, ConsentTermsForm.state(of: kept?.profile)))
        }
        pages.post("\(base)/terms", .consentTermsWrite, use: saveTerms)
        pages.get("\(base)/new-purpose", .consentTermsWrite) { turn in
            try await turn.show(try await purposePage(turn, nil, PurposeForm.state(of: nil)))
        }
        pages.get("\(base)/purposes/{purpose}", .consentTermsWrite) { turn in
            let kept = try await installation.consentTerms.versions(
                try turn.scope.id("tenant"), of: try turn.scope.parameters.require("purpose")
            ).first
            return try await turn.show(try await purposePage(turn, kept, PurposeForm.state(of: kept?.definition)))
        }
        pages.post("\(base)/purposes", .consentTermsWrite, use: savePurpose)
        pages.post("\(base)/purposes/{purpose}/retire", .consentTermsWrite, use: retirePurpose)
        addConsentSources(to: pages, base)
    }

    @Sendable private func showConsent(_ turn: Turn) async throws -> Response {
        let tenant = try await installation.tenants.find(try turn.scope.id("tenant"))
        let channels = try await channelNames(tenant.id)
        return try await turn.show(
            ConsentPage(
                tenantID: tenant.id.description, tenantName: tenant.name,
                terms: try await installation.consentTerms.profile(tenant.id).map(ConsentPage.Terms.init),
                purposes: try await installation.consentTerms.purposes(tenant.id).map {
                    ConsentPage.PurposeRow($0, turn.language)
                },
                sources: try await installation.consentSources.list(tenant.id).map { view in
                    .init(
                        id: view.source.id.description, name: view.source.name, plugin: view.source.plugin,
                        channel: channels[view.source.channel] ?? "?", stage: ConsentSourceStage(view.source.state),
                        showsCurrentTerms: view.showsCurrentTerms)
                }, mayManage: turn.may(.consentTermsWrite)))
    }

    /// Channels' names by id; those that are disconnected too.
    func channelNames(_ tenant: TenantID) async throws -> [ChannelID: String] {
        Dictionary(uniqueKeysWithValues: try await installation.channels.list(tenant).map { ($0.id, $0.name) })
    }

    private func consentPage(_ tenant: TenantID) -> String { ConsolePath.consent(tenant.description) }

    // MARK: - Terms

    private func termsPage(_ turn: Turn, _ kept: KeptProfile?, _ form: FormState) async throws -> ConsentTermsPage {
        let tenant = try await installation.tenants.find(try turn.scope.id("tenant"))
        return ConsentTermsPage(
            tenantID: tenant.id.description, tenantName: tenant.name,
            languages: LanguageFields.shown(kept?.profile.notice.texts.keys.map { $0 } ?? [], turn.form, "notice"),
            version: kept?.version, form: form)
    }

    @Sendable private func saveTerms(_ turn: Turn) async throws -> Response {
        let tenant: TenantID = try turn.scope.id("tenant")
        do {
            _ = try await installation.consentTerms.set(
                try ConsentTermsForm.profile(turn.form), of: tenant, turn.form.expected("version"), turn.cause)
            return turn.go(consentPage(tenant), saying: .saved)
        } catch {
            let state = try turn.refused(by: error) { ConsentTermsForm.field($0, turn.form) }
            let kept = try await installation.consentTerms.profile(tenant)
            return try await turn.show(try await termsPage(turn, kept, state), status: .refused(error))
        }
    }

    // MARK: - Purposes

    private func purposePage(_ turn: Turn, _ kept: KeptPurpose?, _ form: FormState) async throws -> PurposePage {
        let tenant = try await installation.tenants.find(try turn.scope.id("tenant"))
        return PurposePage(
            tenantID: tenant.id.description, tenantName: tenant.name, name: kept?.name, version: kept?.version,
            languages: LanguageFields.shown(kept?.definition.texts.keys.map { $0 } ?? [], turn.form, "texts"),
            form: form)
    }

    @Sendable private func savePurpose(_ turn: Turn) async throws -> Response {
        let tenant: TenantID = try turn.scope.id("tenant")
        let name = FormReading(turn.form).text("name")
        let isOld = turn.form["old"] != nil
        do {
            do {
                _ = try await installation.consentTerms.set(
                    try PurposeForm.definition(turn.form), for: name, of: tenant, turn.form.expected("version"),
                    turn.cause)
            } catch let error as PlatformError where error.code == .preconditionFailed && !isOld {
                throw PlatformError.invalid("purpose", "there was a purpose of this name before; change that one")
            }
            return turn.go(consentPage(tenant) + "#purposes", saying: .saved)
        } catch {
            let state = try turn.refused(by: error) { PurposeForm.field($0, turn.form) }
            let kept = isOld ? try await installation.consentTerms.versions(tenant, of: name).first : nil
            return try await turn.show(try await purposePage(turn, kept, state), status: .refused(error))
        }
    }

    @Sendable private func retirePurpose(_ turn: Turn) async throws -> Response {
        let tenant: TenantID = try turn.scope.id("tenant")
        _ = try await installation.consentTerms.retire(
            try turn.scope.parameters.require("purpose"), of: tenant, .any, turn.cause)
        return turn.go(consentPage(tenant) + "#purposes", saying: .ended)
    }
}

extension ConsentPage.Terms {
    fileprivate init(_ kept: KeptProfile) {
        let (profile, rules) = (kept.profile, kept.profile.rules)
        self.init(
            controller: profile.controller, imprintURL: profile.imprintURL, noticeVersion: profile.notice.version,
            notices: profile.notice.texts.sorted { $0.key < $1.key }.map { .init(language: $0.key, url: $0.value.url) },
            minimumAge: rules.minimumAge, quarantineHours: rules.quarantineHours,
            entryCodeHours: rules.entryCodeHours, evidenceYears: rules.evidenceYears,
            unproven: UnprovenConsent(rules.unproven), version: kept.version, since: kept.createdAt)
    }
}

extension ConsentPage.PurposeRow {
    fileprivate init(_ kept: KeptPurpose, _ language: Language) {
        let texts = kept.definition.texts
        let best = LanguageChoice.best([language.rawValue], of: texts.keys)
        self.init(
            name: kept.name, title: best.flatMap { texts[$0]?.title } ?? kept.name, version: kept.version,
            isSpecialCategory: kept.definition.isSpecialCategory, languages: texts.keys.sorted(),
            validityDays: kept.definition.validityDays)
    }
}

extension UnprovenConsent {
    init(_ unproven: ConsentRules.Unproven) {
        self =
            switch unproven {
            case .refuse: .refuse
            case .serviceOnly: .serviceOnly
            case .allow: .allow
            }
    }
}

extension ConsentSourceStage {
    init(_ state: ConsentSource.State) {
        self =
            switch state {
            case .active: .active
            case .paused: .paused
            case .retired: .retired
            }
    }
}
