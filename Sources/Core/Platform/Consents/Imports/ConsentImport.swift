public import PluginKit

public import struct Foundation.Date

/// A file of consents that a tenant collected elsewhere, and how far it is.
public struct ConsentImport: Sendable, Hashable {
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Waits for its file.
        case open
        /// The file is on its way.
        case receiving
        case running, done, stopped

        public var isOver: Bool { self == .done || self == .stopped }
    }

    /// What became of the lines so far. All but `lines` grow together.
    public struct Counts: Sendable, Hashable {
        /// That the file has, without the header and empty ones.
        public var lines = 0
        public var processed = 0
        /// Recorded; in a trial, those that would be.
        public var recorded = 0
        /// Of these, consents that nothing proves but the tenant's word (Art. 7(1) GDPR).
        public var unproven = 0
        /// Of these, agreements that are said to follow the person's own no and name no reference where that can be looked up.
        public var afterWithdrawal = 0
        /// Known already, from an earlier line or file.
        public var repeated = 0
        /// Not taken; each has a fault.
        public var refused = 0

        public init() {}
    }

    public var id: ConsentImportID
    public var channel: ChannelID
    public var source: String
    public var name: String?
    /// Only checked; nothing is recorded.
    public var isTrial: Bool
    public var state: State
    public var counts: Counts
    public var createdAt: Date
    public var finishedAt: Date?
}

/// What an import is to be, before it brings its file.
public struct NewConsentImport: Sendable {
    /// A consent-source plugin that says which columns its declarations have.
    public var source: String
    /// Nil when the tenant has one channel only.
    public var channel: ChannelID?
    public var name: String?
    public var isTrial: Bool
    /// What holds for every line that does not say otherwise, in the shape of a declaration.
    public var defaults: JSONObject

    public init(
        source: String = "declared", channel: ChannelID? = nil, name: String? = nil, isTrial: Bool = false,
        defaults: JSONObject = JSONObject()
    ) {
        self.source = source
        self.channel = channel
        self.name = name
        self.isTrial = isTrial
        self.defaults = defaults
    }
}

/// Why a line was not taken. Quotes nothing of it.
public struct ConsentImportFault: Error, Sendable, Hashable {
    /// From 1; of a CSV file the header is line 1.
    public var line: Int
    public var field: String
    public var problem: String

    /// - Parameter field: names of fields with dots between them. Of anything else it is told only that it is in the line: a name that a
    ///   file brings may be a person's.
    public init(line: Int, field: String, problem: String) {
        self.line = line
        self.field = Self.isPath(field) ? field : "(line)"
        self.problem = problem
    }

    private static func isPath(_ field: String) -> Bool {
        field.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { name in
            (1...40).contains(name.utf8.count)
                && name.utf8.allSatisfy {
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_")
                }
        }
    }
}

/// How large an import may be.
public enum ConsentImportLimits {
    /// Bytes of a file.
    public static let file = 256 << 20
    /// Lines of a file, without header.
    public static let lines = 1_000_000
    /// Bytes of a line, with all line breaks within quotes.
    public static let line = 64 << 10
    /// Imports of a tenant that are not over, at once.
    public static let open = 5
    /// Lines with quotes that never close: more of them, and the file is not what it says.
    public static let unclosed = 100
    /// Lines that are worked on in one transaction.
    static let part = 100
    /// Bytes after which a part is full, however few lines it has.
    static let partBytes = 256 << 10
}
