import Foundation
import Platform

/// Reads a form and gathers all that is wrong with it, by the paths that the platform uses.
struct FormReading {
    let form: FormFields
    private(set) var problems: [PlatformError.Field] = []

    init(_ form: FormFields) { self.form = form }

    mutating func complain(_ path: String, _ problem: String) { problems.append(.init(path: path, problem: problem)) }

    /// Empty when it was not filled in.
    func text(_ name: String) -> String {
        // Browsers end the lines of an area with CR and LF.
        (form[name] ?? "").replacing("\r\n", with: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func optional(_ name: String) -> String? { text(name).isEmpty ? nil : text(name) }

    /// - Returns: nil when it was not filled in.
    mutating func number(_ name: String, _ range: ClosedRange<Int>) -> Int? {
        guard let text = optional(name) else { return nil }
        if let number = Int(text), range.contains(number) { return number }
        complain(name, "give a whole number from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }

    mutating func required(_ name: String, _ range: ClosedRange<Int>) -> Int {
        if optional(name) == nil {
            complain(name, "give a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number(name, range) ?? range.lowerBound
    }

    /// Each line that has something in it.
    func lines(_ name: String) -> [String] {
        text(name).split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }.filter {
            !$0.isEmpty
        }
    }

    /// Language tags of fields named `{prefix}.{language}.…`, and of `other.language`.
    func languages(_ prefix: String) -> Set<String> {
        Set(
            form.everything.keys.compactMap { name in
                let parts = name.split(separator: ".", omittingEmptySubsequences: false)
                return parts.count == 3 && parts[0] == prefix ? String(parts[1]) : nil
            })
    }

    func finish() throws {
        guard problems.isEmpty else {
            throw PlatformError(.invalid, "The form is not right.", remedy: "See errors for each.", fields: problems)
        }
    }
}

extension FormFields {
    /// What the form was made from: nothing else may be changed by it.
    func expected(_ name: String) -> Expected { Expected(Set([Int(self[name] ?? "") ?? 0])) }
}

/// Fields a language, and one language more.
enum LanguageFields {
    /// Those that have words already, else those that most begin with.
    static func shown(_ known: some Collection<String>, _ form: FormFields, _ prefix: String) -> [String] {
        let all = (known.isEmpty ? ["de", "en"] : Set(known)).union(FormReading(form).languages(prefix))
        return all.sorted()
    }

    /// The form's field for a path such as `texts.fr.title`.
    /// - Parameters:
    ///   - path: at the platform, up to the language `platform`.
    ///   - prefix: in the form.
    static func field(_ path: String, _ platform: String, _ prefix: String, _ form: FormFields) -> String? {
        guard path.hasPrefix(platform + ".") else { return nil }
        let parts = path.dropFirst(platform.count + 1).split(separator: ".")
        let other = FormReading(form).text("other.language")
        guard parts.count == 2 else { return "other.language" }
        return String(parts[0]) == other ? "other.\(parts[1])" : "\(prefix).\(parts[0]).\(parts[1])"
    }
}
