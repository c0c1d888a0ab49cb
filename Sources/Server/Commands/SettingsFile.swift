import Configuration
import Foundation
import PluginKit

/// The JSON file with the configuration: `{"http": {"port": 9000}}` is `http.port`.
///
/// Every value is handed on as text, as the environment and flags give it. swift-configuration's own reader of JSON tells texts from
/// numbers, and passes over the one when it is asked for the other: `"port": 9000` would count for nothing, without a word.
enum SettingsFile {
    static func values(_ path: String) throws -> [AbsoluteConfigKey: ConfigValue] {
        func refuse(_ why: String) -> SettingsError {
            SettingsError(description: "the configuration file \(path) \(why)")
        }
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw refuse("cannot be read: \(error.localizedDescription)")
        }
        let document: JSON
        do {
            document = try JSON(parsing: bytes)
        } catch {
            throw refuse("is not JSON: \(error)")
        }
        guard let object = document.object else { throw refuse("holds \(document.kind), not an object") }
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        try collect(object, [], into: &values)
        return values
    }

    private static func collect(
        _ object: JSONObject, _ above: [String], into values: inout [AbsoluteConfigKey: ConfigValue]
    ) throws {
        for (name, value) in object.members {
            let key = above + name.split(separator: ".").map(String.init)
            switch value {
            case .object(let inner): try collect(inner, key, into: &values)
            case .array(let elements):
                let texts = try elements.map { try text($0, key) }
                values[AbsoluteConfigKey(key)] = ConfigValue(.string(texts.joined(separator: ",")), isSecret: false)
            case .null: continue
            default: values[AbsoluteConfigKey(key)] = ConfigValue(.string(try text(value, key)), isSecret: false)
            }
        }
    }

    private static func text(_ value: JSON, _ key: [String]) throws -> String {
        switch value {
        case .string(let text), .number(let text): return text
        case .bool(let bool): return bool ? "true" : "false"
        default:
            throw SettingsError(
                description:
                    "\(key.joined(separator: ".")): expected texts, numbers or booleans in the list, found \(value.kind)"
            )
        }
    }
}
