import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

@Suite struct ConsentImportTests {
    /// A company, and a hand that works on its imports.
    private struct Setting: Sendable {
        let region: Region
        let company: Company
        var imports: ConsentImportService { region.installation.imports }

        init(in region: Region) async throws {
            self.region = region
            company = try await Company(in: region)
        }

        static let defaults = JSONObject([
            ("purpose", "marketing"), ("state", "granted"), ("occurred_at", "2026-03-01T12:00:00Z"),
            ("evidence", ["method": "shop_checkout", "text": "Ja, ich möchte Angebote.", "reference": "Kasse 3"]),
        ])

        func begin(isTrial: Bool = false, defaults: JSONObject = defaults) async throws -> ConsentImportID {
            try await imports.begin(
                company.caller, NewConsentImport(name: "Shop", isTrial: isTrial, defaults: defaults), .system
            ).id
        }

        @discardableResult
        func bring(_ file: String, to id: ConsentImportID, _ format: ImportFormat = .csv) async throws -> ConsentImport
        {
            let pieces = AsyncThrowingStream<[UInt8], any Error> { stream in
                let bytes = Array(file.utf8)
                for start in stride(from: 0, to: bytes.count, by: 1000) {
                    stream.yield(Array(bytes[start..<min(start + 1000, bytes.count)]))
                }
                stream.finish()
            }
            return try await imports.receive(company.caller, id, format, pieces, .system)
        }

        func find(_ id: ConsentImportID) async throws -> ConsentImport { try await imports.find(company.caller, id) }

        func faults(_ id: ConsentImportID) async throws -> [ConsentImportFault] {
            try await imports.faults(company.caller, id, PageRequest(limit: 200)).items
        }

        func claim() async throws -> [Lane] {
            let lease = UUID()
            let rows = try await region.shard.worker.query(
                QueueStore.claim(
                    QueueStore.importing, lease: lease, limit: 64, holding: ConsentImportLane.lease, busy: [:],
                    share: 64))
            return try rows.map {
                Lane(
                    tenant: try $0.decode("tenant_id"), kind: QueueStore.importing, id: try $0.decode("lane_id"),
                    lease: lease)
            }
        }

        func work() async throws {
            let lane = ConsentImportLane(shard: try region.shard, plugins: region.installation.plugins, logger: .quiet)
            while true {
                let lanes = try await claim()
                if lanes.isEmpty { return }
                for one in lanes { await lane.run(one) }
            }
        }

        func events() async throws -> Int { try await region.number("SELECT count(*) FROM consent_events") }
    }

    private static func csv(_ lines: Int) -> String {
        "phone\n" + (0..<lines).map { "+49301\(String(format: "%06d", $0))\n" }.joined()
    }

