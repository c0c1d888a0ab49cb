import Foundation
import PluginKit

@testable import Chatbot

/// Stands for the platform: keeps in memory what it is given, and seals by remembering.
actor PageHost: ConsentSourceHost {
    private(set) var kept: [[ConsentEventDraft]] = []
    private(set) var sealed: [String: JSON] = [:]
    private(set) var largest = 0
    private let hasChat: Bool
    /// What every state opens to, whatever it is.
    private let forged: JSON?

    init(hasChat: Bool = true, forged: JSON? = nil) {
        self.hasChat = hasChat
        self.forged = forged
    }

    func keep(_ agreed: [ConsentEventDraft]) async throws -> EntryCode {
        kept.append(agreed)
        return EntryCode(code: "7K3F9-Q2MXA", expiresAt: Fixture.start.addingTimeInterval(48 * 3600))
    }

    func seal(_ state: JSON, for lifetime: Int) async throws -> String {
        largest = max(largest, state.encoded().count)
        let name = "sealed\(sealed.count)"
        sealed[name] = state
        return name
    }

    func open(_ name: String) async throws -> JSON? { forged ?? sealed[name] }

    nonisolated func chatLink(text: String) -> String? {
        hasChat ? "https://wa.me/4930901820?text=\(text.replacing(" ", with: "%20"))" : nil
    }

    nonisolated func qrCode(_ text: String) throws -> String { "<svg>\(text)</svg>" }
}

/// A person at a page.
struct PageWalk {
    static let origin = "https://praxis.test"
    static let page = "https://praxis.test/termine"

    let setup: SourceSetup
    let host: PageHost
    var language: String
    var now = Fixture.start
    var state: String?
    var answers: [JSON] = []

    init(_ setup: SourceSetup, _ language: String = "de", host: PageHost = PageHost()) {
        (self.setup, self.language, self.host) = (setup, language, host)
    }

    static func request(_ body: JSON, at now: Date = Fixture.start, languages: [String] = []) -> PublicRequest {
        request(body.encoded(), at: now, languages: languages)
    }

    static func request(_ body: [UInt8], at now: Date = Fixture.start, languages: [String] = []) -> PublicRequest {
        PublicRequest(
            method: .post, path: ["step"], origin: origin, languages: languages, body: body, receivedAt: now,
            base: "https://provider.test/s/src_1")
    }

    /// Sends one turn and takes the state that comes back.
    @discardableResult
    mutating func turn(_ fields: (name: String, value: JSON)...) async throws -> JSON {
        var body = JSONObject(fields.map { ($0.name, $0.value) })
        body["page"] = .string(Self.page + "?name=anna#x")
        body["language"] = .string(language)
        body["state"] = state.map { .string($0) }
        body["qr"] = true
        now = now.addingTimeInterval(5)
        let answer = try await Chatbot().answer(Self.request(.object(body), at: now), for: setup, by: host)
        let json = try JSON(parsing: answer.body)
        state = json["state"]?.string
        answers.append(json)
        return json
    }

    /// Presses a button of the last answer, by title or by what it does.
    @discardableResult
    mutating func press(_ title: String) async throws -> JSON {
        let buttons = answers.last?["messages"]?.array?.last?["buttons"]?.array ?? []
        let button = buttons.first { $0["title"]?.string == title || $0["id"]?.string?.hasSuffix("/\(title)") == true }
        return try await turn(("press", button?["id"] ?? "none"))
    }

    @discardableResult
    mutating func write(_ text: String) async throws -> JSON { try await turn(("write", .string(text))) }

    /// What the last answer says, one text after the other.
    var said: [String] { (answers.last?["messages"]?.array ?? []).compactMap { $0["text"]?.string } }
}

extension SourceSetup {
    /// - Parameter terms: a file of `Fixtures/chatbot-terms`.
    static func onPage(_ terms: String, _ configuration: JSON = [:]) throws -> SourceSetup {
        SourceSetup(
            id: "src_1", version: 7, configuration: configuration, terms: try Fixture.terms(terms),
            channelAddress: "+49 30 901820")
    }
}
