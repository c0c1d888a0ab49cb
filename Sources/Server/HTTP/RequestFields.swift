import Platform
import PluginKit

import struct Foundation.Date

/// Reads a request's fields and gathers everything that is wrong, so that a caller can mend it all at once.
struct RequestFields {
    private let object: JSONObject
    private let path: String
    private(set) var problems: [PlatformError.Field] = []
    private var known: Set<String> = []

    init(_ json: JSON, path: String = "") {
        object = json.object ?? JSONObject()
        self.path = path
    }

    private func full(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    mutating func complain(_ name: String, _ problem: String) {
        problems.append(.init(path: full(name), problem: problem))
    }

    /// What a part of the request found wrong, its path whole.
    mutating func complain(at field: PlatformError.Field) { problems.append(field) }

    mutating func value(_ name: String) -> JSON? {
        known.insert(name)
        guard let value = object[name], !value.isNull else { return nil }
        return value
    }

    mutating func optionalText(_ name: String) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.string else {
            complain(name, "expected text, found \(value.kind)")
            return nil
        }
        return text
    }

    /// - Returns: an empty text, with a complaint, when it is missing.
    mutating func text(_ name: String) -> String {
        if object[name] == nil || object[name]?.isNull == true {
            known.insert(name)
            complain(name, "this is missing; give text")
            return ""
        }
        return optionalText(name) ?? ""
    }

    mutating func bool(_ name: String, default fallback: Bool) -> Bool {
        guard let value = value(name) else { return fallback }
        guard let bool = value.bool else {
            complain(name, "expected true or false, found \(value.kind)")
            return fallback
        }
        return bool
    }

    /// - Returns: the least there may be, with a complaint, when it is missing or another.
    mutating func integer(_ name: String, _ range: ClosedRange<Int>) -> Int {
        let expected = "give a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard let value = value(name) else {
            complain(name, "this is missing; \(expected)")
            return range.lowerBound
        }
        guard case .number(let text) = value, let number = JSONNumber.integer(text), range.contains(number) else {
            complain(name, expected)
            return range.lowerBound
        }
        return number
    }

    mutating func requiredBool(_ name: String) -> Bool {
        if object[name] == nil || object[name]?.isNull == true { complain(name, "this is missing; give true or false") }
        return bool(name, default: false)
    }

    mutating func optionalInteger(_ name: String) -> Int? {
        guard let value = value(name) else { return nil }
        guard case .number(let text) = value, let number = JSONNumber.integer(text) else {
            complain(name, "expected a whole number, found \(value.kind)")
            return nil
        }
        return number
    }

    /// - Returns: an empty list when it is missing.
    mutating func optionalList(_ name: String) -> [String] {
        guard let value = value(name) else { return [] }
        guard let elements = value.array else {
            complain(name, "expected an array of texts, found \(value.kind)")
            return []
        }
        return elements.enumerated().compactMap { place, element in
            if let text = element.string { return text }
            complain("\(name)[\(place)]", "expected text, found \(element.kind)")
            return nil
        }
    }

    /// Whether it is named, be it null.
    func has(_ name: String) -> Bool { object[name] != nil }

    /// An object within, read by `body`; what is wrong there is complained of with the path to it.
    /// - Returns: whether it is there.
    @discardableResult
    mutating func object(_ name: String, _ body: (inout RequestFields) -> Void) -> Bool {
        guard let value = value(name) else { return false }
        guard value.object != nil else {
            complain(name, "expected an object, found \(value.kind)")
            return false
        }
        var inner = RequestFields(value, path: full(name))
        body(&inner)
        inner.complainOfUnknown()
        problems += inner.problems
        return true
    }

    mutating func time(_ name: String) -> Date? {
        guard let text = optionalText(name) else { return nil }
        guard let date = Timestamp.date(text) else {
            complain(name, "give a time such as 2026-03-01T12:00:00Z (RFC 3339)")
            return nil
        }
        return date
    }

    mutating func id<ID: LosslessStringConvertible>(_ name: String, _ type: ID.Type = ID.self) -> ID? {
        guard let text = optionalText(name) else { return nil }
        guard let id = ID(text) else {
            complain(name, "this is not an id")
            return nil
        }
        return id
    }

    /// An object whose values are all text.
    mutating func texts(_ name: String) -> [String: String] {
        if object[name] == nil || object[name]?.isNull == true { complain(name, "this is missing; give an object") }
        return optionalTexts(name)
    }

    /// - Returns: an empty dictionary when it is missing.
    mutating func optionalTexts(_ name: String) -> [String: String] {
        guard let value = value(name) else { return [:] }
        guard let members = value.object?.members else {
            complain(name, "expected an object, found \(value.kind)")
            return [:]
        }
        var texts: [String: String] = [:]
        for member in members {
            switch member.value {
            case .string(let text): texts[member.name] = text
            case .bool(let bool): texts[member.name] = bool ? "true" : "false"
            case .number(let text): texts[member.name] = text
            default: complain("\(name).\(member.name)", "expected text, found \(member.value.kind)")
            }
        }
        return texts
    }

    /// Throws what was wrong, also every field that nobody asked for: a misspelt one must not get lost.
    mutating func finish() throws {
        complainOfUnknown()
        if problems.isEmpty { return }
        throw PlatformError(
            .invalid,
            problems.count == 1
                ? "One field is not right: \(problems[0].path)." : "\(problems.count) fields are not right.",
            remedy: "See errors for each.", fields: problems)
    }

    private mutating func complainOfUnknown() {
        for member in object.members where !known.contains(member.name) {
            complain(
                String(member.name.prefix(64)),
                "there is no such field; known are \(known.sorted().joined(separator: ", "))")
        }
    }
}

/// Numbers of JSON, which knows no whole ones apart from others.
enum JSONNumber {
    /// `7`, also as `7.0` or `70e-1`: what JSON Schema takes for an integer.
    static func integer(_ text: String) -> Int? {
        if let number = Int(text) { return number }
        guard let number = Double(text), number.magnitude < 9_007_199_254_740_992 else { return nil }
        return Int(exactly: number)
    }
}
