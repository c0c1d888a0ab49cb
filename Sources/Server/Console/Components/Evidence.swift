internal import Foundation

/// A secret that is shown this once.
struct SecretOnce: Component {
    static let template = "secret"

    let id: String
    let label: String
    let value: String
}

/// What was and what is, field by field.
struct Comparison: Component {
    static let template = "comparison"

    struct Row: Component {
        static let template = "comparison-row"

        let term: String
        let before: String?
        let after: String?
    }

    let rows: [Row]
}

/// A document as HTML within the page.
struct DocumentView: Component {
    static let template = "document-view"

    let label: String
    /// Written into the page as it is: see `TrustedHTML`.
    let html: String
    let pdfHref: String?
    let hash: String

    func child(named name: String) -> Any? {
        // The only value of all that is not escaped.
        name == "html" ? html : property(named: name)
    }
}

/// A QR code and its text, for those who cannot scan it.
struct QRCode: Component {
    static let template = "qr-code"

    let source: String
    let alternative: String
    let label: String
    let text: String

    /// - Parameter svg: becomes a picture in a data URL: in a picture nothing runs, whatever the markup says.
    init(svg: String, alternative: String, label: String, text: String) {
        source = "data:image/svg+xml;base64," + Data(svg.utf8).base64EncodedString()
        self.alternative = alternative
        self.label = label
        self.text = text
    }
}

/// A part that a script fetches from its own page; without scripts, a link to that page.
struct Deferred: Component {
    static let template = "deferred"

    let href: String
    let text: String
}
