import Foundation

@testable import Documents

extension Document {
    static func sample(_ blocks: [Block]) -> Document { sample(.german, blocks) }

    static func sample(_ language: DocumentLanguage, _ blocks: [Block]) -> Document {
        Document(
            title: language == .german ? "Vereinbarung über die Prüfung" : "Agreement on testing",
            language: language, reference: "AVV-2026-0815", author: "Prüfer & Söhne GmbH",
            created: Date(timeIntervalSince1970: 1_772_359_200), blocks: blocks)
    }

    /// One of everything.
    static func everything(_ language: DocumentLanguage, text: String = "Größe, Maß und Übermut.") -> Document {
        sample(
            language,
            [
                .heading(level: 1, number: "1", text: text),
                .paragraph([.text(text), .strong(text), .emphasis(text), .code(text)]),
                .clause(number: "1.1", depth: 0, text: RichText(text)),
                .clause(number: "(a)", depth: 1, text: RichText(text)),
                .heading(level: 2, number: nil, text: text),
                .list([RichText(text), [.strong(text)]]),
                .table(
                    Table(columns: [.init(text, share: 2), .init(text)], rows: [[RichText(text), RichText(text)]])),
                .definitions([Definition(text, text)]),
                .note(RichText(text)),
                .pageBreak,
                .signatures([
                    Signature(party: text, organisation: text, name: text, role: text, form: .lines),
                    Signature(party: text, organisation: text, name: text, role: text, form: .note(text)),
                ]),
            ])
    }
}

extension String {
    /// Line breaks of the page are no part of the text.
    var unwrapped: String { split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
