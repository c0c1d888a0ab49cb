/// Markup that goes into the page as it is. Only the platform's own documents may become one: every value in them
/// was escaped when they were made. The content security policy still lets nothing in them run.
public struct TrustedHTML: Sendable, Codable, Hashable {
    public let trustedMarkup: String

    public init(trustedMarkup: String) { self.trustedMarkup = trustedMarkup }
}
