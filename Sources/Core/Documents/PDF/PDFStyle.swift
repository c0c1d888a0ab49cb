/// How a PDF looks: fonts, sizes, distances and inks. All lengths are in points (1/72 inch).
enum PDFStyle {
    /// Debian's package with the three families: free, complete for Latin, Greek and Cyrillic, and drawn for each other.
    /// `Scripts/install.sh` installs it.
    static let fontPackage = "fonts-linuxlibertine"
    /// Running text.
    static let serif = "Linux Libertine O"
    /// Headings, tables, and what stands at the edges of a page.
    static let sans = "Linux Biolinum O"
    /// Hashes and identifiers.
    static let mono = "Linux Libertine Mono O"
    static let families = [serif, sans, mono]

    /// ISO 216 A4.
    static let pageWidth = 595.276
    static let pageHeight = 841.890
    static let marginLeft = 73.0
    static let marginRight = 73.0
    static let marginTop = 82.0
    static let marginBottom = 80.0
    static let textWidth = pageWidth - marginLeft - marginRight
    static let textHeight = pageHeight - marginTop - marginBottom

    static let headerBaseline = 50.0
    static let footerBaseline = pageHeight - 44

    struct Ink: Sendable, Hashable {
        var red: Double
        var green: Double
        var blue: Double
    }

    static let ink = Ink(red: 0.09, green: 0.10, blue: 0.12)
    static let accent = Ink(red: 0.08, green: 0.22, blue: 0.36)
    static let faint = Ink(red: 0.36, green: 0.39, blue: 0.43)
    static let rule = Ink(red: 0.76, green: 0.79, blue: 0.82)
    static let shade = Ink(red: 0.925, green: 0.941, blue: 0.957)

    /// A way of setting text: family, size, and the least distance between baselines.
    struct Face: Sendable, Hashable {
        var family: String
        var size: Double
        var leading: Double
        var isBold = false
        var ink = PDFStyle.ink
    }

    static let title = Face(family: sans, size: 22, leading: 27, isBold: true, ink: accent)
    static let subtitle = Face(family: serif, size: 11.4, leading: 15, ink: faint)
    static let reference = Face(family: sans, size: 9.6, leading: 13, ink: faint)
    static let body = Face(family: serif, size: 10.8, leading: 14.6)
    static let note = Face(family: serif, size: 8.8, leading: 11.6, ink: faint)
    static let acceptance = Face(family: serif, size: 9.4, leading: 12.4)
    static let cell = Face(family: serif, size: 9.4, leading: 12)
    static let columnTitle = Face(family: sans, size: 8.8, leading: 12, isBold: true, ink: accent)
    static let label = Face(family: sans, size: 9.4, leading: 14.6, ink: faint)
    static let caption = Face(family: sans, size: 8, leading: 11, ink: faint)
    static let edge = Face(family: sans, size: 8.4, leading: 11, ink: faint)

    static func heading(_ level: Int) -> Face {
        switch level {
        case 1: Face(family: sans, size: 13, leading: 17, isBold: true, ink: accent)
        case 2: Face(family: sans, size: 11.2, leading: 15, isBold: true, ink: accent)
        default: Face(family: sans, size: 10.4, leading: 14, isBold: true)
        }
    }

    /// Where the text of a clause of this depth begins; its number stands to the left of it.
    static func indent(_ depth: Int) -> Double { 30 + 22 * Double(min(max(depth, 0), 4)) }
}
