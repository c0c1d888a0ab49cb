public import ConsoleSamples
import Foundation
import Synchronization
public import Testing

@testable import Console

@Suite("Every page, in every state, in both languages")
struct PageTests {
    static let console = Result { try Console.load() }

    @Test("shows every text, and says its language", arguments: Sample.all, Language.allCases)
    func everyTextIsThere(_ sample: Sample, _ language: Language) throws {
        let html = try Self.console.get().render(sample.page, in: sample.frame(language))
        #expect(!html.contains("⟦"), "a text is missing")
        #expect(!html.contains("{{"), "a tag was not read")
        #expect(html.contains("<html lang=\"\(language.rawValue)\" dir=\"ltr\">"))
        #expect(html.hasSuffix("</html>\n"))
    }

    @Test("has no inline script, style or handler, and nothing from elsewhere", arguments: Sample.all)
    func policyHolds(_ sample: Sample) throws {
        let html = try Self.console.get().render(sample.page, in: sample.frame(.english))
        #expect(
            html.firstMatch(of: /<style|style=|<script(?![^>]* src="\/console\/assets\/)|\son[a-z]+=|javascript:/)
                == nil)
        #expect(html.firstMatch(of: /(src|href|action)="(https?:|\/\/)/) == nil)
    }

    @Test("carries the session's token in every form that changes something", arguments: Sample.all)
    func formsAreProtected(_ sample: Sample) throws {
        let frame = sample.frame(.english)
        let html = try Self.console.get().render(sample.page, in: frame)
        let forms = html.matches(of: /<form method="post"[^>]*>\s*<input type="hidden" name="csrf" value="([^"]*)">/)
        #expect(forms.count == html.matches(of: /method="post"/).count)
        #expect(forms.allSatisfy { $0.1 == frame.csrfToken })
    }

    @Test("ties each label, hint and error to what it belongs to, under ids that stand once", arguments: Sample.all)
    func idsFit(_ sample: Sample) throws {
        let html = try Self.console.get().render(sample.page, in: sample.frame(.english))
        let ids = html.matches(of: /\sid="([^"]*)"/).map { String($0.1) }
        #expect(Set(ids).count == ids.count, "\(ids.filter { id in ids.count { $0 == id } > 1 })")
        let wanted = html.matches(of: /\s(?:for|aria-describedby|aria-labelledby)="([^"]*)"/)
            .flatMap { $0.1.split(separator: " ").map(String.init) }
        #expect(Set(wanted).subtracting(ids) == [])
        let targets = html.matches(of: /href="#([^"]*)"/).map { String($0.1) }
        #expect(Set(targets).subtracting(ids) == [])
    }

    @Test("the samples have names of their own and use every text that there is")
    func samplesAreComplete() throws {
        #expect(Set(Sample.all.map(\.name)).count == Sample.all.count)
        let used = Used()
        let loaded = try Self.console.get()
        let catalogues = loaded.catalogues.mapValues { catalogue in
            var watched = catalogue
            watched.onUse = { used.add($0) }
            return watched
        }
        let console = Console(library: loaded.library, catalogues: catalogues, assets: loaded.assets)
        for sample in Sample.all { _ = console.render(sample.page, in: sample.frame(.german)) }
        for (key, text) in catalogues[.english]?.texts ?? [:] where key.hasPrefix("refused.") {
            let isValue = key.hasPrefix("refused.value.")
            _ = console.say(platform: isValue ? "expected \(text), found \(text)" : text, in: .german)
        }
        _ = console.say(platform: "Said by nobody so far.", in: .german)
        for saying in Saying.allCases { _ = console.say(saying, in: .german, ["when": ""]) }
        let all = Set(catalogues[.german]?.texts.keys.map { $0 } ?? [])
        #expect(all.count > 400)
        #expect(all.subtracting(used.keys).sorted() == [], "never shown")
    }

    private final class Used: Sendable {
        private let found = Mutex<Set<String>>([])

        func add(_ key: String) { found.withLock { _ = $0.insert(key) } }
        var keys: Set<String> { found.withLock { $0 } }
    }
}

extension Sample: CustomTestStringConvertible {
    public var testDescription: String { name }
}
