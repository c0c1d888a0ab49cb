import Foundation
import PluginKit

/// A setting as somebody wrote it down.
struct GivenSetting: Sendable {
    var key: String
    var value: JSON
}

/// A configuration file, flattened: `{"http": {"port": 8080}}` gives `http.port`. What is null is left out.
///
/// swift-configuration's own reader of JSON tells texts from numbers, and passes over the one when it is asked for the other:
/// `"port": 9000` would count for nothing, without a word.
struct SettingsFile: Sendable {
    let path: String
    private(set) var values: [GivenSetting] = []

    init(path: String) throws(SettingsError) {
        self.path = path
        func refuse(_ why: String) -> SettingsError {
            SettingsError(description: "the configuration file \(path) \(why)")
        }
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw refuse("cannot be read: \(error.localizedDescription)")
        }
        let document: JSON
        do {
            document = try JSON(parsing: Array(data))
        } catch {
            throw refuse("is not JSON: \(error)")
        }
        guard let object = document.object else { throw refuse("holds \(document.kind), not an object") }
        flatten(object, under: "")
        if let twice = Dictionary(grouping: values, by: \.key).filter({ $0.value.count > 1 }).keys.min() {
            throw refuse("gives \(twice) twice; keep one")
        }
    }

    private mutating func flatten(_ object: JSONObject, under prefix: String) {
        for (name, value) in object.members {
            let key = prefix.isEmpty ? name : "\(prefix).\(name)"
            if let inner = value.object, !inner.members.isEmpty {
                flatten(inner, under: key)
            } else if !value.isNull {
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
