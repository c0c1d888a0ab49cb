/// What a tenant asks people to agree to, and under which rules. Every set-up of every consent source shows the same.
public struct ConsentTerms: Sendable, Hashable {
    /// Who asks: the controller's name as people know it (Art. 13(1)(a) GDPR).
    public var controller: String
    /// Where it says who stands behind the chat; an https URL.
    public var imprintURL: String?
    public var notice: PrivacyNotice
    /// What is asked for, each by itself (Art. 7(2) GDPR), in the order in which it is to be shown.
    public var purposes: [Purpose]
    /// Below this age somebody else must agree (Art. 8 GDPR, in years); nil asks for none.
    public var minimumAge: Int?

    public init(
        controller: String, imprintURL: String?, notice: PrivacyNotice, purposes: [Purpose], minimumAge: Int? = nil
    ) {
        self.controller = controller
        self.imprintURL = imprintURL
        self.notice = notice
        self.purposes = purposes
        self.minimumAge = minimumAge
    }

    /// One version of the tenant's privacy notice.
    public struct PrivacyNotice: Sendable, Hashable {
        /// The tenant's own name of the version, e.g. `2026-03`.
        public var version: String
        /// By language (BCP 47, e.g. `de`), at least one.
        public var texts: [String: Text]

        public struct Text: Sendable, Hashable {
            /// An https URL.
            public var url: String
            /// SHA-256 of what stands there, in hex, when the tenant stated it.
            public var hash: String?

            public init(url: String, hash: String? = nil) {
                self.url = url
                self.hash = hash
            }
        }

        public init(version: String, texts: [String: Text]) {
            self.version = version
            self.texts = texts
        }
    }

    /// One purpose in one version. A version never changes.
    public struct Purpose: Sendable, Hashable {
        /// The tenant's word for it, e.g. `service`, `marketing`.
        public var name: String
        public var version: Int
        /// e.g. `Art. 6(1)(a) GDPR`.
        public var legalBasis: String
        /// Whether it concerns special categories of data; then the consent is explicit and its own (Art. 9(2)(a) GDPR).
        public var isSpecialCategory: Bool
        /// Days after which a consent ends by itself; nil for never.
        public var validity: Int?
        /// By language (BCP 47), at least one.
        public var texts: [String: Text]

        public struct Text: Sendable, Hashable {
            /// A few words, e.g. `Appointment reminders`.
            public var title: String
            /// What exactly is agreed to, whole sentences.
            public var text: String

            public init(title: String, text: String) {
                self.title = title
                self.text = text
            }
        }

        public init(
            name: String, version: Int, legalBasis: String, isSpecialCategory: Bool, validity: Int?,
            texts: [String: Text]
        ) {
            self.name = name
            self.version = version
            self.legalBasis = legalBasis
            self.isSpecialCategory = isSpecialCategory
            self.validity = validity
            self.texts = texts
        }
    }
}

/// Which of the languages that there are suits a reader best (RFC 4647, 3.4 lookup).
public enum LanguageChoice {
    /// - Parameters:
    ///   - wanted: language tags, the most wanted first, as from `Accept-Language`.
    ///   - available: what there is.
    /// - Returns: one of `available`; `de`, `en` or the first in order when none is wanted. Nil when nothing is available.
    public static func best(_ wanted: [String], of available: some Collection<String>) -> String? {
        let known = Dictionary(available.map { ($0.lowercased(), $0) }) { first, _ in first }
        for tag in wanted {
            var parts = tag.lowercased().split(separator: "-", omittingEmptySubsequences: false)
            while !parts.isEmpty {
                if let found = known[parts.joined(separator: "-")] { return found }
                parts.removeLast()
                // A single letter or digit begins an extension and stands for nothing alone.
                if let last = parts.last, last.count == 1 { parts.removeLast() }
            }
        }
        return known["en"] ?? known["de"] ?? available.min()
    }
}
