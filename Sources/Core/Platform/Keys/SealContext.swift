public import struct Foundation.UUID

/// Where a sealed value stands. It is authenticated with the value, so that a ciphertext moved to another table, column,
/// row or tenant does not open there.
public struct SealContext: Sendable {
    public let table: String
    public let column: String
    public let row: UUID
    public let tenant: TenantID

    public init(table: String, column: String, row: UUID, tenant: TenantID) {
        self.table = table
        self.column = column
        self.row = row
        self.tenant = tenant
    }

    public init(table: String, column: String, row: some Identifier, tenant: TenantID) {
        self.init(table: table, column: column, row: row.rawValue, tenant: tenant)
    }

    /// `header | tenant (16) | row (16) | length (4, big-endian) and bytes of table | the same of column`: every part is
    /// of fixed length or says its length, so no two places share an encoding.
    func associatedData(header: some Collection<UInt8>) -> [UInt8] {
        var data: [UInt8] = []
        data.reserveCapacity(header.count + 40 + table.utf8.count + column.utf8.count)
        data.append(contentsOf: header)
        data.append(uuid: tenant.rawValue)
        data.append(uuid: row)
        data.append(lengthPrefixed: table.utf8)
        data.append(lengthPrefixed: column.utf8)
        return data
    }
}

extension [UInt8] {
    mutating func append(uuid: UUID) {
        Swift.withUnsafeBytes(of: uuid.uuid) { append(contentsOf: $0) }
    }

    /// The count of bytes as four big-endian bytes, then the bytes.
    mutating func append(lengthPrefixed bytes: some Collection<UInt8>) {
        Swift.withUnsafeBytes(of: UInt32(truncatingIfNeeded: bytes.count).bigEndian) { append(contentsOf: $0) }
        append(contentsOf: bytes)
    }
}