    @Test func `every good line is recorded, every bad one named, and nothing of the file stays`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region)
            let id = try await setting.begin()
            let lines = (0..<250).map { line in
                line % 50 == 7
                    ? "+49,\n"
                    : line % 50 == 9 ? "+49301\(100_000 + line),2099-01-01T00:00:00Z\n" : "+49301\(100_000 + line),\n"
            }
            let started = try await setting.bring("phone,occurred_at\n" + lines.joined(), to: id)
            #expect(started.state == .running)
            #expect(started.counts.lines == 250)
            try await setting.work()
            let done = try await setting.find(id)
            #expect(done.state == .done && done.finishedAt != nil)
            #expect(done.counts.processed == 250 && done.counts.recorded == 240 && done.counts.refused == 10)
            #expect(done.counts.unproven == 0 && done.counts.repeated == 0)
            let faults = try await setting.faults(id)
            #expect(faults.map(\.line) == [9, 11, 59, 61, 109, 111, 159, 161, 209, 211])
            #expect(Set(faults.map(\.field)) == ["contact.phone", "occurred_at"])
            #expect(try await setting.events() == 240)
            #expect(try await region.number("SELECT count(*) FROM consent_import_parts") == 0)
            #expect(try await region.number("SELECT count(*) FROM queue_jobs WHERE kind = 'import'") == 0)
            // There is a consent, and no more than that is missing than what a template would do without.
            await expectRefusal(.serviceWindowClosed) {
                try await setting.company.send(
                    "Angebot", to: .identity(kind: .phone, address: Personal("+49301100000")), for: "marketing")
            }
        }
    }

    @Test func `a trial says what would be and records nothing, nor makes anybody`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region)
            let id = try await setting.begin(isTrial: true)
            try await setting.bring(Self.csv(120) + "kein Telefon\n", to: id)
            try await setting.work()
            let done = try await setting.find(id)
            #expect(done.state == .done && done.counts.recorded == 120 && done.counts.refused == 1)
            #expect(try await setting.events() == 0)
            #expect(try await setting.company.contacts().isEmpty)
        }
    }

    @Test func `a line and a file that come again record nothing again`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region)
            for repeated in [10, 130] {
                let id = try await setting.begin()
                try await setting.bring(Self.csv(120) + Self.csv(10).dropFirst("phone\n".count), to: id)
                try await setting.work()
                let counts = try await setting.find(id).counts
                #expect(counts.repeated == repeated && counts.recorded == 130 - repeated)
            }
            #expect(try await setting.events() == 120)
        }
    }

    @Test func `a member that nobody knows is named when it may be a field, and never when it may be a person`()
        async throws
    {
        try await Region.with { region in
            let setting = try await Setting(in: region)
            let id = try await setting.begin()
            let members = ["purpos", "Lena Brandt", "+49 170 1234567", "lena@praxis.example"]
            let lines = members.map { #"{"contact": {"phone": "+4930123456"}, "\#($0)": "x"}"# }
            try await setting.bring(lines.joined(separator: "\n"), to: id, .lines)
            try await setting.work()
            let kept = try await region.rows("SELECT field FROM consent_import_faults ORDER BY line")
            #expect(
                try kept.map { try $0.decode("field", as: String.self) } == ["purpos", "(line)", "(line)", "(line)"])
            #expect(try await setting.faults(id).allSatisfy { !$0.problem.contains("ena") })
        }
    }

    @Test func `lines of JSON name people in every way, and say what the defaults do not`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region)
            try await setting.company.befriend(Person(1))
            let contact = try await setting.company.contacts()[0].id
            let id = try await setting.begin()
            let file = """
                {"contact": {"id": "\(contact)"}}
                {"contact": {"phone": "+4930999"}, "evidence": {"method": "import", "text": null, "reference": null}}
                {"contact": {"phone": "+4930998"}, "channel_id": "\(setting.company.channel.id)"}
                {"contact": {"id": "\(ContactID.generate())"}}
                {"contact": {"phone": "+4930997"}, "purpose": "all"}
                keins

                """
            try await setting.bring(file, to: id, .lines)
            try await setting.work()
            #expect(
                try await setting.faults(id).map { "\($0.line) \($0.field)" } == [
                    "3 channel_id", "4 contact.id", "5 purpose", "6 (line)",
                ])
            let view = try await region.installation.consents.list(setting.company.caller, contact)
            #expect(view.first { $0.purpose == "marketing" }?.standing.state == .granted)
        }
    }

    @Test func `what nothing proves is counted, and the gate goes by the tenant's rule`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region)
            let id = try await setting.begin(
                defaults: JSONObject([
                    ("purpose", "marketing"), ("state", "granted"), ("occurred_at", "2026-03-01T12:00:00Z"),
                    ("evidence", ["method": "import"]),
                ]))
            try await setting.bring(Self.csv(3), to: id)
            try await setting.work()
            #expect(try await setting.find(id).counts.unproven == 3)
            await expectRefusal(.consentUnproven) {
                try await setting.company.send(
                    "Angebot", to: .identity(kind: .phone, address: Personal("+49301000000")), for: "marketing")
            }
        }
    }

    @Test func `a file that comes again with better evidence is recorded, and the better counts`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region)
            func bring(_ evidence: JSON, _ file: String = Self.csv(3)) async throws -> ConsentImport.Counts {
                let id = try await setting.begin(
                    defaults: JSONObject([
                        ("purpose", "marketing"), ("state", "granted"), ("occurred_at", "2026-03-01T12:00:00Z"),
                        ("evidence", evidence),
                    ]))
                try await setting.bring(file, to: id)
                try await setting.work()
                return try await setting.find(id).counts
            }
            let (poor, rich): (JSON, JSON) = (
                ["method": "import"], ["method": "import", "text": "Ja, gerne.", "reference": "CRM"]
            )
            let proofs = "SELECT count(*) FROM consents WHERE proof = 'documented'"
            #expect(try await bring(poor).unproven == 3)
            #expect(try await region.number(proofs) == 0)
            let better = try await bring(rich)
            #expect(better.recorded == 3 && better.unproven == 0)
            #expect(try await region.number(proofs) == 3)
            #expect(try await bring(poor).repeated == 3)
            #expect(
                try await bring(["reference": "CRM", "note": .null, "text": "Ja, gerne.", "method": "import"]).repeated
                    == 3)
            #expect(try await region.number(proofs) == 3)
        }
    }

    @Test func `what is said to follow the person's own no without a reference is counted, and proves nothing`()
        async throws
    {
        try await Region.with { region in
            let setting = try await Setting(in: region)
            let company = setting.company
            try await company.befriend(Person(1))
            try await company.receive(company.channel.message("stop", from: [Person(1).phone], "STOP"))
            try await Ear(in: region).work()
            // Declared for them, and so no act of their own.
            try await company.declare("withdrawn", by: Person(2).byPhone)
            func bring(_ reference: JSON, isTrial: Bool) async throws -> ConsentImport.Counts {
                let id = try await setting.begin(
                    isTrial: isTrial,
                    defaults: JSONObject([
                        ("purpose", "service"), ("state", "granted"), ("occurred_at", .string(Date().rfc3339)),
                        ("evidence", ["method": "web_form", "text": "Ja, gerne.", "reference": reference]),
                    ]))
                let people = [Person(1), Person(2), Person(3)].map { "+\($0.phone.address.revealed)\n" }.joined()
                try await setting.bring("phone\n" + people, to: id)
                try await setting.work()
                return try await setting.find(id).counts
            }
            for isTrial in [true, false] {
                let counts = try await bring(.null, isTrial: isTrial)
                #expect(counts.recorded == 3 && counts.unproven == 1 && counts.afterWithdrawal == 1)
            }
            await expectRefusal(.consentUnproven) { try await company.send("x", to: Person(1).byPhone) }
            let proven = try await bring("Formular 4711", isTrial: false)
            #expect(proven.recorded == 3 && proven.unproven == 0 && proven.afterWithdrawal == 0)
            try await company.send("x", to: Person(1).byPhone)
            #expect(try await region.installation.consentVerifier.verify(company.id)[0].isWhole)
        }
    }

    @Test func `a consent that is imported releases what its person wrote before, and a no closes`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region)
            let company = setting.company
            for person in [Person(1), Person(2)] {
                try await company.receive(
                    company.channel.message("early-\(person.phone.address.revealed)", from: [person.phone], "früh"))
            }
            try await Ear(in: region).work()
            #expect(try await company.heldBack() == 2)
            let (agreed, refused) = (Person(1).phone.address.revealed, Person(2).phone.address.revealed)
            let id = try await setting.begin()
            try await setting.bring("phone,state\n+\(agreed),granted\n+\(refused),refused\n", to: id)
            try await setting.work()
            #expect(try await setting.faults(id) == [])
            try await Ear(in: region).work()
            #expect(try await company.messages(.inbound).map { $0.content.fields["body"]?.string } == ["früh"])
            #expect(try await company.contacts().count == 1)
            #expect(try await company.heldBack() == 0)
        }
    }

    @Test func `somebody whom the tenant is not shown cannot be named by id`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region)
            let company = setting.company
            try await company.receive(company.channel.message("early", from: [Person(1).phone]))
            let hidden = try await region.rows("SELECT contact_id FROM contacts WHERE hidden")[0]
                .decode("contact_id", as: ContactID.self)
            let id = try await setting.begin()
            try await setting.bring("contact_id\n\(hidden)\n", to: id)
            try await setting.work()
            #expect(try await setting.faults(id).map(\.field) == ["contact.id"])
            #expect(try await company.heldBack() == 1)
        }
    }

    @Test func `a worker that dies between parts leaves an import that another finishes`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region)
            let id = try await setting.begin()
            try await setting.bring(Self.csv(350), to: id)
            // One took the lane and was heard of no more: its lease ends.
            #expect(try await setting.claim().count == 1)
            #expect(try await setting.claim().isEmpty)
            _ = try await region.rows(
                "UPDATE queue_lanes SET run_at = now(), lease_until = now() WHERE kind = 'import'")
            try await setting.work()
            #expect(try await setting.find(id).counts.recorded == 350)
            #expect(try await setting.events() == 350)
        }
    }

    @Test func `a file that breaks off leaves nothing, and can be brought again`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region)
            let id = try await setting.begin()
            struct BrokeOff: Error {}
            let pieces = AsyncThrowingStream<[UInt8], any Error> { stream in
                stream.yield(Array(Self.csv(300).utf8))
                stream.finish(throwing: BrokeOff())
            }
            await #expect(throws: BrokeOff.self) {
                try await setting.imports.receive(setting.company.caller, id, .csv, pieces, .system)
            }
            #expect(try await setting.find(id).state == .open)
            #expect(try await region.number("SELECT count(*) FROM consent_import_parts") == 0)
            try await setting.bring(Self.csv(5), to: id)
            await #expect(throws: PlatformError.self) { try await setting.bring(Self.csv(5), to: id) }
            try await setting.work()
            #expect(try await setting.find(id).counts.recorded == 5)
        }
    }

    @Test func `a stopped import keeps what it recorded and forgets the rest`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region)
            let id = try await setting.begin()
            try await setting.bring(Self.csv(5), to: id)
            let stopped = try await setting.imports.stop(setting.company.caller, id, .system)
            #expect(stopped.state == .stopped)
            try await setting.work()
            #expect(try await setting.events() == 0)
            #expect(try await region.number("SELECT count(*) FROM consent_import_parts") == 0)
            #expect(try await region.number("SELECT count(*) FROM queue_lanes WHERE kind = 'import'") == 0)
        }
    }

    struct BadFile: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var file: String
    }

    @Test(arguments: [
        BadFile(testDescription: "an empty one", file: ""),
        BadFile(testDescription: "a header alone", file: "phone\n"),
        BadFile(testDescription: "no header", file: "+4930123456\n+4930123457\n"),
        BadFile(testDescription: "nobody named", file: "purpose\nservice\n"),
        BadFile(testDescription: "a column twice", file: "phone,phone\n1,2\n"),
    ])
    func `what is no such file is refused whole, quotes nothing, and leaves the import open`(_ bad: BadFile)
        async throws
    {
        try await Region.with { region in
            let setting = try await Setting(in: region)
            let id = try await setting.begin()
            do {
                try await setting.bring(bad.file, to: id)
                Issue.record("it was taken")
            } catch let error as PlatformError {
                #expect(error.fields.map(\.path) == ["content"])
                #expect(!error.fields[0].problem.contains("4930123456"))
            }
            #expect(try await setting.find(id).state == .open)
        }
    }

    @Test func `another tenant sees nothing of an import`() async throws {
        try await Region.with { region in
            let setting = try await Setting(in: region)
            let other = try await Company(in: region)
            let id = try await setting.begin()
            await #expect(throws: PlatformError.self) { try await setting.imports.find(other.caller, id) }
            await #expect(throws: PlatformError.self) {
                try await setting.imports.faults(other.caller, id, PageRequest())
            }
            await #expect(throws: PlatformError.self) { try await setting.imports.stop(other.caller, id, .system) }
            #expect(try await setting.imports.list(other.caller, PageRequest()).items.isEmpty)
        }
    }
}
