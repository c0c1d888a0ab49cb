import Console
import Hummingbird
import Platform
import PluginKit

import struct Foundation.Date

/// Agreements: draft, offer, countersign, and what else becomes of them.
extension ConsoleRoutes {
    func addAgreements(to pages: Pages) {
        let one = "tenants/{tenant}/agreements/{agreement}"
        pages.post("tenants/{tenant}/agreements", .agreementsWrite, use: draft)
        pages.get(one, .agreementsRead) { turn in
            try await turn.show(try await agreementPage(turn, try turn.scope.id("agreement")))
        }
        pages.get("\(one)/document", .agreementsRead, use: showDocument)
        pages.post("\(one)/offer", .agreementsWrite, use: offer)
        pages.post("\(one)/link", .agreementsWrite) { turn in
            try await showLink(turn) { try await installation.agreements.renewLink($0, $1, turn.cause) }
        }
        pages.post("\(one)/withdraw", .agreementsWrite) { turn in
            try await step(turn, .withdraw, saying: .withdrawn) { tenant, id, cause in
                _ = try await installation.agreements.withdraw(tenant, id, cause)
            }
        }
        pages.post("\(one)/countersign", .agreementsCountersign) { turn in
            try await step(turn, .countersign, saying: .countersigned) { tenant, id, cause in
                _ = try await installation.agreements.countersign(tenant, id, cause)
            }
        }
        for (action, state) in [(AgreementPage.Action.suspend, AgreementState.suspended), (.reinstate, .inForce)] {
            pages.post("\(one)/\(action.rawValue)", .agreementsEnd) { turn in
                try await step(turn, action, saying: .moved) { tenant, id, cause in
                    _ = try await installation.tenants.setAgreementState(tenant, id, state, cause)
                }
            }
        }
        pages.post("\(one)/end", .agreementsEnd) { turn in
            try await step(turn, .end, saying: .asked) { tenant, id, cause in
                _ = try await installation.askToEnd(id, of: tenant, reason: cause.reason ?? "", cause)
            }
        }
        pages.post("tenants/{tenant}/notices/{notice}/link", .agreementsWrite, use: linkNotice)
    }

    // MARK: - Draft and offer

    @Sendable private func draft(_ turn: Turn) async throws -> Response {
        let tenant: TenantID = try turn.scope.id("tenant")
        do {
            guard let language = turn.form["language"].flatMap(StaffMember.Language.init(rawValue:)) else {
                throw PlatformError.missing("language")
            }
            let draft = AgreementDraft(
                reference: turn.form["reference"] ?? "", language: language, text: try Self.text(turn.form["text"]))
            let agreement = try await installation.agreements.draft(tenant, draft, turn.cause)
            return turn.go(ConsolePath.agreement(tenant.description, agreement.id.description), saying: .created)
        } catch {
            let state = try turn.refused(by: error)
            return try await turn.show(try await tenantPage(turn, tenant, state), status: .refused(error))
        }
    }

    /// `standard`, or a name and a version as the page gave them out.
    private static func text(_ value: String?) throws -> AgreementTextChoice {
        let parts = (value ?? "standard").split(separator: "/", omittingEmptySubsequences: false)
        guard let name = parts.first.flatMap({ AgreementTextName(String($0)) }), parts.count <= 2,
            parts.count == 1 || Int(parts[1]) != nil
        else { throw PlatformError.notFound("text") }
        return AgreementTextChoice(name, version: parts.count == 2 ? Int(parts[1]) : nil)
    }

    @Sendable private func offer(_ turn: Turn) async throws -> Response {
        try await showLink(turn) { tenant, id in
            guard let days = turn.form["days"].flatMap({ Int($0) }) else {
                throw PlatformError.invalid("expires_in_days", "give a whole number of days")
            }
            return try await installation.agreements.offer(tenant, id, days: days, turn.cause)
        }
    }

    /// The agreement with the link that was just made: it is shown in this answer and never again.
    private func showLink(
        _ turn: Turn, _ make: (TenantID, AgreementID) async throws -> AgreementOffer
    ) async throws -> Response {
        let id: AgreementID = try turn.scope.id("agreement")
        do {
            let offer = try await make(try turn.scope.id("tenant"), id)
            var page = try await agreementPage(turn, id)
            page.signingLink = "\(publicURL)/agreements/\(offer.link.revealed)"
            page.linkExpiresAt = offer.linkExpiresAt
            return try await turn.show(page)
        } catch {
            var state = try turn.refused(by: error) { $0 == "expires_in_days" ? "days" : nil }
            // What is missing of the facts has no field on this page.
            let others = state.problems.filter { $0.key != "days" }.sorted { $0.key < $1.key }
            if !others.isEmpty {
                state.problems = state.problems.filter { $0.key == "days" }
                state.general = others.map { "\(turn.name(of: $0.key)): \($0.value)" }.joined(separator: " ")
            }
            return try await turn.show(try await agreementPage(turn, id, state), status: .refused(error))
        }
    }

    private func step(
        _ turn: Turn, _ action: AgreementPage.Action, saying: Saying,
        _ act: (TenantID, AgreementID, Cause) async throws -> Void
    ) async throws -> Response {
        let (tenant, id): (TenantID, AgreementID) = (try turn.scope.id("tenant"), try turn.scope.id("agreement"))
        let field = action.rawValue + ".reason"
        do {
            let reason = turn.form[field]
            if let reason, reason.allSatisfy(\.isWhitespace) { throw PlatformError.missing(field) }
            if let reason, reason.count > 1000 { throw PlatformError.invalid(field, "give at most 1000 characters") }
            guard reason != nil || action == .countersign else {
                throw PlatformError.missing(field)
            }
            try await act(tenant, id, turn.cause.because(reason))
            return turn.go(ConsolePath.agreement(tenant.description, id.description), saying: saying)
        } catch {
            let state = try turn.refused(by: error)
            return try await turn.show(try await agreementPage(turn, id, state), status: .refused(error))
        }
    }

