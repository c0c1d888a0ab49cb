import PluginKit

/// Reads declarations from CSV. The header names who it is about and the fields of the declaration; an empty cell says nothing.
struct CSVImportReader: ImportReader {
    /// By which columns a person is named, and what the declaration calls it.
    static let people = [("contact_id", "id"), ("phone", "phone"), ("bsuid", "bsuid"), ("username", "username")]

    private enum Column: Sendable {
        case person(String)
        case field(ImportColumn)
    }

    private let known: [ImportColumn]
    private var records = CSVRecords()
    /// Nil before the header came.
    private var columns: [Column]?

    init(_ columns: [ImportColumn]) {
        known = columns
    }

    mutating func read(_ piece: some Collection<UInt8>) throws(PlatformError) -> [ImportLine] {
        try lines(try records.read(piece))
    }

    mutating func finish() throws(PlatformError) -> [ImportLine] {
        let lines = try lines(try records.finish())
        guard columns != nil else { throw PlatformError.invalid("content", "the file is empty; begin with a header") }
        return lines
    }

    private mutating func lines(_ items: [CSVRecords.Item]) throws(PlatformError) -> [ImportLine] {
        var lines: [ImportLine] = []
        for item in items {
            guard let columns else {
                guard case .record(let names, _) = item else {
                    throw PlatformError.invalid(
                        "content", "the header cannot be read; begin with a line of column names")
                }
                columns = try header(names)
                continue
            }
            switch item {
            case .fault(let problem, let line):
                lines.append(.fault(ConsentImportFault(line: line, field: "(line)", problem: problem)))
            case .record(let cells, let line):
                guard cells != [""] else { continue }
                lines.append(Self.line(cells, line, columns))
            }
        }
        return lines
    }

    /// A name that is not known is told by its place and never quoted: a file without a header begins with a person.
    private func header(_ names: [String]) throws(PlatformError) -> [Column] {
        var columns: [Column] = []
        var seen: Set<String> = []
        for (place, name) in names.enumerated() {
            let name = name.trimmed
            guard seen.insert(name).inserted else {
                throw PlatformError.invalid("content", "column \(place + 1) has a name that an earlier one has")
            }
            if let person = Self.people.first(where: { $0.0 == name }) {
                columns.append(.person(person.1))
            } else if let column = known.first(where: { $0.path == name }) {
                columns.append(.field(column))
            } else {
                let names = (Self.people.map(\.0) + known.map(\.path)).joined(separator: ", ")
                throw PlatformError.invalid("content", "column \(place + 1) is not known; known are \(names)")
            }
        }
        guard columns.contains(where: { if case .person = $0 { true } else { false } }) else {
            let names = Self.people.map(\.0).joined(separator: ", ")
            throw PlatformError.invalid("content", "no column says who it is; name one of \(names)")
        }
        return columns
    }

    private static func line(_ cells: [String], _ line: Int, _ columns: [Column]) -> ImportLine {
        func fault(_ field: String, _ problem: String) -> ImportLine {
            .fault(ConsentImportFault(line: line, field: field, problem: problem))
        }
        guard cells.count == columns.count else {
            return fault("(line)", "the line has \(cells.count) cells, the header \(columns.count)")
        }
        var declaration = JSONObject()
        for (cell, column) in zip(cells, columns) where !cell.isEmpty {
            switch column {
            case .person(let kind):
                guard declaration["contact"] == nil else {
                    return fault("contact", "name the person in one column alone")
                }
                declaration["contact"] = [kind: .string(cell)]
            case .field(let column):
                switch column.kind {
                case .text: declaration.set(column.path, .string(cell))
                case .number:
                    guard let number = Int(cell.trimmed) else { return fault(column.path, "give a whole number") }
                    declaration.set(column.path, .number(String(number)))
                case .flag:
                    guard let flag = Bool(cell.trimmed.lowercased()) else {
                        return fault(column.path, "give true or false")
                    }
                    declaration.set(column.path, .bool(flag))
                }
            }
        }
        return .declaration(declaration, line: line)
    }
}

extension JSONObject {
    /// Puts a value under `name`, or under `outer.inner` into the object that is there or is made.
    fileprivate mutating func set(_ path: String, _ value: JSON) {
        guard let dot = path.firstIndex(of: ".") else {
            self[path] = value
            return
        }
        let outer = String(path[..<dot])
        var inner = self[outer]?.object ?? JSONObject()
        inner[String(path[path.index(after: dot)...])] = value
        self[outer] = .object(inner)
    }
}
