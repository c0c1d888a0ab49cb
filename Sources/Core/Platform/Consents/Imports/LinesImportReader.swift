import PluginKit

/// Reads declarations from lines of JSON, each in the shape of `POST /api/v1/consents`.
struct LinesImportReader: ImportReader {
    private static let newline: UInt8 = 0x0A

    private let limit: Int
    private var pending: [UInt8] = []
    private var line = 1
    private var isSkipping = false

    init(limit: Int = ConsentImportLimits.line) {
        self.limit = limit
    }

    mutating func read(_ piece: some Collection<UInt8>) throws(PlatformError) -> [ImportLine] {
        pending.append(contentsOf: piece)
        var lines: [ImportLine] = []
        var start = 0
        while let end = pending[start...].firstIndex(of: Self.newline) {
            if !isSkipping, let line = declaration(pending[start..<end]) { lines.append(line) }
            isSkipping = false
            line += 1
            start = end + 1
        }
        pending.removeSubrange(..<start)
        if isSkipping {
            pending = []
        } else if pending.count > limit {
            lines.append(tooLong)
            pending = []
            isSkipping = true
        }
        return lines
    }

    mutating func finish() throws(PlatformError) -> [ImportLine] {
        defer { pending = [] }
        return isSkipping ? [] : declaration(pending[...]).map { [$0] } ?? []
    }

    private var tooLong: ImportLine {
        .fault(ConsentImportFault(line: line, field: "(line)", problem: "the line is longer than \(limit) bytes"))
    }

    /// - Returns: nil for an empty line.
    private func declaration(_ bytes: ArraySlice<UInt8>) -> ImportLine? {
        guard bytes.contains(where: { ![0x20, 0x09, 0x0D].contains($0) }) else { return nil }
        guard bytes.count <= limit else { return tooLong }
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: bytes, depthLimit: 8)
        } catch {
            return .fault(
                ConsentImportFault(line: line, field: "(line)", problem: "this is not JSON: \(error.reason.rawValue)"))
        }
        guard let object = json.object else {
            return .fault(
                ConsentImportFault(line: line, field: "(line)", problem: "expected an object, found \(json.kind)"))
        }
        return .declaration(object, line: line)
    }
}
