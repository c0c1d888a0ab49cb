import FoundationEssentials

/// One `NNNN_what.sql` file.
struct MigrationFile: Sendable, Equatable {
    /// The file's name without `.sql`, as `0001_tenants`.
    let name: String
    let number: Int
    let sql: String

    /// Reads a folder's migrations in order. Files that do not end in `.sql` are passed over.
    ///
    /// - Throws: `MigrationError` when the folder cannot be read, a name is not `NNNN_what.sql`, or a number occurs twice.
    static func read(folder: String) throws(MigrationError) -> [MigrationFile] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".sql") }.sorted()
        } catch {
            throw MigrationError(.unreadable, "the migrations folder \(folder) cannot be read")
        }
        var files: [MigrationFile] = []
        for fileName in names {
            let name = String(fileName.dropLast(4))
            let digits = name.prefix { $0.isASCII && $0.isNumber }
            guard digits.count == 4, let number = Int(digits), name.dropFirst(4).first == "_", name.count > 5 else {
                throw MigrationError(.badName, "\(fileName) is not named NNNN_what.sql")
            }
            if let last = files.last, last.number == number {
                throw MigrationError(.badName, "\(last.name) and \(name) have the same number")
            }
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(fileName)"),
                let sql = String(data: data, encoding: .utf8)
            else {
                throw MigrationError(.unreadable, "\(fileName) cannot be read as UTF-8 text")
            }
            files.append(MigrationFile(name: name, number: number, sql: sql))
        }
        return files
    }
}
