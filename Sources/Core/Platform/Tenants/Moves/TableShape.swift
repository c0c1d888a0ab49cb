import Postgres

/// A tenant table as it is copied: read from the catalogue, so that no column and no table can be forgotten.
struct TableShape: Sendable, Hashable {
    /// As SQL takes it; so are the columns.
    var name: String
    /// All that are stored, in their order.
    var columns: [String]
    /// Those of the primary key.
    var key: [String]
    /// The one that the shard numbers itself. It gets a new number at the target, in the same order: its own may be another tenant's next.
    var identity: String?
    /// Columns by which a row points to another of the same table.
    var links: [String]

    /// Those that hold a tenant's rows; what others point to comes first. `tenant_standing` is not copied: each shard has its own.
    static func all(_ session: some PostgresSession) async throws -> [TableShape] {
        let tables = try await TenantTables(session).inOrder.reversed().filter { $0.name != "tenant_standing" }
        let rows = try await session.query(
            PostgresQuery(
                "movement.columns",
                """
                SELECT quote_ident(c.relname) AS name, quote_ident(a.attname) AS column, a.attidentity <> '' AS is_identity,
                       EXISTS (SELECT FROM pg_index i
                               WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)) AS is_key
                FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                ORDER BY c.relname, a.attnum
                """))
        let columns = try rows.map {
            Column(
                table: try $0.decode("name"), name: try $0.decode("column"), isIdentity: try $0.decode("is_identity"),
                isKey: try $0.decode("is_key"))
        }
        return tables.map { table in
            let own = columns.filter { $0.table == table.name }
            return TableShape(
                name: table.name, columns: own.map(\.name), key: own.filter(\.isKey).map(\.name),
                identity: own.first(where: \.isIdentity)?.name, links: table.links)
        }
    }

    private struct Column {
        var table: String
        var name: String
        var isIdentity: Bool
        var isKey: Bool
    }

    // MARK: - Copying

    /// The tenant of the transaction, whom row-level security asks for too. COPY takes no parameters.
    private static let ours = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid"

    private var list: String { columns.joined(separator: ", ") }
    private var order: String { identity.map { " ORDER BY \($0)" } ?? "" }

    var read: PostgresQuery {
        PostgresQuery("movement.read", "COPY (SELECT \(list) FROM \(name) WHERE \(Self.ours)\(order)) TO STDOUT")
    }

    /// COPY does not write under row-level security, so rows come into a table of the transaction's own first, a portion at a time.
    var makePortion: PostgresQuery {
        PostgresQuery(
            "movement.make-portion",
            "CREATE TEMP TABLE moving_rows ON COMMIT DROP AS SELECT \(list) FROM \(name) WITH NO DATA")
    }

    static let writePortion = PostgresQuery("movement.write-portion", "COPY moving_rows FROM STDIN")
    static let dropPortion = PostgresQuery("movement.drop-portion", "DROP TABLE moving_rows")

    /// Rows that point to others of their table do so later: those may be in a portion to come.
    var addPortion: [PostgresQuery] {
        let taken = columns.filter { $0 != identity }
        let values = taken.map { links.contains($0) ? "NULL" : $0 }
        return [
            PostgresQuery(
                "movement.add-portion",
                """
                INSERT INTO \(name) (\(taken.joined(separator: ", ")))
                SELECT \(values.joined(separator: ", ")) FROM moving_rows\(order)
                """), PostgresQuery("movement.empty-portion", "TRUNCATE moving_rows"),
        ]
    }

    func readLinks(_ link: String) -> PostgresQuery {
        PostgresQuery(
            "movement.read-links",
            """
            COPY (SELECT \(list) FROM \(name) WHERE \(Self.ours) AND \(link) IS NOT NULL) TO STDOUT
            """)
    }

    func addLinks(_ link: String) -> [PostgresQuery] {
        [
            PostgresQuery(
                "movement.add-links",
                """
                UPDATE \(name) t SET \(link) = m.\(link) FROM moving_rows m
                WHERE \(key.map { "t.\($0) = m.\($0)" }.joined(separator: " AND "))
                """), PostgresQuery("movement.empty-portion", "TRUNCATE moving_rows"),
        ]
    }

    // MARK: - Comparing

    /// How many rows, and a sum over their hashes that does not depend on their order. What the shard numbers itself counts by its rank.
    /// As a COPY, as a large table is read for longer than an answer to a statement is waited for.
    /// - Parameter without: columns that must differ.
    func digest(without: Set<String>) -> PostgresQuery {
        let values = columns.filter { !without.contains($0) }.map { column in
            column == identity ? "row_number() OVER (ORDER BY \(column))" : column
        }
        return PostgresQuery(
            "movement.digest",
            """
            COPY (SELECT count(*) || ' ' || concat_ws('-', sum(('x' || substr(hash, 1, 15))::bit(60)::bigint),
                                                      sum(('x' || substr(hash, 16, 15))::bit(60)::bigint),
                                                      sum(('x' || substr(hash, 31, 15))::bit(60)::bigint))
                  FROM (SELECT encode(sha256(convert_to(ROW(\(values.joined(separator: ", ")))::text, 'UTF8')), 'hex') AS hash
                        FROM \(name) WHERE \(Self.ours)) t) TO STDOUT
            """)
    }
}
