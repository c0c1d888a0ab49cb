import Foundation
import Testing

@testable import Console

@Suite("What the pages are made of is checked when it is loaded")
struct LoadingTests {
    private static func folder(_ files: [String: String]) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "console-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        return folder
    }

    @Test("a template that cannot be parsed is named")
    func brokenTemplate() throws {
        let folder = try Self.folder(["document.mustache": "{{#a}}"])
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect { try TemplateFolder.library(at: folder) } throws: {
            "\($0)".contains("document.mustache cannot be parsed")
        }
    }

    @Test("a partial that is missing is named")
    func missingPartial() throws {
        let folder = try Self.folder(["document.mustache": "{{>other-part}}"])
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect { try TemplateFolder.library(at: folder) } throws: { "\($0)".contains("wants other-part.mustache") }
    }

    @Test("a key that one language lacks is named")
    func missingKey() throws {
        let folder = try Self.folder(["de.json": #"{"a": "A"}"#, "en.json": #"{"a": "A", "b": "B"}"#])
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect { try Catalogue.all(at: folder) } throws: { "\($0)" == "the texts de.json lack b" }
    }

    @Test("both languages have the same places for values, and no text is empty")
    func placeholdersFit() throws {
        let catalogues = try PageTests.console.get().catalogues
        let (german, english) = (try #require(catalogues[.german]), try #require(catalogues[.english]))
        func places(_ text: String?) -> [String] {
            (text ?? "").matches(of: /\{([a-z]+)\}/).map { String($0.1) }.sorted()
        }
        for key in german.texts.keys {
            // What the platform says has values that mean nothing to a reader, such as a route: SentenceTests looks at those.
            let mayLeaveOut = key.hasPrefix(Sentences.family)
            #expect(mayLeaveOut || places(german.texts[key]) == places(english.texts[key]), "\(key)")
            #expect(german.texts[key]?.isEmpty == false && english.texts[key]?.isEmpty == false, "\(key)")
        }
    }

    @Test("templates hold no text, look only where they are told, and leave one value unescaped")
    func templateRules() throws {
        let sources = try TemplateFolder.sources(at: #require(Console.resources).appending(path: "Templates"))
        #expect(sources.count > 30)
        for (name, source) in sources {
            let bare = source.replacing(/\{\{\{?[^}]*\}?\}\}/, with: "").replacing(/<[^>]*>/, with: "")
                // One partial is nothing but attributes.
                .replacing(/\ (required|[a-z-]+="[^"]*")/, with: "")
            #expect(bare.firstMatch(of: /[A-Za-z]/) == nil, "\(name): \(bare)")
            for tag in source.matches(of: /\{\{[#^\/]?([a-zA-Z.][^}]*)\}\}/) where tag.1 != "." {
                let isFixed = ["t.", "frame.", "page."].contains { tag.1.hasPrefix($0) } || tag.1 == "page"
                #expect(tag.1.hasPrefix(".") || isFixed, "\(name): \(tag.0) would look around")
            }
            #expect(source.matches(of: /\{\{[{&]/).count == (name == "document-view" ? 1 : 0), "\(name)")
        }
    }

    @Test("assets are named by their content, typed, and kept for a year")
    func assets() throws {
        let console = try PageTests.console.get()
        #expect(console.assetPaths.count == 7)
        for path in console.assetPaths {
            let asset = try #require(console.asset(path))
            #expect(path.contains(asset.etag.trimmingCharacters(in: ["\""])))
            #expect(!asset.bytes.isEmpty)
            let headers = Dictionary(uniqueKeysWithValues: Console.headers(of: asset).map { ($0.name, $0.value) })
            #expect(headers["cache-control"] == "public, max-age=31536000, immutable")
            #expect(headers["x-content-type-options"] == "nosniff")
        }
        #expect(console.asset("../Catalogues/de.json") == nil)
        #expect(console.asset("console.css") == nil)
    }

    @Test("pages are neither kept nor framed, and run nothing of others")
    func headers() {
        let headers = Dictionary(uniqueKeysWithValues: Console.headers(language: .german).map { ($0.name, $0.value) })
        #expect(
            headers["content-security-policy"]
                == "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
        #expect(headers["cache-control"] == "no-store")
        #expect(headers["content-language"] == "de")
        #expect(headers["x-content-type-options"] == "nosniff")
        #expect(headers["referrer-policy"] == "same-origin")
        #expect(headers["cross-origin-opener-policy"] == "same-origin")
        #expect(headers["permissions-policy"]?.contains("camera=()") == true)
    }
}
