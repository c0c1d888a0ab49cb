import Crypto
import Foundation
import PluginKit
import Postgres
import Synchronization
import Testing

@testable import Platform

@Suite struct ExportTests {
    /// The chunks as they were emitted.
    private func chunks(_ id: TenantID, _ region: Region) async throws -> [[UInt8]] {
        var chunks: [[UInt8]] = []
        try await region.installation.exports.begin(id, .system).write { chunks.append($0) }
        return chunks
    }

    private func lines(_ chunks: [[UInt8]]) throws -> [JSON] {
        try chunks.joined().split(separator: UInt8(ascii: "\n")).map { try JSON(parsing: Array($0)) }
    }

    @Test func `everything a tenant has is told, opened, and the last line proves that it is whole`() async throws {
        try await Region.with { region in
            let (company, other) = (try await Company(in: region), try await Company(in: region))
            for tenant in [company, other] {
                try await tenant.befriend(Person(1))
                _ = try await region.installation.agreementTexts.add(
                    .sample("of-\(tenant.id)"), of: tenant.id, .system)
            }
            _ = try await region.installation.agreementTexts.add(.sample(), of: nil, .system)
            try await company.agree(Person(2).phone)
            try await company.setUp()
            try await company.listen()
            let sent = try await company.send("Ihr Termin", to: Person(1).byPhone, key: "k")
            try await Hand(in: region).work()
            try await company.receive(
                company.channel.status(.delivered, of: region.messenger.deliveries[0].providerID),
                company.channel.event(.account(field: "security"), key: "e", raw: ["what": "raw event"]),
                company.channel.message("m2", from: [Person(2).phone], "Grüße", name: "Erika"))

            let chunks = try await chunks(company.id, region)
            let lines = try lines(chunks)
            let (manifest, last) = (try #require(lines.first), try #require(lines.last))
            #expect(manifest["export"]?.string == "obhut/tenant-export/1")
            #expect(manifest["tenant_id"]?.string == company.id.description)
            #expect(manifest["rows"] == last["rows"])
            let before = chunks.dropLast().joined()
            #expect(
                last["sha256"]?.string == SHA256.hash(data: Array(before)).map { String(format: "%02x", $0) }.joined())

            func rows(_ table: String) -> [JSON] {
                lines.filter { $0["table"]?.string == table }.compactMap { $0["row"] }
            }
            for table in ExportTable.all {
                let stored = try await (table.place == .region ? region.database : region.controlDatabase).query(
                    PostgresQuery("test.count", "SELECT count(*) FROM \(table.name) WHERE tenant_id = $1", [company.id])
                )
                let count = try stored[0].decode(0, as: Int.self)
                #expect(rows(table.name).count == count, "\(table.name)")
                #expect(!rows(table.name).isEmpty, "\(table.name) must hold something")
                for row in rows(table.name) {
                    #expect(row["tenant_id"]?.string == company.id.description)
                    for column in table.omitted where column != "document_sha256" { #expect(row[column] == nil) }
                }
            }
            #expect(
                rows("messages").contains {
                    $0["message_id"]?.string == sent.description
                        && $0["content"]?["text"]?["body"]?.string == "Ihr Termin"
                })
            #expect(rows("messages").contains { $0["provider_message_id"]?.string == "m2" })
            let addresses = Set(rows("identities").compactMap { $0["address"]?.string })
            #expect(addresses == [Person(1).phone.address.revealed, Person(2).phone.address.revealed])
            #expect(rows("contacts").contains { $0["name"]?.string == "Erika" })
            #expect(rows("channel_events").contains { $0["raw"]?["what"]?.string == "raw event" })
            #expect(rows("consent_events").first?["evidence"]?["text"]?.string == "Ja, gerne.")
            #expect(rows("tenant_details").first?["officer_name"]?.string == "Dora Schutz")
            #expect(rows("channels").first?["address"]?.string == company.channel.address)
            let text = String(decoding: Array(chunks.joined()), as: UTF8.self)
            for secret in ["token-", "ingress-secret", other.id.description] {
                #expect(!text.contains(secret), "\(secret)")
            }
            let entered = try await region.controlDatabase.query(
                PostgresQuery("test.entered", "SELECT entry FROM audit_entries WHERE action = 'tenant.exported'"))
            #expect(entered.count == 1)
        }
    }

