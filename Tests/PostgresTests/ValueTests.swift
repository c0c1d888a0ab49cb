import Foundation
import TestSupport
import Testing

@testable import Postgres

private enum Mood: String, PostgresEnum, CaseIterable {
    case sad
    case content = "quite content"
}

private struct PersonID: RawRepresentable, Hashable, PostgresRepresentable {
    var rawValue: UUID
}

/// A value, its type in SQL, and how PostgreSQL itself prints it.
private struct Sample: CustomTestStringConvertible, Sendable {
    let sqlType: String
    let printed: String?
    let parameter: any PostgresEncodable
    let isSame: @Sendable (PostgresRow) throws -> Bool

    init<Value: PostgresEncodable & PostgresDecodable & Equatable>(
        _ sqlType: String, _ value: Value, _ printed: String?
    ) {
        self.sqlType = sqlType
        self.printed = printed
        parameter = value
        isSame = { try $0.decode("value", as: Value.self) == value }
    }

    var testDescription: String { "\(sqlType) \(printed ?? "NULL")" }
}

private let uuid = UUID(uuidString: "0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0")!
private let instant = Date(timeIntervalSince1970: 1_700_000_000.123456)

private let samples: [Sample] = [
    Sample("uuid", uuid, "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"),
    Sample("int8", Int.min, "-9223372036854775808"),
    Sample("int8", Int64.max, "9223372036854775807"),
    Sample("int4", Int32.min, "-2147483648"),
    Sample("int2", Int16.max, "32767"),
    Sample("float8", 0.1, "0.1"),
    Sample("float8", -Double.infinity, "-Infinity"),
    Sample("bool", true, "true"),
    Sample("bool", false, "false"),
    Sample("text", "", ""),
    Sample("text", "Größe 🧵 \"quoted\" 'single' \\", "Größe 🧵 \"quoted\" 'single' \\"),
    Sample("bytea", [UInt8]([0, 1, 255]), "\\x0001ff"),
    Sample("bytea", [UInt8](), "\\x"),
    Sample("bytea", Data([0xde, 0xad]), "\\xdead"),
    Sample("timestamptz", instant, "2023-11-14 22:13:20.123456+00"),
    Sample("timestamptz", Date(timeIntervalSince1970: 0), "1970-01-01 00:00:00+00"),
    Sample("timestamptz", Date(timeIntervalSince1970: -1.5), "1969-12-31 23:59:58.5+00"),
    Sample("timestamptz", Date.distantFuture, "infinity"),
    Sample("timestamptz", Date.distantPast, "-infinity"),
    Sample("interval", Duration.milliseconds(90_061_500), "25:01:01.5"),
    Sample("jsonb", PostgresJSON(#"{"a": [1, "zwölf", null]}"#), #"{"a": [1, "zwölf", null]}"#),
    Sample("text", Mood.content, "quite content"),
    Sample("uuid", PersonID(rawValue: uuid), "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"),
    Sample("uuid[]", [uuid], "{0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0}"),
    Sample("uuid[]", [PersonID(rawValue: uuid)], "{0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0}"),
    Sample("int8[]", [1, -2, 3], "{1,-2,3}"),
    Sample("int8[]", [Int](), "{}"),
    Sample("int8[]", [Int64(5)], "{5}"),
    Sample("int4[]", [Int32(5), nil], "{5,NULL}"),
    Sample("int2[]", [Int16(5)], "{5}"),
    Sample("float8[]", [1.5, nil], "{1.5,NULL}"),
    Sample("bool[]", [true, false], "{t,f}"),
    Sample("text[]", ["a", nil, "", "b c"], #"{a,NULL,"","b c"}"#),
    Sample("bytea[]", [Data([1]), nil, Data()], #"{"\\x01",NULL,"\\x"}"#),
    Sample("bytea[]", [[UInt8(1)], []], #"{"\\x01","\\x"}"#),
    Sample("timestamptz[]", [instant], #"{"2023-11-14 22:13:20.123456+00"}"#),
    Sample("interval[]", [Duration.seconds(1)], "{00:00:01}"),
    Sample("jsonb[]", [PostgresJSON("1"), nil], "{1,NULL}"),
    Sample("text[]", [Mood.sad, Mood.content], #"{sad,"quite content"}"#),
    Sample("text[]", [Mood.sad, nil], "{sad,NULL}"),
    Sample("uuid", UUID?.none, nil),
    Sample("int8", Int?.none, nil),
    Sample("int8", Int?.some(7), "7"),
    Sample("bytea", [UInt8]?.none, nil),
    Sample("jsonb", PostgresJSON?.none, nil),
    Sample("text", Mood?.none, nil),
    Sample("int8[]", [Int]?.none, nil),
]

@Suite("Values")
struct ValueTests {
    @Test("every type goes to the server and comes back, and the server understands it")
    func roundTrips() async throws {
        try await TestDatabase.withClient { client in
            for sample in samples {
                let name = sample.sqlType
                let rows = try await client.query(
                    PostgresQuery(
                        "test.value",
                        """
                        SELECT $1::\(name) AS value, set_config('timezone', 'UTC', true) AS zone,
                               $1::\(name)::text AS printed, $1::\(name) IS NOT DISTINCT FROM $2::text::\(name) AS same
                        """, [sample.parameter, sample.printed]))
                let row = try #require(rows.first)
                #expect(try sample.isSame(row), "\(sample.testDescription)")
                #expect(try row.decode("same", as: Bool.self), "\(sample.testDescription)")
                if !name.hasPrefix("timestamptz") {
                    #expect(try row.decode("printed", as: String?.self) == sample.printed, "\(sample.testDescription)")
                }
            }
        }
    }

    @Test("values are stored in columns of their type")
    func columns() async throws {
        try await TestDatabase.withClient { client in
            for (index, sample) in samples.enumerated() {
                let rows = try await client.pipeline([
                    PostgresQuery("test.create", "CREATE TABLE t\(index) (value \(sample.sqlType))"),
                    PostgresQuery(
                        "test.insert", "INSERT INTO t\(index) VALUES ($1) RETURNING value", [sample.parameter]),
                ])
                #expect(try sample.isSame(rows[1][0]), "\(sample.testDescription)")
            }
        }
    }

    @Test("an enum of the database's own is a Swift enum, alone and in arrays")
    func databaseEnum() async throws {
        try await TestDatabase.withClient { client in
            _ = try await client.pipeline([
                PostgresQuery("test.type", "CREATE TYPE mood AS ENUM ('sad', 'quite content')"),
                PostgresQuery("test.table", "CREATE TABLE person (mood mood, moods mood[])"),
            ])
            let rows = try await client.pipeline([
                PostgresQuery(
                    "test.insert", "INSERT INTO person VALUES ($1, $2::text[]::mood[])", [Mood.sad, Mood.allCases]),
                PostgresQuery(
                    "test.find", "SELECT mood, moods::text[] AS texts, moods FROM person WHERE mood = $1", [Mood.sad]),
            ])[1]
            #expect(try rows[0].decode("mood", as: Mood.self) == .sad)
            #expect(try rows[0].decode("mood", as: String.self) == "sad")
            #expect(try rows[0].decode("texts", as: [Mood].self) == Mood.allCases)
            #expect(try rows[0].decode("moods", as: [Mood].self) == Mood.allCases)
        }
    }

    @Test("numbers are read from any width that holds them, times from dates, and JSON from json")
    func widening() async throws {
        try await TestDatabase.withClient { client in
            let row = try #require(
                try await client.query(
                    PostgresQuery(
                        "test.widths",
                        """
                        SELECT 7::int2 AS small, 7::int4 AS medium, 7::int8 AS large, 1.5::float4 AS single,
                               '2000-01-02'::date AS day, 'infinity'::timestamptz AS forever, '[1]'::json AS json,
                               'infinity'::date AS last_day, '-infinity'::date AS first_day,
                               'x'::varchar AS word, 'n'::name AS name, '2 days 1 second'::interval AS span
                        """)
                ).first)
            for column in ["small", "medium", "large"] {
                #expect(try row.decode(column, as: Int.self) == 7)
                #expect(try row.decode(column, as: Int16.self) == 7)
            }
            #expect(try row.decode("single", as: Double.self) == 1.5)
            #expect(try row.decode("day", as: Date.self) == Date(timeIntervalSince1970: 946_771_200))
            #expect(try row.decode("forever", as: Date.self) == .distantFuture)
            #expect(try row.decode("last_day", as: Date.self) == .distantFuture)
            #expect(try row.decode("first_day", as: Date.self) == .distantPast)
            #expect(try row.decode("json", as: PostgresJSON.self).decode([Int].self) == [1])
            #expect(try row.decode("word", as: String.self) == "x")
            #expect(try row.decode("name", as: String.self) == "n")
            #expect(try row.decode("span", as: Duration.self) == .seconds(172_801))
        }
    }

    @Test("a column that is not what was asked for is named, with what was expected and found, and without its value")
    func decodingErrors() async throws {
        try await TestDatabase.withClient { client in
            let row = try #require(
                try await client.query(
                    PostgresQuery(
                        "test.secrets",
                        """
                        SELECT 'Geheimnis' AS word, NULL::int8 AS nothing, 70000 AS large, '{a,NULL}'::text[] AS words,
                               '1 month'::interval AS month
                        """)
                ).first)
            func failure<Value: PostgresDecodable>(_ column: String, _ type: Value.Type) -> PostgresError? {
                #expect(throws: PostgresError.self) { try row.decode(column, as: type) }
            }
            let cases: [(PostgresError?, String, String)] = [
                (failure("word", UUID.self), "word", "expected uuid, found text"),
                (failure("word", Mood.self), "word", "expected text that is a case of Mood, found a text that is none"),
                (failure("nothing", Int.self), "nothing", "expected integer of at most 64 bits, found NULL"),
                (
                    failure("large", Int16.self), "large",
                    "expected integer of at most 16 bits, found a integer that is none"
                ),
                (failure("words", [String].self), "words", "expected text[], found a text[] that is none"),
                (failure("words", [Int].self), "words", "expected integer of at most 64 bits[], found text[]"),
                (
                    failure("month", Duration.self), "month",
                    "expected interval without months, found a interval that is none"
                ),
                (failure("Word", String.self), "Word", "there is no such column"),
            ]
            for (error, column, message) in cases {
                #expect(error?.code == .decoding)
                #expect(error?.column == column)
                #expect(error?.message == message)
                #expect(error?.queryName == "test.secrets")
                #expect(error.map { "\($0)".contains("Geheimnis") || "\($0)".contains("70000") } == false)
            }
            let beyond = #expect(throws: PostgresError.self) { try row.decode(9, as: Int.self) }
            #expect(beyond?.column == "#9")
        }
    }

    @Test("a time that is no number is refused, and none is too far away to be sent")
    func extremeTimes() async throws {
        try await TestDatabase.withClient { client in
            let nowhere = await failure {
                _ = try await client.query(
                    PostgresQuery("test.nan", "SELECT $1", [Date(timeIntervalSinceReferenceDate: .nan)]))
            }
            #expect(nowhere?.sqlState == "22008")
            for seconds in [Double.infinity, 1e300, 7e10] {
                let text: [Bool] = try await client.query(
                    PostgresQuery(
                        "test.far", "SELECT ARRAY[$1 = 'infinity', $2 = '-infinity']",
                        [
                            Date(timeIntervalSinceReferenceDate: seconds),
                            Date(timeIntervalSinceReferenceDate: -seconds),
                        ]))[0].decode(0)
                #expect(text == [true, true], "\(seconds)")
            }
            var buffer = PostgresBuffer()
            Duration(secondsComponent: Int64.max / 1_000_000, attosecondsComponent: 999_999_000_000_000_000)
                .encode(into: &buffer)
            #expect(Array(buffer.bytes.prefix(8)) == [0x7f] + [UInt8](repeating: 0xff, count: 7))
        }
    }

    @Test("malformed array bytes are refused, never read past their end")
    func malformedArrays() {
        var random = SystemRandomNumberGenerator()
        var buffer = PostgresBuffer()
        ["one", "two", nil].encode(into: &buffer)
        let whole = buffer.bytes
        for length in 0..<whole.count {
            whole[..<length].withUnsafeBytes { #expect([String?].decode($0, type: .textArray) == nil) }
        }
        for _ in 0..<2000 {
            var mutated = whole
            mutated[Int.random(in: 0..<mutated.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            mutated.withUnsafeBytes { _ = [String?].decode($0, type: .textArray) }
        }
    }
}
