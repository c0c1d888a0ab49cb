internal import Yams

/// Reads a YAML mapping strictly: each key must be known, be there and be of its kind. Errors name the file, the key by its
/// path (`clauses[3].number`) and the line.
struct YAMLReader {
    let file: String
    let path: String
    private let fields: [String: Node]
    private let line: Int?

    /// - Parameter keys: All that the mapping may have.
    init(_ node: Node, file: String, path: String, keys: Set<String>) throws {
        self.file = file
        self.path = path
        line = node.mark?.line
        guard case .mapping(let mapping) = node else {
            throw Self.error(file, path, node.mark?.line, "give keys with values")
        }
        var fields: [String: Node] = [:]
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else {
                throw Self.error(file, path, key.mark?.line, "a key must be a plain text")
            }
            guard keys.contains(scalar.string) else {
                let known = keys.sorted().joined(separator: ", ")
                throw Self.error(
                    file, Self.join(path, scalar.string), key.mark?.line, "is not a known key; there are \(known)")
            }
            fields[scalar.string] = value
        }
        self.fields = fields
    }

    /// The whole file.
    init(file: String, bytes: [UInt8], keys: Set<String>) throws {
        // Enough for a contract of 200 pages; what is nested deeply or repeated by reference would take its toll.
        guard bytes.count <= 1 << 20 else { throw Self.error(file, "", nil, "is larger than 1 MiB") }
        guard let source = String(validating: bytes, as: UTF8.self) else {
            throw Self.error(file, "", nil, "is not UTF-8")
        }
        if let problem = YAMLLimits.problem(source) { throw Self.error(file, "", problem.line, problem.text) }
        let node: Node?
        do { node = try Yams.compose(yaml: source) } catch let error as YamlError {
            throw Self.error(file, "", nil, "is no valid YAML: \(error)")
        }
        guard let node else { throw Self.error(file, "", nil, "is empty") }
        guard YAMLLimits.isBounded(node) else { throw Self.error(file, "", nil, "has too many entries") }
        try self.init(node, file: file, path: "", keys: keys)
    }

    func optionalText(_ key: String) throws -> String? {
        guard let node = fields[key] else { return nil }
        guard case .scalar(let scalar) = node, !scalar.string.allSatisfy(\.isWhitespace) else {
            throw error(key, "give a text that is not empty", node)
        }
        try require(printable: scalar.string, key, node)
        return scalar.string
    }

    func text(_ key: String) throws -> String {
        guard let text = try optionalText(key) else { throw missing(key) }
        return text
    }

    func pattern(_ key: String) throws -> AgreementPattern {
        try Self.pattern(text(key), self, key)
    }

    /// One text or a list of them; none when the key is not there.
    func texts(_ key: String) throws -> [String] {
        guard let node = fields[key], case .sequence(let items) = node else {
            return try optionalText(key).map { [$0] } ?? []
        }
        return try items.enumerated().map { index, item in
            guard case .scalar(let scalar) = item, !scalar.string.allSatisfy(\.isWhitespace) else {
                throw error("\(key)[\(index)]", "give a text that is not empty", item)
            }
            try require(printable: scalar.string, "\(key)[\(index)]", item)
            return scalar.string
        }
    }

    func patterns(_ key: String) throws -> [AgreementPattern] {
        try texts(key).enumerated().map { try Self.pattern($1, self, "\(key)[\($0)]") }
    }

    func mapping(_ key: String, keys: Set<String>) throws -> YAMLReader {
        guard let node = fields[key] else { throw missing(key) }
        return try YAMLReader(node, file: file, path: Self.join(path, key), keys: keys)
    }

    /// - Parameter isRequired: Whether the list must be there and have an item.
    func list(_ key: String, keys: Set<String>, isRequired: Bool = true) throws -> [YAMLReader] {
        guard let node = fields[key] else {
            if isRequired { throw missing(key) }
            return []
        }
        guard case .sequence(let items) = node, !items.isEmpty else { throw error(key, "give a list with items", node) }
        return try items.enumerated().map { index, item in
            try YAMLReader(item, file: file, path: "\(Self.join(path, key))[\(index)]", keys: keys)
        }
    }

    func error(_ key: String, _ problem: String) -> PlatformError {
        Self.error(file, Self.join(path, key), fields[key]?.mark?.line ?? line, problem)
    }

    private func error(_ key: String, _ problem: String, _ node: Node) -> PlatformError {
        Self.error(file, Self.join(path, key), node.mark?.line, problem)
    }

    /// By an escape (`"\0"`) a text could hold what no page shows and what would cut a document short.
    private func require(printable text: String, _ key: String, _ node: Node) throws {
        let isPrintable = text.unicodeScalars.allSatisfy {
            $0 == "\n" || $0 == "\t" || $0.properties.generalCategory != .control
        }
        if !isPrintable { throw error(key, "take out control characters", node) }
    }

    private func missing(_ key: String) -> PlatformError {
        Self.error(file, Self.join(path, key), line, "is missing")
    }

    private static func pattern(_ text: String, _ reader: YAMLReader, _ key: String) throws -> AgreementPattern {
        do { return try AgreementPattern(text) } catch { throw reader.error(key, error.problem) }
    }

    private static func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    static func error(_ file: String, _ path: String, _ line: Int?, _ problem: String) -> PlatformError {
        let place = [file, path].filter { !$0.isEmpty }.joined(separator: ": ")
        return .invalid(place, problem + (line.map { " (line \($0))" } ?? ""))
    }
}
