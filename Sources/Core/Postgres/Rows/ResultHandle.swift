import CPQ

/// Owns a `PGresult`.
///
/// `@unchecked Sendable`: a `PGresult` is not changed after libpq returned it; every call made on it here only reads; it is
/// freed once, when the last reference is gone.
final class ResultHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    let queryName: String

    init(_ pointer: OpaquePointer, queryName: String) {
        self.pointer = pointer
        self.queryName = queryName
    }

    deinit {
        PQclear(pointer)
    }

    var rowCount: Int { Int(PQntuples(pointer)) }
    var columnCount: Int { Int(PQnfields(pointer)) }

    /// As the statement's command tag counts them: rows inserted, updated, deleted, selected.
    var affectedRows: Int {
        PQcmdTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// The command tag, as `INSERT 0 1`.
    var commandTag: String {
        PQcmdStatus(pointer).map { String(cString: $0) } ?? ""
    }

    func name(ofColumn index: Int) -> String {
        PQfname(pointer, Int32(index)).map { String(cString: $0) } ?? ""
    }

    func type(ofColumn index: Int) -> PostgresType {
        PostgresType(rawValue: PQftype(pointer, Int32(index)))
    }

    /// Compares names as they are; `PQfnumber` would fold case and copy the name at each call.
    func index(ofColumn name: String) -> Int? {
        name.withCString { wanted in
            (0..<columnCount).first { index in
                PQfname(pointer, Int32(index)).map { equal($0, wanted) } ?? false
            }
        }
    }

    private func equal(_ left: UnsafePointer<CChar>, _ right: UnsafePointer<CChar>) -> Bool {
        var offset = 0
        while left[offset] == right[offset] {
            if left[offset] == 0 { return true }
            offset += 1
        }
        return false
    }

    /// The value's bytes, valid while the handle lives; nil for NULL.
    func bytes(row: Int, column: Int) -> UnsafeRawBufferPointer? {
        if PQgetisnull(pointer, Int32(row), Int32(column)) == 1 { return nil }
        let length = Int(PQgetlength(pointer, Int32(row), Int32(column)))
        return UnsafeRawBufferPointer(start: PQgetvalue(pointer, Int32(row), Int32(column)), count: length)
    }
}
