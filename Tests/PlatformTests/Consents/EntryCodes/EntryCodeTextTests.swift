import TestSupport
import Testing

@testable import Platform

@Suite struct EntryCodeTextTests {
    @Test(arguments: [
        ("7K3F9-Q2MXA", ["7K3F9Q2MXA"]), ("7k3f9q2mxa", ["7K3F9Q2MXA"]), ("  7K3F9 Q2MXA  ", ["7K3F9Q2MXA"]),
        ("7K3F9–Q2MXA", ["7K3F9Q2MXA"]), ("7K3F9 — Q2MXA", ["7K3F9Q2MXA"]), ("7K3F9\u{a0}Q2MXA", ["7K3F9Q2MXA"]),
        ("*7K3F9-Q2MXA*", ["7K3F9Q2MXA"]), ("_7K3F9-Q2MXA_", ["7K3F9Q2MXA"]), ("`7K3F9-Q2MXA`", ["7K3F9Q2MXA"]),
        ("Code:7K3F9-Q2MXA.", ["7K3F9Q2MXA"]), ("(7K3F9-Q2MXA)", ["7K3F9Q2MXA"]),
        ("7K3\nF9Q 2M-XA", ["7K3F9Q2MXA"]), ("7K3F9-\u{200e}Q2MXA", ["7K3F9Q2MXA"]),
        ("７Ｋ３Ｆ９－Ｑ２ＭＸＡ", ["7K3F9Q2MXA"]),
        // Look-alikes.
        ("O1IlL-ooOO1", ["0111100001"]), ("lO000-00000", ["1000000000"]),
        // Within words, the code is a candidate among others.
        ("Hallo! Mein Code: 7K3F9-Q2MXA, danke", ["7K3F9Q2MXA"]),
        // No codes.
        ("", []), ("   - ", []), ("7K3F9.Q2MXA", []), ("7K3F9-Q2MX", []), ("7K3F9-Q2MXAB", []), ("UUUUU-UUUUU", []),
        ("7K3F9-Q2MXÄ", []), ("7K3F9/Q2MXA", []), ("7K3F9Q2MXA7K3F9Q2MXA", []),
        // Ten digits could be a code; that they are none shows by looking them up.
        ("+49 30 901820", ["4930901820"]),
    ])
    func `what people write for a code is read, and nothing else`(text: String, codes: [String]) {
        #expect(EntryCodeText.candidates(in: text) == codes)
    }

    @Test func `whatever is around a code, and however it is spelt, it is found`() {
        var random = SeededGenerator(seed: 11)
        let around = [
            "", "Hallo ", "Hallo, mein Code ist: ", "hi\n", "Ich möchte Termine (", "Übrigens: ", "12 ", "👋 ", "«",
            "jetzt geht's los! ", "a-b-c; ", "1234567890 / ", "ABCDE, ",
        ]
        for _ in 0..<5000 {
            let code = EntryCodeText.generate(using: &random)
            #expect(code.count == 11)
            let canonical = code.filter { $0 != "-" }
            let separator = ["-", "", " ", " - ", "–", "\u{a0}", "\n"].randomElement(using: &random) ?? ""
            var spelt = canonical.map { symbol -> String in
                let alike = ["0": ["0", "O", "o"], "1": ["1", "I", "i", "L", "l"]][String(symbol)]
                return alike?.randomElement(using: &random)
                    ?? (Bool.random(using: &random) ? symbol.lowercased() : String(symbol))
            }
            spelt.insert(separator, at: 5)
            let before = around.randomElement(using: &random) ?? ""
            let after = ["", ".", "!", ", danke", ") bitte", "\u{200d}", " 👍"].randomElement(using: &random) ?? ""
            let text = before + spelt.joined() + after
            // "Hallo 7K3F9" has ten characters too; which of the two is a code shows by looking them up.
            #expect(EntryCodeText.candidates(in: text).contains(canonical), "\(text)")
        }
    }

    @Test func `any text is taken, in time that goes with its length, and every candidate has the form of a code`() {
        var random = SeededGenerator(seed: 7)
        let scalars: [Unicode.Scalar] = Array(
            "aAoO0iIlL1uUzZ9 -–\n.,:*_äßé中👍🏽\u{200d}\u{200f}\u{0}\u{301}".unicodeScalars)
        for _ in 0..<3000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0..<60, using: &random) {
                text.append(scalars.randomElement(using: &random) ?? " ")
            }
            for candidate in EntryCodeText.candidates(in: String(text)) {
                #expect(candidate.count == 10)
                #expect(candidate.allSatisfy { "0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains($0) })
            }
        }
        let long = String(repeating: "a ", count: 100_000)
        #expect(EntryCodeText.candidates(in: long) == ["AAAAAAAAAA"])
        #expect(EntryCodeText.candidates(in: String(repeating: "a", count: 200_000)) == [])
    }

    @Test func `codes do not repeat`() {
        var random = SystemRandomNumberGenerator()
        #expect(Set((0..<20_000).map { _ in EntryCodeText.generate(using: &random) }).count == 20_000)
    }
}