    // MARK: - Page

    private func agreementPage(
        _ turn: Turn, _ id: AgreementID, _ form: FormState = FormState()
    ) async throws -> AgreementPage {
        let tenant = try await installation.tenants.find(try turn.scope.id("tenant"))
        let agreement = try await installation.agreements.find(tenant.id, id)
        let html: [UInt8]?
        do {
            html = try await installation.agreements.file(.html, tenant.id, id)
        } catch let error as PlatformError where error.code == .notFound {
            html = nil
        }
        let instructions = try await installation.instructions.list(tenant.id).count { $0.agreement == id }
        let notices = try await installation.notices.list(tenant.id).filter { $0.agreement == id }
        return AgreementPage(
            tenantID: tenant.id.description, tenantName: tenant.name, id: id.description,
            reference: agreement.reference, version: agreement.version, stage: AgreementStage(agreement.state),
            document: html.map { TrustedHTML(trustedMarkup: String(decoding: $0, as: UTF8.self)) },
            pdfPath: html.map { _ in ConsolePath.agreement(tenant.id.description, id.description, "document") },
            sha256: Hex.text(agreement.documentSHA256 ?? []), events: Self.events(of: agreement),
            actions: Self.actions(on: agreement.state).filter { turn.may($0.permission) },
            offerDays: AgreementService.defaultOfferDays,
            notices: notices.map { notice in
                .init(notice, turn.language, mayLink: turn.may(.agreementsWrite))
            }, instructions: instructions, pending: try await pending(about: [id.description], turn), form: form)
    }

    private static func actions(on state: AgreementState) -> [AgreementPage.Action] {
        switch state {
        case .draft: [.offer, .withdraw]
        case .offered: [.link, .withdraw]
        case .accepted: [.countersign, .withdraw]
        case .inForce: [.suspend, .end]
        case .suspended: [.reinstate, .end]
        case .superseded, .ended, .declined, .lapsed, .withdrawn: []
        }
    }

    private static func events(of agreement: Agreement) -> [AgreementPage.Event] {
        let terms = agreement.electronic
        var events = [
            (agreement.form == .recorded ? AgreementStage.inForce : .draft, agreement.recordedAt as Date?),
            (.offered, terms?.offeredAt), (.accepted, terms?.acceptedAt), (.inForce, terms?.countersignedAt),
        ]
        if let end = agreement.endedAt { events.append((AgreementStage(agreement.state), end)) }
        return events.compactMap { stage, date in date.map { .init(stage: stage, at: $0) } }
    }

    @Sendable private func showDocument(_ turn: Turn) async throws -> Response {
        let id: AgreementID = try turn.scope.id("agreement")
        let pdf = try await installation.agreements.file(.pdf, try turn.scope.id("tenant"), id)
        return .file(pdf, .pdf, named: "agreement-\(id)")
    }

    // MARK: - Notices

    @Sendable private func linkNotice(_ turn: Turn) async throws -> Response {
        let tenant: TenantID = try turn.scope.id("tenant")
        let made = try await installation.notices.link(tenant, try turn.scope.id("notice"), turn.cause)
        return try await turn.show(
            SecretShownPage(
                kind: .noticeLink, label: try await installation.tenants.find(tenant).name,
                secret: "\(publicURL)/notices/\(made.link.revealed)", tenantID: tenant.description))
    }
}

extension TenantPage.TextChoice {
    init(_ text: StoredAgreementText) {
        self.init(
            value: "\(text.name)/\(text.version)", name: text.name.rawValue, version: text.version,
            isOwn: text.tenant != nil)
    }
}

extension AgreementPage.Action {
    fileprivate var permission: Permission {
        switch self {
        case .offer, .link, .withdraw: .agreementsWrite
        case .countersign: .agreementsCountersign
        case .suspend, .reinstate, .end: .agreementsEnd
        }
    }
}

extension AgreementPage.NoticeRow {
    fileprivate init(_ notice: AgreementNotice, _ language: Language, mayLink: Bool) {
        let isOpen = notice.state == .open && notice.objectionUntil > Date()
        self.init(
            id: notice.id.description, title: notice.title(language), sentAt: notice.announcedAt,
            objectUntil: notice.objectionUntil, differences: notice.differences(language),
            // Who objected and why is sealed; the page says that somebody did.
            objection: notice.state == .objected
                ? .init(act: Act(by: "–", at: notice.decidedAt ?? notice.announcedAt), text: "–") : nil,
            mayLink: mayLink && isOpen)
    }
}

extension AgreementNotice {
    /// The sentence of its first change.
    func title(_ language: Language) -> String { changes.first.map { $0.text(language) } ?? "–" }

    func differences(_ language: Language) -> [Difference] {
        changes.map { change in
            let text = change.text(language)
            return switch change.kind {
            case .added: Difference(term: change.annex.rawValue, before: nil, after: text)
            case .removed: Difference(term: change.annex.rawValue, before: text, after: nil)
            case .altered: Difference(term: change.annex.rawValue, before: nil, after: text)
            }
        }
    }
}

extension AnnexChange {
    fileprivate func text(_ language: Language) -> String {
        language == .german ? sentence.german : sentence.english
    }
}
