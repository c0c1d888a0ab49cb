import Configuration
import Foundation
import PluginKit

/// Checks what was given before anything is opened, so that a misspelt key or a wrong value stops the start with one sentence.
struct SettingsCheck: Sendable {
    let known: KnownSettings
    private(set) var problems: [String] = []

    init(_ known: KnownSettings) { self.known = known }

    /// Takes what is right of a file's or the flags' settings.
    mutating func provider(_ given: [GivenSetting], in place: String) -> InMemoryProvider {
        var checked: [AbsoluteConfigKey: ConfigValue] = [:]
        for setting in given {
            guard let text = text(setting.key, setting.value, in: place) else { continue }
            let key = AbsoluteConfigKey(setting.key.split(separator: ".").map(String.init))
            checked[key] = ConfigValue(.string(text), isSecret: false)
        }
        return InMemoryProvider(values: checked)
    }

    /// Looks at the variables that are settings.
    mutating func environment(_ environment: [String: String]) {
        for key in known.keys {
            let name = SettingsEnvironment.name(of: key)
            if let value = environment[name] { _ = text(key, .string(value), in: name) }
        }
    }

    /// - Parameter place: where it was given: a file's path, `--set`, a variable's name.
    /// - Returns: the value as text, or nil with a complaint.
    private mutating func text(_ key: String, _ value: JSON, in place: String) -> String? {
        guard let field = known.field(key) else {
            if known.isBeyondJudging(key) { return nil }
            let hint = known.nearest(to: key).map { "; did you mean \($0)?" } ?? ""
            problems.append("\(key) (\(place)): expected a key that obhut config lists, found an unknown one\(hint)")
            return nil
        }
        guard let text = value.settingText(for: field.kind) else {
            complain(field, found: value.kind, place)
            return nil
        }
        if case .failure(let wrong) = ConfigurationSchema([field]).validate([key: text]),
            let problem = wrong.problems.first
        {
            complain(field, found: problem.found, place, expected: problem.expected)
            return nil
        }
        if key == "http.public_url", !Self.isPublicURL(text) {
            complain(field, found: "\"\(text)\"", place, expected: Self.publicURLExpectation)
            return nil
        }
        if key == "metrics.token", text.count < 32 {
            complain(field, found: "fewer", place, expected: "32 characters or more")
            return nil
        }
        return text
    }

    private mutating func complain(
        _ field: ConfigurationSchema.Field, found: String, _ place: String, expected: String? = nil
    ) {
        problems.append("\(field.key) (\(place)): expected \(expected ?? Self.expectation(field)), found \(found)")
    }

    /// What the schema says of a value that cannot be right.
    private static func expectation(_ field: ConfigurationSchema.Field) -> String {
        var needed = field
        needed.required = true
        needed.fallback = nil
        guard case .failure(let wrong) = ConfigurationSchema([needed]).validate([:]) else { return "another value" }
        return wrong.problems.first?.expected ?? "another value"
    }

    /// All that is wrong, a sentence and a line each.
    func finish() throws(SettingsError) {
        if !problems.isEmpty { throw SettingsError(description: problems.joined(separator: "\n")) }
    }

    static let publicURLExpectation =
        "http:// or https://, a host and no slash at the end, such as https://obhut.example.org"

    /// Ingress URLs are made by appending a path that begins with a slash.
    static func isPublicURL(_ text: String) -> Bool {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme, ["http", "https"].contains(scheme)
        else { return false }
        return !(parts.host ?? "").isEmpty && parts.user == nil && parts.query == nil && parts.fragment == nil
            && !text.hasSuffix("/")
    }
}
