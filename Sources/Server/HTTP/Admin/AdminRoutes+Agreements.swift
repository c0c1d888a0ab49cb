import HTTPTypes
import Hummingbird
import NIOCore
import Platform
import PluginKit

extension AdminRoutes {
    // MARK: - Agreements concluded here

    @Sendable func readAgreement(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        let agreement = try await installation.agreements.find(try scope.id("tenant"), try scope.id("agreement"))
        return agreement.json.response(revision: agreement.revision)
    }

    @Sendable func draftAgreement(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let reference = fields.text("reference")
        let language = fields.word("language", of: StaffMember.Language.self)
        let text = fields.textChoice("text")
        let days = fields.int("objection_days", 1...365) ?? AgreementDraft.defaultObjectionDays
        try fields.finish()
        guard let language else { throw PlatformError.invalid("language", "this is missing; give de or en") }
        let draft = AgreementDraft(
            reference: reference, language: language, text: text ?? .standard, objectionDays: days)
        let agreement = try await installation.agreements.draft(try scope.id("tenant"), draft, cause)
        return agreement.json.response(status: 201, revision: agreement.revision)
    }

    @Sendable func offerAgreement(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.optionalObject())
        let days = fields.int("expires_in_days", AgreementService.offerDaysLimit)
        try fields.finish()
        let offer = try await installation.agreements.offer(
            try scope.id("tenant"), try scope.id("agreement"), days: days ?? AgreementService.defaultOfferDays,
            expecting: try request.expected(), cause)
        return offer.json(publicURL: publicURL).response(revision: offer.agreement.revision)
    }

    @Sendable func renewAgreementLink(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws
        -> Response
    {
        try await installation.agreements.renewLink(try scope.id("tenant"), try scope.id("agreement"), cause)
            .json(publicURL: publicURL).response()
    }

    @Sendable func withdrawAgreement(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws
        -> Response
    {
        var fields = RequestFields(try await request.object())
        let reason = fields.reason()
        try fields.finish()
        let agreement = try await installation.agreements.withdraw(
            try scope.id("tenant"), try scope.id("agreement"), expecting: try request.expected(), cause.because(reason))
        return agreement.json.response(revision: agreement.revision)
    }

    @Sendable func countersignAgreement(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws
        -> Response
    {
        let agreement = try await installation.agreements.countersign(
            try scope.id("tenant"), try scope.id("agreement"), expecting: try request.expected(), cause)
        return agreement.json.response(revision: agreement.revision)
    }

    @Sendable func readAgreementFile(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws
        -> Response
    {
        guard let kind = AgreementFileKind(rawValue: try scope.parameters.require("file")) else {
            throw PlatformError.notFound("document")
        }
        let id: AgreementID = try scope.id("agreement")
        return try await Response.file(
            installation.agreements.file(kind, try scope.id("tenant"), id), kind, named: "agreement-\(id)")
    }

    // MARK: - Notices

    @Sendable func listNotices(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        JSON.list(try await installation.notices.list(try scope.id("tenant")).map(\.json)).response()
    }

    @Sendable func linkNotice(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        let made = try await installation.notices.link(try scope.id("tenant"), try scope.id("notice"), cause)
        var json = made.notice.json.object ?? JSONObject()
        json["url"] = .string("\(publicURL)/notices/\(made.link.revealed)")
        return JSON.object(json).response()
    }

    @Sendable func objectToNotice(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let name = fields.text("name")
        let reason = fields.text("reason")
        try fields.finish()
        return try await installation.notices.object(
            try scope.id("tenant"), try scope.id("notice"), by: Personal(name), reason: reason, cause
        ).json.response()
    }

    // MARK: - Instructions

    @Sendable func listInstructions(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws
        -> Response
    {
        JSON.list(try await installation.instructions.list(try scope.id("tenant")).map(\.json)).response()
    }

    @Sendable func recordInstruction(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws
        -> Response
    {
        var fields = RequestFields(try await request.object())
        let text = fields.text("text")
        let givenBy = fields.text("given_by")
        let givenAt = fields.time("given_at")
        let seemsUnlawful = fields.bool("seems_unlawful", default: false)
        let answer = fields.optionalText("answer")
        try fields.finish()
        let instruction = NewInstruction(
            text: Personal(text), givenBy: Personal(givenBy), givenAt: givenAt, seemsUnlawful: seemsUnlawful,
            answer: answer.map { Personal($0) })
        return try await installation.instructions.record(try scope.id("tenant"), instruction, cause).json.response(
            status: 201)
    }

    // MARK: - The provider

    @Sendable func readProvider(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        guard let found = try await installation.provider.find() else { throw PlatformError.notFound("provider") }
        return found.details.json(revision: found.revision).response()
    }

    @Sendable func setProvider(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let party = AgreementParty(
            name: fields.text("name"), register: fields.optionalText("register"), address: fields.text("address"),
            representative: fields.text("representative"),
            representativeRole: fields.optionalText("representative_role"),
            dataProtectionOfficer: fields.optionalText("data_protection_officer"),
            breachContact: fields.text("breach_contact"))
        let (law, venue) = (fields.bilingual("governing_law"), fields.bilingual("venue"))
        try fields.finish()
        let details = ProviderDetails(party: party, governingLaw: law, venue: venue)
        let revision = try await installation.provider.set(details, cause)
        return details.json(revision: revision).response()
    }
}

extension RequestFields {
    /// Why something is done: what four eyes and the trail want to know.
    mutating func reason() -> String {
        let reason = text("reason")
        let isWords = !reason.allSatisfy(\.isWhitespace) && !reason.utf8.contains(0)
        if !reason.isEmpty || problems.isEmpty, !isWords || reason.unicodeScalars.count > 1000 {
            complain("reason", "say why, in 1 to 1000 characters")
        }
        return reason
    }

    /// `{"name": …, "version": …}`.
    mutating func textChoice(_ name: String) -> AgreementTextChoice? {
        var choice: AgreementTextChoice?
        object(name) { inner in
            let text = inner.text("name")
            let version = inner.int("version", AgreementTextFiles.versions)
            if let known = AgreementTextName(text) {
                choice = AgreementTextChoice(known, version: version)
            } else if !text.isEmpty || inner.problems.isEmpty {
                inner.complain("name", "a text's name has only a-z, 0-9 and -, and begins with a letter")
            }
        }
        return choice
    }

    /// `{"de": …, "en": …}`.
    mutating func bilingual(_ name: String) -> BilingualText {
        guard let value = value(name) else {
            complain(name, "this is missing; give an object with de and en")
            return BilingualText("")
        }
        var inner = RequestFields(value, path: name)
        let text = BilingualText(german: inner.text("de"), english: inner.text("en"))
        do { try inner.finish() } catch { inner.problems.forEach { complain(at: $0) } }
        return text
    }

    mutating func word<Word: RawRepresentable & CaseIterable>(_ name: String, of type: Word.Type) -> Word?
    where Word.RawValue == String {
        guard let text = optionalText(name) else { return nil }
        guard let word = Word(rawValue: text) else {
            complain(name, "can be \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
            return nil
        }
        return word
    }

    mutating func int(_ name: String, _ range: ClosedRange<Int>) -> Int? {
        guard let value = value(name) else { return nil }
        guard case .number(let text) = value, let number = JSONNumber.integer(text), range.contains(number) else {
            complain(name, "give a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }
}

extension Response {
    /// Something to save.
    static func file(_ bytes: [UInt8], _ kind: AgreementFileKind, named name: String) -> Response {
        var response = Response(
            status: .ok, headers: [.contentType: kind.contentType], body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
        response.headers[.contentDisposition] = "attachment; filename=\"\(name).\(kind.fileExtension)\""
        response.headers[.xContentTypeOptions] = "nosniff"
        return response
    }
}
