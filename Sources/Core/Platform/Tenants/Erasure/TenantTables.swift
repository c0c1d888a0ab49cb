import Postgres

/// The tables of a shard that hold a tenant's rows, read from the catalogue, so that a new one cannot be forgotten.
struct TenantTables: Sendable {
    struct Table: Sendable, Hashable {
        /// As SQL takes it.
        var name: String
        /// Columns by which a row points to another of the same table.
        var links: [String] = []
    }

    /// Those that point to others come before those they point to.
    let inOrder: [Table]

    init(_ session: some PostgresSession) async throws {
        let rows = try await session.pipeline([
            PostgresQuery(
                "erasure.tables",
                """
                SELECT quote_ident(c.relname) AS name
                FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                ORDER BY c.relname
                """),
            PostgresQuery(
                "erasure.references",
                """
                SELECT quote_ident(child.relname) AS child, quote_ident(parent.relname) AS parent,
                       ARRAY(SELECT quote_ident(a.attname) FROM pg_attribute a
                             WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) AND a.attname <> 'tenant_id') AS columns
                FROM pg_constraint k
                JOIN pg_class child ON child.oid = k.conrelid
                JOIN pg_class parent ON parent.oid = k.confrelid
                WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
                """),
        ])
        let references = try rows[1].map {
            Reference(
                child: try $0.decode("child"), parent: try $0.decode("parent"), columns: try $0.decode("columns"))
        }
        inOrder = try Self.sorted(rows[0].map { try $0.decode("name", as: String.self) }, references)
    }

    struct Reference: Sendable {
        var child: String
        var parent: String
        var columns: [String]
    }

    /// - Throws: when tables point to each other in a ring: then somebody has to say how it is taken apart.
    static func sorted(_ names: [String], _ references: [Reference]) throws(PlatformError) -> [Table] {
        var left = names
        var sorted: [Table] = []
        while !left.isEmpty {
            let free = left.filter { name in
                !references.contains { $0.parent == name && $0.child != name && left.contains($0.child) }
            }
            guard !free.isEmpty else {
                throw PlatformError(
                    .conflict, "These tables point to each other in a ring: \(left.joined(separator: ", ")).")
            }
            sorted += free.map { name in
                Table(
                    name: name,
                    links: references.filter { $0.child == name && $0.parent == name }.flatMap(\.columns))
            }
            left.removeAll(where: free.contains)
        }
        return sorted
    }
}
