import Documents
import HTTPTypes
import Hummingbird
import Platform
import PluginKit

import struct Foundation.Data

/// What a tenant does about consent besides declaring it: asking the gate, recording withdrawals, and links for the person.
extension TenantRoutes {
    private typealias About = ConsentReference

    func addConsents(to api: Surface) {
        api.tenant(.post, "gate/check", .consentsRead, About.checkGate, use: checkGate)
        api.tenant(.post, "contacts/{contact}/withdrawals", .consentsWrite, About.withdraw, use: withdraw)
        api.tenant(.get, "contacts/{contact}/consent-links", .consentsWrite, About.consentLinks, use: consentLinks)
        api.tenant(
            .get, "contacts/{contact}/consent-record", .consentEvidenceRead, About.consentRecord, use: consentRecord)
        api.tenant(
            .get, "contacts/{contact}/consent-proof", .consentEvidenceRead, About.consentProof, use: consentProof)
        api.tenant(.get, "consent-records", .consentEvidenceRead, About.consentRecords, use: consentRecords)
    }

    @Sendable func checkGate(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let channel: ChannelID? = fields.id("channel_id")
        let purposes = fields.optionalList("purposes")
        let category = fields.optionalText("template_category")
        let given = fields.value("people")?.array
        if let category, !Self.categories.contains(category) {
            fields.complain("template_category", "can be one of \(Self.categories.joined(separator: ", "))")
        }
        if purposes.count > GateCheckRequest.purposeLimit || Set(purposes).count != purposes.count {
            fields.complain("purposes", "give \(GateCheckRequest.purposeLimit) at most, each once")
        }
        if !(1...GateCheckRequest.peopleLimit).contains(given?.count ?? 0) {
            fields.complain("people", "give an array of 1 to \(GateCheckRequest.peopleLimit) people")
        }
        try fields.finish()
        // As in a message's `to`.
        let people = try (given ?? []).enumerated().map { place, person in
            try RecipientReference(person, path: "people[\(place)]", idName: "contact_id")
        }
        let answers = try await installation.gateChecks.check(
            caller,
            GateCheckRequest(people: people, channel: channel, purposes: purposes, templateCategory: category))
        return JSON.list(answers.map(\.json)).response()
    }

    /// Meta's categories of templates, as a request names them.
    static let categories = ["authentication", "marketing", "utility"]

    @Sendable func withdraw(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let wish = WithdrawalRequest(
            channel: fields.id("channel_id"), purpose: fields.optionalText("purpose"),
            occurredAt: fields.time("occurred_at"), language: fields.optionalText("language"),
            note: fields.optionalText("note"))
        if let language = wish.language, !TermsText.isLanguage(language) {
            fields.complain("language", "give a language tag such as de or de-AT (BCP 47)")
        }
        if let note = wish.note, !(1...500).contains(note.unicodeScalars.count) || note.utf8.contains(0) {
            fields.complain("note", "give 1 to 500 characters")
        }
        try fields.finish()
        let receipt = try await installation.withdrawals.withdraw(caller, try scope.id("contact"), wish)
        let answer: JSON = [
            "consents": .array(receipt.consents.map { .object(JSONObject($0.members)) }),
            "changed": .bool(receipt.isNew), "told_in_chat": .bool(receipt.isTold),
        ]
        return answer.response()
    }

    @Sendable func consentLinks(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws -> Response {
        let links = try await installation.withdrawals.links(
            caller, try scope.id("contact"), channel: try request.channelInQuery())
        let answer: JSON = [
            "withdrawal_url": .string(publicURL + links.withdrawal), "receipt_url": .string(publicURL + links.receipt),
        ]
        return answer.response()
    }

    // MARK: - Proof

    @Sendable func consentRecord(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws -> Response {
        try await installation.consentRecords.record(
            caller, try scope.id("contact"), requestID: scope.requestID
        ).json.response()
    }

    @Sendable func consentRecords(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws -> Response
    {
        let page = try await installation.consentRecords.records(
            caller, try request.page(), requestID: scope.requestID)
        return JSON.list(page) { $0.json }.response()
    }

    @Sendable func consentProof(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws -> Response {
        let word = request.uri.queryParameters["language"].map(String.init) ?? "en"
        guard let language = DocumentLanguage(rawValue: word) else {
            throw PlatformError.invalid("language", "can be de or en")
        }
        let contact: ContactID = try scope.id("contact")
        let pdf = try await installation.consentRecords.proof(
            caller, contact, language: language, requestID: scope.requestID)
        return .file(pdf, .pdf, named: "consents-\(contact)")
    }
}

extension SealedConsentRecord {
    var json: JSON {
        [
            "contact_id": .id(contact), "document": .string(document), "sha256": .string(Hex.text(sha256)),
            "seal": .string(Data(seal).base64EncodedString()), "certificate": .string(certificate),
            "self_signed": .bool(isSelfSigned),
        ]
    }
}

extension Request {
    /// `?channel_id=`.
    func channelInQuery() throws -> ChannelID? {
        guard let text = uri.queryParameters["channel_id"] else { return nil }
        guard let id = ChannelID(String(text)) else { throw PlatformError.invalid("channel_id", "this is not an id") }
        return id
    }
}

extension GateCheckAnswer {
    var json: JSON {
        var object = JSONObject([("person", .int(place)), ("purpose", .string(purpose))])
        switch decision {
        case .allowed: object["decision"] = "allowed"
        case .refused(let refusal):
            object["decision"] = "refused"
            object["refusal"] = [
                "code": .string(refusal.code.rawValue), "sentence": .string(refusal.sentence),
                "remedy": .string(refusal.remedy), "retry_after": .time(refusal.retryAfter),
            ]
        }
        return .object(object)
    }
}