    @Test func `of a person who was hidden and turned out to be known all is told, of one who is hidden nothing`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            // One of the two goes on, whichever is known.
            try await company.agree(Person(1).phone)
            try await company.agree(Person(3).user)
            // Somebody who writes a no before anything else is hidden.
            for id in [Person(1).user, Person(3).phone, Person(2).user] {
                try await company.receive(company.channel.message("no \(id.address.revealed)", from: [id], "STOP"))
            }
            try await Ear(in: region).work()
            #expect(try await region.number("SELECT count(*) FROM contacts WHERE hidden") == 3)
            func exported(_ table: String) async throws -> [JSON] {
                try lines(try await chunks(company.id, region)).filter { $0["table"]?.string == table }
                    .compactMap { $0["row"] }
            }
            #expect(try await exported("consent_events").map { $0["kind"]?.string } == ["granted", "granted"])
            for person in [Person(1), Person(3)] {
                let id = "join \(person.phone.address.revealed)"
                try await company.receive(company.channel.message(id, from: [person.phone, person.user]))
            }
            let events = try await exported("consent_events")
            #expect(
                events.map { $0["kind"]?.string ?? "" }.sorted() == ["granted", "granted", "withdrawn", "withdrawn"])
            let contacts = Set(try await exported("contacts").map { $0["contact_id"]?.string })
            #expect(contacts.count == 4 && events.allSatisfy { contacts.contains($0["contact_id"]?.string) })
        }
    }

    /// A table or a sealed column of a later migration cannot be forgotten, nor be told as it stands.
    @Test
    func `every table that goes by tenant is exported or left out with a reason, and no bytes are told as they stand`()
        async throws
    {
        try await Region.with { region in
            let told = Dictionary(uniqueKeysWithValues: ExportTable.all.map { ($0.name, $0) })
            #expect(Set(told.keys).isDisjoint(with: ExportTable.left.keys))
            for (database, place) in [(region.database, ExportTable.Place.region), (region.controlDatabase, .control)] {
                let columns = try await database.query(
                    PostgresQuery(
                        "test.columns",
                        """
                        SELECT table_name::text AS name, column_name::text AS column, data_type = 'bytea' AS is_bytes
                        FROM information_schema.columns c
                        JOIN information_schema.tables b USING (table_schema, table_name)
                        WHERE b.table_type = 'BASE TABLE' AND table_schema = 'public' AND EXISTS (
                            SELECT FROM information_schema.columns t
                            WHERE t.table_schema = 'public' AND t.table_name = c.table_name AND t.column_name = 'tenant_id')
                        """))
                for row in columns {
                    let (name, column) = (
                        try row.decode("name", as: String.self), try row.decode("column", as: String.self)
                    )
                    guard let table = told[name] else {
                        #expect(ExportTable.left[name]?.isEmpty == false, "\(name) is neither exported nor left out")
                        continue
                    }
                    #expect(table.place == place, "\(name)")
                    if try row.decode("is_bytes") { #expect(table.omitted.contains(column), "\(name).\(column)") }
                }
            }
        }
    }

    /// More than a page of a table, so that pages meet; and with it the bound of memory: no chunk is more than a page.
    @Test func `pages meet without a gap or a repetition, and none is larger than a page`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            let wanted =
                Int(ProcessInfo.processInfo.environment["OBHUT_EXPORT_MESSAGES"] ?? "") ?? TenantExport.page * 2 + 1
            var text: [String] = []
            try await fill(company, wanted - 1)
            let ids: [String] = try await region.rows("SELECT message_id::text AS id FROM messages ORDER BY message_id")
                .map { try $0.decode("id") }
            var (sizes, open): ([Int], [String]) = ([], [])
            try await region.installation.exports.begin(company.id, .system).write { chunk in
                sizes.append(chunk.count)
                for line in chunk.split(separator: UInt8(ascii: "\n")) {
                    let json = try JSON(parsing: Array(line))
                    guard json["table"] == "messages" else { continue }
                    if let id = json["row"]?["message_id"]?.string { text.append(id) }
                    if let body = json["row"]?["content"]?["text"]?["body"]?.string { open.append(body) }
                }
            }
            #expect(text == ids && ids.count == wanted && open.count == wanted)
            #expect(sizes.allSatisfy { $0 < TenantExport.page * 1024 })
        }
    }

    /// Messages as they would stand there, without the way they come.
    private func fill(_ company: Company, _ count: Int) async throws {
        let region = company.region
        let row = try await region.rows(
            "SELECT m.conversation_id, m.contact_id, m.channel_id, c.key_id, c.key_sealed FROM messages m JOIN contacts c USING (tenant_id, contact_id)"
        )[0]
        let contact = try OpenContact(
            id: row.decode("contact_id"), keyID: row.decode("key_id"), keySealed: row.decode("key_sealed"),
            keys: try await company.keys)
        for start in stride(from: 0, to: count, by: 5000) {
            let ids = (start..<min(start + 5000, count)).map { _ in MessageID.generate() }
            let sealed = try ids.map { try contact.seal(content: .text("Nachricht"), of: $0) }
            _ = try await region.rows(
                """
                INSERT INTO messages (tenant_id, message_id, conversation_id, contact_id, channel_id, sealed_for, direction, type, state,
                                      content_sealed, occurred_at)
                SELECT $1, u.id, $2, $3, $4, $3, 'inbound', 'text', 'received', u.content, now()
                FROM unnest($5::uuid[], $6::bytea[]) AS u (id, content)
                """,
                [
                    company.id, try row.decode("conversation_id", as: UUID.self), contact.id,
                    try row.decode("channel_id", as: UUID.self), ids, sealed,
                ])
        }
    }

    @Test func `an export that the end of the data overtakes breaks off without its last line`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            _ = try await region.installation.tenants.terminate(company.id, reason: "r", erasureDelay: 0, .system)
            let export = try await region.installation.exports.begin(company.id, .system)
            var chunks: [[UInt8]] = []
            await expectError(.notFound) {
                try await export.write { chunk in
                    chunks.append(chunk)
                    if chunks.count == 1 { _ = try await region.installation.erasure.erase(company.id, .system) }
                }
            }
            #expect(try lines(chunks).allSatisfy { $0["sha256"] == nil })
            await expectError(.notFound) { try await region.installation.exports.begin(company.id, .system).tenant }
        }
    }
}
