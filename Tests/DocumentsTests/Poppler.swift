import Foundation

/// Reads PDFs with poppler's tools: another program than the one that wrote them.
enum Poppler {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Text in reading order, pages parted by form feeds.
    static func text(_ pdf: [UInt8]) throws -> String {
        try run("pdftotext", ["-enc", "UTF-8"], pdf, ["-"])
    }

    static func pages(_ pdf: [UInt8]) throws -> [String] {
        // The last page ends with a form feed too.
        try text(pdf).components(separatedBy: "\u{0C}").dropLast()
    }

    /// What `pdfinfo` says, by its labels.
    static func info(_ pdf: [UInt8]) throws -> [String: String] {
        let lines = try run("pdfinfo", ["-isodates"], pdf).split(separator: "\n")
        return lines.reduce(into: [:]) { found, line in
            guard let colon = line.firstIndex(of: ":") else { return }
            found[String(line[..<colon])] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
    }

    static func structure(_ pdf: [UInt8]) throws -> String {
        try run("pdfinfo", ["-struct-text"], pdf)
    }

    /// Each font's name, and whether it is embedded.
    static func fonts(_ pdf: [UInt8]) throws -> [(name: String, isEmbedded: Bool)] {
        try run("pdffonts", [], pdf).split(separator: "\n").dropFirst(2).map { line in
            let parts = line.split(separator: " ")
            // name, type (of several words), encoding, emb, sub, uni, object, ID
            return (String(parts[0]), parts[parts.count - 5] == "yes")
        }
    }

    private static func run(_ tool: String, _ options: [String], _ pdf: [UInt8], _ rest: [String] = []) throws -> String
    {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).pdf")
        try Data(pdf).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [tool] + options + [file.path] + rest
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(tool) ended with \(process.terminationStatus); it is in poppler-utils")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
