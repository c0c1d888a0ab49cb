import Console
import HTTPTypes
import Hummingbird
import Platform
import PluginKit

/// `/consents/…/{link}`: a person, by a signed link of theirs, without an account. Who has the link may do what it opens.
///
/// Looking changes nothing: a messenger or a mail server that opens links before the person does withdraws nothing for them.
struct PersonRoutes: Sendable {
    let installation: Installation
    let answers: PageAnswers

    func add(to surface: Surface) {
        surface.openPage(.get, "consents/withdrawal/{link}", publicURL: answers.publicURL) { request, scope in
            try await answer(request, scope) {
                try await show(try scope.parameters.require("link"), request, scope)
            }
        }
        surface.openPage(.get, "consents/receipt/{link}", publicURL: answers.publicURL) { request, scope in
            try await answer(request, scope) {
                try await showReceipt(try scope.parameters.require("link"), request, scope)
            }
        }
        surface.anyone(
            .get, "consents/receipt/{link}/record", ConsentReference.receipt, by: .link
        ) { _, scope in
            try await installation.consentRecords.sealedReceipt(try scope.parameters.require("link")).json.response()
        }
        surface.anyone(
            .post, "consents/withdrawal/{link}/confirm", ConsentReference.readWithdrawal, by: .link, use: withdraw)
    }

    private func show(_ link: String, _ request: Request, _ scope: RequestScope) async throws -> Response {
        let language = answers.language(of: request, member: nil)
        let view = try await installation.withdrawals.view(link, language: language.rawValue)
        let page = WithdrawalPage(
            controller: view.controller, channelAddress: view.channelAddress, agreed: view.agreed,
            isDone: view.isWithdrawn, path: "/consents/withdrawal/\(link)/confirm")
        return try await answers.show(page, request, scope)
    }

    private func showReceipt(_ link: String, _ request: Request, _ scope: RequestScope) async throws -> Response {
        let language = answers.language(of: request, member: nil)
        let receipt = try await installation.consentRecords.receipt(link, language: language.rawValue)
        let page = ConsentReceiptPage(
            controller: receipt.controller, address: receipt.address, channelAddress: receipt.channelAddress,
            noticeURL: receipt.noticeURL, imprintURL: receipt.imprintURL,
            consents: receipt.consents.map { consent in
                ConsentReceiptPage.Consent(
                    title: consent.title, text: consent.text, state: consent.state.rawValue, since: consent.since,
                    expiresAt: consent.expiresAt)
            }, withdrawalPath: receipt.withdrawalPath, recordPath: "/consents/receipt/\(link)/record")
        return try await answers.show(page, request, scope)
    }

    /// Takes the page's form, and answers with a page; and a POST without one with JSON. A form
    /// from another site is as good: it needs the link, and who has the link may withdraw.
    @Sendable func withdraw(_ request: Request, _ scope: RequestScope) async throws -> Response {
        let link = try scope.parameters.require("link")
        let language = answers.language(of: request, member: nil).rawValue
        guard request.isForm else {
            let receipt = try await installation.withdrawals.withdraw(link, language: language)
            return (["withdrawn": true, "changed": .bool(receipt.isNew)] as JSON).response()
        }
        return try await answer(request, scope) {
            try await installation.withdrawals.withdraw(link, language: language)
            return try await show(link, request, scope)
        }
    }

    /// What is told to somebody whose browser asked.
    func answer(
        _ request: Request, _ scope: RequestScope, _ body: () async throws -> Response
    ) async throws -> Response {
        do {
            return try await body()
        } catch let refusal as LinkRefusal {
            let page = LinkClosedPage(reason: .unknown, contact: nil)
            return try await answers.show(page, request, scope, status: .init(code: Problem(refusal).status))
        } catch {
            let failure = try PageFailure(error, scope)
            let language = answers.language(of: request, member: nil)
            let page = failure.page(isSignedIn: false) { answers.console.say(platform: $0, in: language) }
            return try await answers.show(page, request, scope, status: failure.status)
        }
    }
}
