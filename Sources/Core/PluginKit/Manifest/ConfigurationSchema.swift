/// What a plugin may be configured with. The platform checks a configuration against it before the plugin sees it.
public struct ConfigurationSchema: Sendable, Hashable {
    public struct Field: Sendable, Hashable {
        public enum Kind: Sendable, Hashable {
            case text
            case integer(ClosedRange<Int>)
            /// So many digits; a leading zero counts.
            case digits(Int)
            case boolean
            case url
            case oneOf([String])
            case list
        }

        public var key: String
        public var kind: Kind
        public var required: Bool
        /// A secret is stored sealed and never shown again.
        public var secret: Bool
        /// Taken when the key is absent.
        public var fallback: String?
        /// One sentence: what it is and where to find it.
        public var help: String

        public init(
            _ key: String, _ kind: Kind = .text, required: Bool = true, secret: Bool = false, fallback: String? = nil,
            help: String
        ) {
            self.key = key
            self.kind = kind
            self.required = required
            self.secret = secret
            self.fallback = fallback
            self.help = help
        }
    }

    public var fields: [Field]

    public init(_ fields: [Field]) { self.fields = fields }
}

/// One thing wrong with a configuration: the key, what was expected, what was found. A secret's value is never repeated.
public struct ConfigurationProblem: Error, Sendable, Hashable, CustomStringConvertible {
    public var key: String
    public var expected: String
    public var found: String

    public init(key: String, expected: String, found: String) {
        self.key = key
        self.expected = expected
        self.found = found
    }

    public var description: String { "\(key): expected \(expected), found \(found)" }
}

/// A configuration that its schema accepted.
public struct PluginConfiguration: Sendable, Hashable {
    private let values: [String: Secret<String>]

    fileprivate init(values: [String: Secret<String>]) { self.values = values }

    /// The value as text, or nil when the key is optional and absent.
    public func text(_ key: String) -> String? { values[key]?.revealed }
    public func secret(_ key: String) -> Secret<String>? { values[key] }
    public func integer(_ key: String) -> Int? { text(key).flatMap { Int($0) } }
    public func boolean(_ key: String) -> Bool? { text(key).map { $0 == "true" } }
    public func list(_ key: String) -> [String] {
        (text(key) ?? "").split(separator: ",").map { $0.trimmingBlanks }.filter { !$0.isEmpty }
    }

    /// All values by key, for sealing and storing.
    public var revealed: [String: String] { values.mapValues(\.revealed) }
}

extension ConfigurationSchema {
    /// Checks values against the schema.
    /// - Returns: the configuration with fallbacks filled in, or everything that is wrong with it at once.
    public func validate(_ given: [String: String]) -> Result<PluginConfiguration, ConfigurationProblems> {
        var problems: [ConfigurationProblem] = []
        var values: [String: Secret<String>] = [:]
        for key in given.keys.sorted() where !fields.contains(where: { $0.key == key }) {
            let known = fields.isEmpty ? "no keys" : "one of \(fields.map(\.key).joined(separator: ", "))"
            problems.append(ConfigurationProblem(key: key, expected: known, found: "an unknown key"))
        }
        for field in fields {
            guard let value = given[field.key] ?? field.fallback else {
                if field.required {
                    problems.append(
                        ConfigurationProblem(key: field.key, expected: field.kind.expectation, found: "nothing"))
                }
                continue
            }
            if field.kind.accepts(value) {
                values[field.key] = Secret(value)
            } else {
                let found = field.secret ? "a value that is not" : value.isEmpty ? "an empty value" : "\"\(value)\""
                problems.append(ConfigurationProblem(key: field.key, expected: field.kind.expectation, found: found))
            }
        }
        return problems.isEmpty
            ? .success(PluginConfiguration(values: values)) : .failure(ConfigurationProblems(problems: problems))
    }
}

/// All that is wrong with one configuration.
public struct ConfigurationProblems: Error, Sendable, Hashable, CustomStringConvertible {
    public let problems: [ConfigurationProblem]

    public init(problems: [ConfigurationProblem]) { self.problems = problems }

    public var description: String { problems.map(\.description).joined(separator: "; ") }
}

extension ConfigurationSchema.Field.Kind {
    var expectation: String {
        switch self {
        case .text: "text"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .digits(let count): "\(count) digits"
        case .boolean: "true or false"
        case .url: "a URL that starts with https:// (http:// only for local installations)"
        case .oneOf(let values): "one of \(values.joined(separator: ", "))"
        case .list: "a list separated by commas"
        }
    }

    func accepts(_ value: String) -> Bool {
        switch self {
        case .text: !value.trimmingBlanks.isEmpty
        case .integer(let range): Int(value).map(range.contains) ?? false
        case .digits(let count):
            value.utf8.count == count && value.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        case .boolean: value == "true" || value == "false"
        case .url: (value.hasPrefix("https://") && value.count > 8) || (value.hasPrefix("http://") && value.count > 7)
        case .oneOf(let values): values.contains(value)
        case .list: true
        }
    }
}

extension StringProtocol {
    var trimmingBlanks: String {
        let blanks: Set<Character> = [" ", "\t", "\n", "\r"]
        var slice = self[...]
        while let first = slice.first, blanks.contains(first) { slice = slice.dropFirst() }
        while let last = slice.last, blanks.contains(last) { slice = slice.dropLast() }
        return String(slice)
    }
}
