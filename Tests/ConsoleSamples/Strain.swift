/// Texts that layouts and escaping must bear, whatever field they stand in.
public enum Strain: String, CaseIterable, Sendable {
    case long, hostile
    case rightToLeft = "rtl"

    public func text(_ given: String) -> String {
        switch self {
        case .long:
            given + " Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
                + String(repeating: "x", count: 200)
        case .hostile: Self.markup + Self.combined
        case .rightToLeft: "شركة النور للاتصالات (Nur 24) والخدمات الرقمية"
        }
    }

    /// Would run, or end an attribute, if it were not escaped.
    public static let markup =
        #"<script>alert(1)</script>"><img src=x onerror=alert(1)>'&amp;{{t.product.name}}{{{x}}}"#
    /// The same for whoever escapes by grapheme: each sign is one with the mark after it.
    public static let combined = "\"\u{301} autofocus onfocus=alert(1) x=\"\u{301}<\u{301}b>\u{301}'\u{301}"
}
