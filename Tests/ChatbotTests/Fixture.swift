import Foundation
import PluginKit
import Testing

@testable import Chatbot

/// A dialogue written down: a set-up, terms, what the person does, and what must be said and recorded. Played in each language.
struct Fixture: Sendable, CustomTestStringConvertible {
    struct Line: Sendable {
        var move: Transcript.Move
        var says: [JSON]
        var records: [JSON]
        var outcome: String
        var problem: String?
    }

    struct Invalid: Error, CustomStringConvertible {
        var description: String
    }

    var name: String
    var language: String
    var setup: SourceSetup
    var languages: [String]
    var entry: String?
    var lines: [Line]
    var testDescription: String { "\(name) in \(language)" }

    static let start = Date(timeIntervalSince1970: 1_772_366_400)  // 2026-03-01T12:00:00Z
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures")
    static let languages = ["de", "en", "es", "fr", "it", "pl"]

    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            atPath: folder.appending(path: "chatbot").path(percentEncoded: false)
        )
        .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }

    static func json(_ path: String) throws -> JSON {
        try JSON(parsing: [UInt8](Data(contentsOf: folder.appending(path: path))))
    }

    static func terms(_ name: String) throws -> ConsentTerms { try Terms.read(json("chatbot-terms/\(name).json")) }

    static func all() throws -> [Fixture] {
        try names().flatMap { name in
            try languages.map { try Fixture(name, json("chatbot/\(name).json"), in: $0) }
        }
    }

    /// - Throws: for a line without expectation, and for a word that is not known: a fixture that expects nothing must not pass.
    init(_ name: String, _ json: JSON, in language: String) throws {
        let words = try Fixture.json("chatbot-terms/words.json")[language]
        let json = try Self.filled(json, words?.object ?? JSONObject(), language)
        self.name = name
        self.language = language
        guard let terms = json["terms"]?.string, let configuration = json["setup"], let lines = json["lines"]?.array,
            !lines.isEmpty
        else { throw Invalid(description: "\(name): give terms, setup and lines") }
        setup = SourceSetup(
            id: "src_1", version: 7, configuration: configuration, terms: try Fixture.terms(terms),
            channelAddress: "+49 30 901820")
        languages = json["languages"]?.array?.compactMap(\.string) ?? [language]
        entry = json["entry"]?.string
        self.lines = []
        for (index, line) in lines.enumerated() {
            guard let act = line["person"].flatMap({ Transcript.Act(json: $0) }) else {
                throw Invalid(description: "\(name), line \(index): this is nothing that a person does")
            }
            guard let expect = line["expect"], let says = expect["says"]?.array, let records = expect["records"]?.array,
                let outcome = expect["outcome"]?.string
            else { throw Invalid(description: "\(name), line \(index): expect says, records and outcome") }
            let read = Line(
                move: .init(act, after: Double(line["after"]?.int ?? 60)), says: says, records: records,
                outcome: outcome,
                problem: line["problem"]?.string)
            self.lines += Array(repeating: read, count: line["times"]?.int ?? 1)
        }
    }

    func play() -> Transcript {
        Chatbot().preview(lines.map(\.move), in: setup, languages: languages, entry: entry, from: Self.start)
    }

    /// Puts `$word`s in.
    private static func filled(_ json: JSON, _ words: JSONObject, _ language: String) throws -> JSON {
        switch json {
        case .string(let text):
            var parts = text.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
            for index in parts.indices.dropFirst() {
                let name = String(parts[index].prefix { $0.isLetter || $0 == "_" })
                guard let value = name == "language" ? language : words[name]?.string else {
                    throw Invalid(description: "there is no word $\(name)")
                }
                parts[index] = value + parts[index].dropFirst(name.count)
            }
            return .string(parts.joined())
        case .array(let list): return .array(try list.map { try filled($0, words, language) })
        case .object(let object):
            return .object(JSONObject(try object.members.map { ($0.name, try filled($0.value, words, language)) }))
        default: return json
        }
    }
}

/// Terms as JSON.
enum Terms {
    static func read(_ json: JSON) throws -> ConsentTerms {
        guard let controller = json["controller"]?.string, let notice = json["notice"],
            let version = notice["version"]?.string
        else { throw Fixture.Invalid(description: "terms need controller and notice") }
        return ConsentTerms(
            controller: controller, imprintURL: json["imprint_url"]?.string,
            notice: .init(
                version: version,
                texts: texts(notice["texts"]) { .init(url: $0["url"]?.string ?? "", hash: $0["sha256"]?.string) }),
            purposes: (json["purposes"]?.array ?? []).map { purpose in
                ConsentTerms.Purpose(
                    name: purpose["name"]?.string ?? "", version: purpose["version"]?.int ?? 0,
                    legalBasis: purpose["legal_basis"]?.string ?? "",
                    isSpecialCategory: purpose["special_category"]?.bool ?? false,
                    validity: purpose["validity_days"]?.int,
                    texts: texts(purpose["texts"]) {
                        .init(title: $0["title"]?.string ?? "", text: $0["text"]?.string ?? "")
                    })
            },
            minimumAge: json["minimum_age"]?.int)
    }

    private static func texts<Text>(_ json: JSON?, _ read: (JSON) -> Text) -> [String: Text] {
        Dictionary(uniqueKeysWithValues: (json?.object?.members ?? []).map { ($0.name, read($0.value)) })
    }
}
