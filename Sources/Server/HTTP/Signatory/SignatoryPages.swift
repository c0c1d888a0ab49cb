import Console
import HTTPTypes
import Hummingbird
import Platform
import PluginKit

import struct Foundation.Date

/// The pages of the tenant's signatory.
struct SignatoryPages: Sendable {
    let installation: Installation
    let answers: PageAnswers

    /// What is told to somebody whose browser asked: a link that opens nothing any more, or whatever else went wrong.
    func answer(
        _ request: Request, _ scope: RequestScope, _ body: () async throws -> Response
    ) async throws -> Response {
        do {
            return try await body()
        } catch let refusal as LinkRefusal {
            let page = LinkClosedPage(
                reason: .init(refusal), contact: try await installation.provider.find()?.details.party.breachContact)
            return try await answers.show(
                page, request, scope, status: .init(code: Problem(refusal).status))
        } catch {
            let failure = try PageFailure(error, scope)
            return try await answers.show(
                failure.page(isSignedIn: false) {
                    answers.console.say(platform: $0, in: answers.language(of: request, member: nil))
                }, request, scope, status: failure.status)
        }
    }

    // MARK: - Agreement

    func agreement(
        _ link: String, _ request: Request, _ scope: RequestScope, _ form: FormState = FormState(),
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let view = try await installation.agreements.view(link)
        let path = "/agreements/\(link)"
        let page = SignatoryAgreementPage(
            provider: view.providerName, tenantName: view.tenantName, reference: view.agreement.reference,
            document: TrustedHTML(trustedMarkup: view.documentHTML), pdfPath: path + "/document",
            sha256: Hex.text(view.agreement.documentSHA256 ?? []), sentBy: view.providerName,
            expiresAt: view.agreement.electronic?.offerExpiresAt ?? Date(), acceptPath: path + "/accept",
            declinePath: path + "/decline", form: form)
        return try await answers.show(page, request, scope, status: status)
    }

    /// - Parameter act: accepts with what the form says.
    func accept(
        _ link: String, _ request: Request, _ scope: RequestScope,
        _ act: (AgreementAcceptance) async throws -> Agreement, _ acceptance: (FormFields) -> AgreementAcceptance
    ) async throws -> Response {
        let form = try await ours(request)
        do {
            let agreement = try await act(acceptance(form))
            return try await receipt(.accepted, agreement, form, link, request, scope)
        } catch let error as PlatformError where error.code == .invalid {
            let state = try state(form, error, request, [.authority: "authority", .agreement: "agrees"])
            return try await self.agreement(link, request, scope, state, status: .unprocessableContent)
        }
    }

    func decline(_ link: String, _ request: Request, _ scope: RequestScope) async throws -> Response {
        let form = try await ours(request)
        let reason = (form["reason"] ?? "").filter { $0 != "\r" }
        guard !reason.allSatisfy(\.isWhitespace) else {
            var state = FormState(form)
            state.problems["reason"] = answers.console.say(.missing, in: answers.language(of: request, member: nil))
            return try await agreement(link, request, scope, state, status: .unprocessableContent)
        }
        let declined = try await installation.agreements.decline(link, reason: reason)
        return try await receipt(.declined, declined, form, link, request, scope)
    }

    private func receipt(
        _ kind: SignatoryReceiptPage.Kind, _ agreement: Agreement, _ form: FormFields, _ link: String,
        _ request: Request, _ scope: RequestScope
    ) async throws -> Response {
        let page = SignatoryReceiptPage(
            kind: kind, provider: try await provider(), reference: agreement.reference, name: form["name"],
            role: form["role"], place: form["place"], reason: form["reason"],
            at: agreement.electronic?.acceptedAt ?? Date(), sha256: Hex.text(agreement.documentSHA256 ?? []),
            pdfPath: "/agreements/\(link)/document")
        return try await answers.show(page, request, scope)
    }

    // MARK: - Notice

    func notice(
        _ link: String, _ request: Request, _ scope: RequestScope, _ form: FormState = FormState(),
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let view = try await installation.notices.view(link)
        let language = answers.language(of: request, member: nil)
        let isOpen = view.notice.state == .open && view.notice.objectionUntil > Date()
        let page = NoticePage(
            provider: view.providerName, tenantName: view.tenantName, title: view.agreement.reference,
            text: view.notice.title(language), differences: view.notice.differences(language),
            effectiveAt: view.notice.objectionUntil, objectUntil: view.notice.objectionUntil,
            objectPath: isOpen ? "/notices/\(link)/objection" : nil, form: form)
        return try await answers.show(page, request, scope, status: status)
    }

    func object(_ link: String, _ request: Request, _ scope: RequestScope) async throws -> Response {
        let form = try await ours(request)
        do {
            let view = try await installation.notices.view(link)
            _ = try await installation.notices.object(
                link, by: Personal(form["name"] ?? ""), reason: form["reason"] ?? "")
            let page = SignatoryReceiptPage(
                kind: .objected, provider: view.providerName, reference: view.agreement.reference, name: form["name"],
                role: nil, place: nil, reason: form["reason"], at: Date(),
                sha256: Hex.text(view.agreement.documentSHA256 ?? []), pdfPath: nil)
            return try await answers.show(page, request, scope)
        } catch let error as PlatformError where error.code == .invalid {
            let state = try state(form, error, request, [.objectionLength: "reason"])
            return try await notice(link, request, scope, state, status: .unprocessableContent)
        }
    }

    /// What is wrong in the signatory's language.
    /// - Parameter special: fields that are not told by their length.
    private func state(
        _ form: FormFields, _ error: PlatformError, _ request: Request, _ special: [Saying: String]
    ) throws -> FormState {
        let language = answers.language(of: request, member: nil)
        var state = try FormState(
            form, refusedBy: error, say: { answers.console.say(platform: $0, in: language) })
        for field in state.problems.keys {
            let saying = special.first { $0.value == field }?.key ?? .length
            state.problems[field] = answers.console.say(saying, in: language)
        }
        return state
    }

    private func provider() async throws -> String { try await installation.provider.find()?.details.party.name ?? "" }

    /// A form of a page of ours: the link alone is not enough, as a page of somebody else's that has it could send its own.
    private func ours(_ request: Request) async throws -> FormFields {
        guard SameOrigin.isOurs(request, publicURL: answers.publicURL) else {
            throw PlatformError(
                .forbidden, "The form comes from another site.", remedy: "Open the link anew and send it from there.")
        }
        return try await request.form()
    }
}

extension LinkClosedPage.Reason {
    fileprivate init(_ refusal: LinkRefusal) {
        self =
            switch refusal {
            case .unknown: .unknown
            case .expired: .expired
            case .used: .used
            case .withdrawn: .withdrawn
            }
    }
}

extension Request {
    /// Sent by a page's form rather than by a script.
    var isForm: Bool {
        headers[.contentType]?.lowercased().hasPrefix("application/x-www-form-urlencoded") ?? false
    }
}
