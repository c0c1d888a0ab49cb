/// What the browser is told beside the page.
extension Console {
    /// Nothing but what this server sends itself may run, load or receive a form. `data:` is for the QR code of the
    /// second factor, which is shown as a picture so that no markup from elsewhere stands in the page.
    public static let contentSecurityPolicy = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ].joined(separator: "; ")

    /// Sent with every page, by lower-case name.
    /// - Parameter language: the language the page was rendered in.
    public static func headers(language: Language) -> [(name: String, value: String)] {
        common + [
            ("content-type", "text/html; charset=utf-8"),
            ("content-language", language.rawValue),
            ("content-security-policy", contentSecurityPolicy),
            // Pages show personal data and secrets: no copy stays in a cache, nor behind the back button.
            ("cache-control", "no-store"),
        ]
    }

    /// Sent with every asset. Its name changes with its bytes, so it may be kept for a year (seconds).
    public static func headers(of asset: Asset) -> [(name: String, value: String)] {
        common + [
            ("content-type", asset.contentType),
            ("etag", asset.etag),
            ("cache-control", "public, max-age=31536000, immutable"),
        ]
    }

    private static let common: [(name: String, value: String)] = [
        ("x-content-type-options", "nosniff"),
        // A signed link must not reach another site as a referrer. With `no-referrer` browsers would send `Origin: null`
        // with our own forms (Fetch, 3.1), and we could not tell them from others'.
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), clipboard-read=()"),
    ]
}
