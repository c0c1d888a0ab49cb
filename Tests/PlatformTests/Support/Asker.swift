import Foundation
import PluginKit

/// A consent source that asks in the chat, as small as can be: it wants to know which purposes it asks for, and a greeting in each
/// language of theirs.
struct Asker: ConversingConsentSource {
    static let name = "asker"

    var manifest: PluginManifest {
        PluginManifest(
            id: "eu.obhut.test.asker", name: Self.name, version: "1.2.3", summary: "Asks, in tests.",
            capabilities: ["conversation"], dataFlows: [])
    }

    var schema: ConfigurationSchema { ConfigurationSchema([]) }

    func problems(in configuration: JSON, with terms: ConsentTerms) -> [ConsentRefusal] {
        Self.problems(in: configuration, with: terms)
    }

    func step(_ turn: DialogueTurn, in setup: SourceSetup) -> DialogueStep { DialogueStep(.leftAlone) }

    static func problems(in configuration: JSON, with terms: ConsentTerms) -> [ConsentRefusal] {
        var problems: [ConsentRefusal] = []
        let wanted = configuration["purposes"]?.array?.map { $0.string ?? "" } ?? []
        if wanted.isEmpty { problems.append(ConsentRefusal(field: "purposes", problem: "name at least one")) }
        for (place, name) in wanted.enumerated() {
            guard let purpose = terms.purposes.first(where: { $0.name == name }) else {
                problems.append(
                    ConsentRefusal(field: "purposes[\(place)]", problem: "the tenant asks for no such purpose"))
                continue
            }
            for language in purpose.texts.keys.sorted() where configuration["greeting"]?[language]?.string == nil {
                problems.append(ConsentRefusal(field: "greeting.\(language)", problem: "say hello in this language"))
            }
        }
        return problems
    }
}

/// The same on a page.
struct SignPost: PublicConsentSource {
    static let name = "sign-post"

    var manifest: PluginManifest {
        PluginManifest(
            id: "eu.obhut.test.sign-post", name: Self.name, version: "1.0.0", summary: "Stands on a page, in tests.",
            capabilities: ["page"], dataFlows: [])
    }

    var schema: ConfigurationSchema { ConfigurationSchema([]) }
    var files: [String: PublicFile] { [:] }

    func problems(in configuration: JSON, with terms: ConsentTerms) -> [ConsentRefusal] {
        Asker.problems(in: configuration, with: terms)
    }

    func answer(_ request: PublicRequest, for setup: SourceSetup, by host: any ConsentSourceHost) async throws
        -> PublicAnswer
    {
        .notFound
    }
}
