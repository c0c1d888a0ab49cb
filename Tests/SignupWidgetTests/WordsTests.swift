import PluginKit
import Testing

@testable import SignupWidget

@Suite struct WordsTests {
    static let languages = ["de", "en", "es", "fr", "it", "pl"]

    @Test func `six languages are spoken`() {
        #expect(Words.builtIn.keys.sorted() == Self.languages)
    }

    @Test(arguments: languages)
    func `every language has every word, within its limits and with what is put in`(language: String) throws {
        let words = try #require(Words.builtIn[language])
        #expect(words.keys.sorted() == Words.names)
        for (name, word) in words {
            #expect(!word.isEmpty && word.count <= Words.limit(of: name), "\(name)")
            if let wanted = Words.placeholder(in: name) { #expect(word.contains(wanted), "\(name)") }
        }
        #expect(words["heading"]?.contains("{controller}") == true)
        #expect(words["limit"]?.contains("{minutes}") == true)
        // Withdrawing is told of before agreeing (Art. 7(3) GDPR).
        #expect(words["withdrawal"]?.contains("STOP") == true)
        #expect(words["explicit"]?.contains("9") == true)
    }

    @Test func `a kind of a language has the words of the language`() {
        #expect(Words.builtIn("de-AT") == Words.builtIn["de"])
        #expect(Words.builtIn("DE") == Words.builtIn["de"])
        #expect(Words.builtIn("nl") == nil && Words.builtIn("") == nil)
    }

    @Test func `what the script says before asking is among the words`() {
        #expect(PageWords.early.allSatisfy(Words.names.contains))
    }
}
