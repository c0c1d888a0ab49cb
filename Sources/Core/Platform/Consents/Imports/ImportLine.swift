import PluginKit

/// A line of an import's file, as far as it could be read.
enum ImportLine: Sendable, Hashable {
    /// A declaration in the shape of `POST /api/v1/consents`.
    case declaration(JSONObject, line: Int)
    case fault(ConsentImportFault)

    /// About how much room it takes.
    var number: Int {
        switch self {
        case .declaration(_, let line): line
        case .fault(let fault): fault.line
        }
    }
}

/// Reads a file as it comes, piece by piece, and holds no more of it than a line.
protocol ImportReader: Sendable {
    /// - Returns: the lines that are complete now.
    /// - Throws: `.invalid` for what is no such file at all.
    mutating func read(_ piece: some Collection<UInt8>) throws(PlatformError) -> [ImportLine]

    /// The file is over.
    /// - Returns: what was left.
    mutating func finish() throws(PlatformError) -> [ImportLine]
}

/// How a file is written.
public enum ImportFormat: String, Sendable, CaseIterable {
    /// RFC 4180 with a header; separated by commas, semicolons or tabs.
    case csv = "text/csv"
    /// A declaration as JSON on each line.
    case lines = "application/x-ndjson"

    func reader(_ columns: [ImportColumn]) -> any ImportReader {
        switch self {
        case .csv: CSVImportReader(columns)
        case .lines: LinesImportReader()
        }
    }
}
