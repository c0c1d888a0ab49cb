import Foundation
import PluginKit

/// A setting as somebody wrote it down.
struct GivenSetting: Sendable {
    var key: String
    var value: JSON
}

/// A configuration file, flattened: `{"http": {"port": 8080}}` gives `http.port`.
struct SettingsFile: Sendable {
    let path: String
    private(set) var values: [GivenSetting] = []

    init(path: String) throws(SettingsError) {
        self.path = path
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingsError(
                description: "the configuration file \(path) cannot be read; check the path and who may read it")
        }
        let document: JSON
        do {
            document = try JSON(parsing: Array(data))
        } catch {
            throw SettingsError(description: "the configuration file \(path) is not JSON: \(error)")
        }
        guard let object = document.object else {
            throw SettingsError(
                description: "the configuration file \(path): expected an object, found \(document.kind)")
        }
        flatten(object, under: "")
        if let twice = Dictionary(grouping: values, by: \.key).filter({ $0.value.count > 1 }).keys.min() {
            throw SettingsError(description: "the configuration file \(path) gives \(twice) twice; keep one")
        }
    }

    private mutating func flatten(_ object: JSONObject, under prefix: String) {
        for (name, value) in object.members {
            let key = prefix.isEmpty ? name : "\(prefix).\(name)"
            if let inner = value.object, !inner.members.isEmpty {
                flatten(inner, under: key)
            } else {
                values.append(GivenSetting(key: key, value: value))
            }
        }
    }
}

extension JSON {
    /// A setting's text, when a setting of that kind may be written like this.
    func settingText(for kind: ConfigurationSchema.Field.Kind) -> String? {
        switch (kind, self) {
        case (_, .string(let text)): return text
        case (.integer, .number(let text)): return text
        case (.boolean, .bool(let value)): return value ? "true" : "false"
        case (.list, .array(let items)):
            let texts = items.compactMap(\.string)
            return texts.count == items.count ? texts.joined(separator: ",") : nil
        default: return nil
        }
    }
}

extension String {
    /// The items of a list that is written with commas.
    var listItems: [String] {
        split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}
