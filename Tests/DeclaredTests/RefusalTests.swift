import PluginKit
import Testing

@testable import Declared

@Suite struct RefusalTests {
    struct Wrong: Sendable, CustomTestStringConvertible {
        var field: String
        var change: JSON
        var problem: String
        var testDescription: String { "\(field): \(change.text.prefix(60))" }

        /// - Parameter problem: a part of the sentence.
        init(_ field: String, _ value: JSON, _ problem: String) {
            self.field = field
            change = .object(JSONObject([(field, value)]))
            self.problem = problem
        }
    }

    private static func long(_ count: Int) -> JSON { .string(String(repeating: "ä", count: count)) }

    static let wrong: [Wrong] = [
        Wrong("state", .null, "missing"), Wrong("state", 1, "found a number"), Wrong("state", "", "empty"),
        Wrong("state", "Granted", "granted, refused or withdrawn"),
        Wrong("state", "confirmed", "granted, refused or withdrawn"),
        Wrong("state", "requested", "granted, refused or withdrawn"),
        Wrong("state", "expired", "granted, refused or withdrawn"),
        Wrong("state", "superseded", "granted, refused or withdrawn"),
        Wrong("state", long(17), "at most 16 characters; this has 17"),
        Wrong("purpose", .null, "missing"), Wrong("purpose", true, "found a boolean"), Wrong("purpose", " ", "empty"),
        Wrong("purpose", "Service", "begins with a letter"), Wrong("purpose", "1service", "begins with a letter"),
        Wrong("purpose", "für_alle", "begins with a letter"), Wrong("purpose", "service;drop", "begins with a letter"),
        Wrong("purpose", long(65), "at most 64 characters; this has 65"),
        Wrong("occurred_at", .null, "missing"), Wrong("occurred_at", 1_772_366_400, "found a number"),
        Wrong("occurred_at", "yesterday", "RFC 3339"), Wrong("occurred_at", "2026-02-28", "RFC 3339"),
        Wrong("occurred_at", "2026-02-28T09:30:00", "RFC 3339"),
        Wrong("occurred_at", "2026-02-30T09:30:00Z", "RFC 3339"),
        Wrong("occurred_at", "2026-02-28T25:30:00Z", "RFC 3339"),
        Wrong("occurred_at", "2026-02-28T09:30:00Z and more", "RFC 3339"),
        Wrong("occurred_at", "2026-03-01T12:05:01Z", "in the future"),
        Wrong("occurred_at", "2062-03-01T12:00:00Z", "in the future"),
        Wrong("occurred_at", "1999-12-31T23:59:59Z", "before the year 2000"),
        Wrong("expires_at", "never", "RFC 3339"), Wrong("expires_at", 0, "found a number"),
        Wrong("expires_at", "2026-02-28T08:30:00Z", "not after occurred_at"),
        Wrong("expires_at", "2026-02-28T09:30:00+01:00", "not after occurred_at"),
        Wrong("expires_at", "2036-03-02T12:00:01Z", "more than ten years ahead"),
        Wrong("expires_at", "9999-12-31T00:00:00Z", "more than ten years ahead"),
        Wrong("evidence", .null, "missing"), Wrong("evidence", "signed", "found a string"),
        Wrong("evidence", [], "found an array"),
        Wrong("evidence.explicit", "yes", "found a string"), Wrong("evidence.age_confirmed", 0, "from 1 to 150"),
        Wrong("evidence.age_confirmed", "16", "from 1 to 150"),
        Wrong("evidence.method", .null, "missing"), Wrong("evidence.method", 1, "found a number"),
        Wrong("evidence.reference", .null, "say where the signed paper is kept"),
        Wrong("evidence.method", "telepathy", "web_form, paper, in_person, phone, shop_checkout, messenger, import"),
        Wrong("evidence.text", .null, "exact text"), Wrong("evidence.text", "", "empty"),
        Wrong("evidence.text", " \n\t", "empty"),
        Wrong("evidence.text", [:], "found an object"),
        Wrong("evidence.text", long(10_001), "at most 10000 characters; this has 10001"),
        Wrong("evidence.language", "deutsch-österreich", "BCP 47"), Wrong("evidence.language", "de_AT", "BCP 47"),
        Wrong("evidence.language", "de-", "BCP 47"), Wrong("evidence.language", "abcdefghi", "BCP 47"),
        Wrong("evidence.language", long(36), "at most 35"),
        Wrong("evidence.text_version", 3, "found a number"), Wrong("evidence.text_version", long(201), "at most 200"),
        Wrong("evidence.privacy_notice_url", "http://praxis.test", "https://"),
        Wrong("evidence.privacy_notice_url", "javascript:1", "https://"),
        Wrong("evidence.reference", long(501), "at most 500"), Wrong("evidence.collected_by", "", "empty"),
        Wrong("evidence.note", long(2001), "at most 2000"),
        Wrong("evidence.metod", "paper", "there is no such field; known are age_confirmed, collected_by, explicit"),
        Wrong("evidence.declared_at", "2026-01-01T00:00:00Z", "there is no such field"),
        Wrong("evidence.source", "eu.obhut.declared", "there is no such field"),
        Wrong("purpos", "service", "there is no such field; known are channel_id, contact, evidence, expires_at"),
    ]

    @Test(arguments: wrong)
    func `what is missing or wrong is named, with what is wanted of it`(row: Wrong) {
        #expect(throws: ConsentRefusal.self) { try Submission.event(Submission.changed(row.change)) }
        do {
            _ = try Submission.event(Submission.changed(row.change))
        } catch {
            #expect(error.field == row.field)
            #expect(error.problem.contains(row.problem), "\(error.problem)")
        }
    }

    @Test(arguments: [JSON.null, [], "granted", 7, [[:]]])
    func `a body that is no object is refused as the body`(body: JSON) {
        #expect(throws: ConsentRefusal(field: "(body)", problem: "expected an object, found \(body.kind)")) {
            try Submission.event(body)
        }
    }

    @Test(arguments: [
        "purpose", "state", "occurred_at", "expires_at", "evidence.method", "evidence.language",
        "evidence.privacy_notice_url",
    ])
    func `a refusal repeats nothing of what was declared`(field: String) {
        #expect(throws: ConsentRefusal.self) { try Submission.event(changed(field)) }
        do {
            _ = try Submission.event(changed(field))
        } catch {
            #expect(error.field == field)
            #expect(!error.description.contains("Lena"))
        }
    }

    private func changed(_ field: String) -> JSON {
        Submission.changed(.object(JSONObject([(field, "Lena Brandt 4711")])))
    }

    @Test(arguments: [
        ("purpos", "purpos"), ("evidence.metod", "evidence.metod"),
        (String(repeating: "x", count: 40), String(repeating: "x", count: 40)),
        (String(repeating: "x", count: 41), "(body)"), ("Purpose", "(body)"), ("Lena Brandt", "(body)"),
        ("491701234567", "(body)"), ("", "(body)"), ("lena@praxis", "(body)"), ("evidence.Lena Brandt", "evidence"),
    ])
    func `a misspelt field is named when it may be one, and what may be a person is not`(name: String, field: String) {
        do {
            _ = try Submission.event(Submission.changed(.object(JSONObject([(name, 1)]))))
            Issue.record("it was taken")
        } catch {
            #expect(error.field == field)
            #expect(!error.description.contains("Lena"))
        }
    }
}
