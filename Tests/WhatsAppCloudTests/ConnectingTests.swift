import Outbound
import PluginKit
import Testing

@testable import WhatsAppCloud

@Suite struct ConnectingTests {
    static let ingressURL = "https://wa.example/ingress/whatsapp-cloud/1"
    static let helsinki = Jurisdiction(country: "FI", place: "Helsinki", operator: "Test")

    private func point(secret: String = "app-secret") throws -> IngressPoint {
        let configuration = try WhatsAppCloud().ingressSchema
            .validate(["app_secret": secret, "verify_token": "verify-1"]).get()
        return IngressPoint(url: Self.ingressURL, configuration: configuration)
    }

    private func examine(
        _ account: Account, _ more: [String: String] = ["pin": "000123"], secret: String = "app-secret"
    )
        async throws -> ConnectionReport
    {
        let connection = try ScriptedMeta.connection(account.meta, more)
        return await WhatsAppCloud().examine(connection, for: try point(secret: secret), in: Self.helsinki)
    }

    private func connect(_ account: Account, _ more: [String: String] = ["pin": "000123"]) async throws
        -> ConnectionReport
    {
        let connection = try ScriptedMeta.connection(account.meta, more)
        return await WhatsAppCloud().connect(connection, to: try point(), in: Self.helsinki)
    }

    private func told(_ report: ConnectionReport) -> [String] { report.steps.map { "\($0.name) \($0.state.rawValue)" } }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var account: @Sendable (inout Account.State) -> Void = { _ in }
        var more = ["pin": "000123"]
        var secret = "app-secret"
        var step: String
        var field: String
        var isTemporary = false
    }

    static let failures: [Row] = [
        Row(
            testDescription: "a token that Meta refuses", account: { $0.refuses["debug_token"] = 190 }, step: "token",
            field: "configuration.access_token"),
        Row(
            testDescription: "a token that is over", account: { $0.isValid = false }, step: "token",
            field: "configuration.access_token"),
        Row(
            testDescription: "a token without administration", account: { $0.scopes = ["whatsapp_business_messaging"] },
            step: "token", field: "configuration.access_token"),
        Row(
            testDescription: "a number that is not there", account: { $0.refuses["GET number"] = 100 }, step: "number",
            field: "configuration.phone_number_id"),
        Row(
            testDescription: "a number that nobody verified", account: { $0.verification = "NOT_VERIFIED" },
            step: "number", field: "configuration.phone_number_id"),
        Row(
            testDescription: "a banned number", account: { $0.status = "BANNED" }, step: "number",
            field: "configuration.phone_number_id"),
        Row(
            testDescription: "another account's number", account: { $0.numbers = ["101", "1000"] }, step: "account",
            field: "configuration.business_account_id"),
        Row(
            testDescription: "an account that the token may not see", account: { $0.refuses["phone_numbers"] = 10 },
            step: "account", field: "configuration.business_account_id"),
        Row(
            testDescription: "another app's secret", secret: "other", step: "app_secret", field: "ingress.app_secret"),
        Row(testDescription: "no PIN", more: [:], step: "registration", field: "configuration.pin"),
        Row(
            testDescription: "a Meta that is busy", account: { $0.refuses["phone_numbers"] = 2 }, step: "account",
            field: "configuration.business_account_id", isTemporary: true),
    ]

    @Test(arguments: failures)
    func `what will not do names the value to mend, and nothing is changed`(row: Row) async throws {
        let account = Account(row.account)
        let failure = try #require(try await examine(account, row.more, secret: row.secret).failure)
        #expect(failure.name == row.step && failure.field == row.field && failure.isTemporary == row.isTemporary)
        #expect(failure.detail.hasSuffix(".") && !failure.detail.contains("token-1"))
        #expect(account.now.changes == [])
    }

    @Test func `an examination changes nothing and tells what would be done`() async throws {
        let account = Account()
        let report = try await examine(account)
        #expect(
            told(report) == [
                "token done", "number done", "account done", "app_secret done", "registration planned",
                "webhook planned",
            ])
        #expect(report.displayAddress == "+49 30 1")
        #expect(account.now.changes == [])
    }

    @Test func `a token that Meta does not show is judged by what it can do`() async throws {
        let report = try await examine(Account { $0.refuses["debug_token"] = 100 })
        #expect(report.failure == nil && report.steps[0].detail.contains("the next steps tell"))
    }

    @Test func `connecting subscribes, directs the webhooks and registers in the EU; again it changes nothing`()
        async throws
    {
        let account = Account()
        #expect(try await told(connect(account)) == ["subscription done", "webhook done", "registration done"])
        #expect(account.now.changes == ["subscribed_apps", "POST number", "register"])
        #expect(account.now.region == "DE" && account.now.callback == Self.ingressURL)
        let again = try await connect(account, [:])
        #expect(told(again) == ["subscription unchanged", "webhook unchanged", "registration unchanged"])
        #expect(account.now.changes.count == 3)
        #expect(again.steps[2].detail.contains("DE: it offers no storage in FI"))
    }

    @Test(arguments: [String?.none, "US", "CH"])
    func `a number registered with another place is deregistered first`(region: String?) async throws {
        let account = Account { ($0.status, $0.region) = ("CONNECTED", region) }
        let report = try await connect(account)
        #expect(told(report).suffix(2) == ["deregistration done", "registration done"])
        #expect(account.now.region == "DE")
    }

    static let halfway: [(call: String, code: Int, step: String, field: String, done: Int)] = [
        ("subscribed_apps", 10, "subscription", "configuration.business_account_id", 0),
        ("POST number", 2200, "webhook", "ingress.verify_token", 1),
        ("register", 133005, "registration", "configuration.pin", 2),
        ("register", 133016, "registration", "configuration.pin", 2),
        ("register", 190, "registration", "configuration.access_token", 2),
    ]

    @Test(arguments: halfway)
    func `a refusal halfway tells what was done, and the next attempt finishes it`(
        call: String, code: Int, step: String, field: String, done: Int
    ) async throws {
        let account = Account { $0.refuses[call] = code }
        let report = try await connect(account)
        let failure = try #require(report.failure)
        #expect(failure.name == step && failure.field == field && failure.remedy?.isEmpty == false)
        #expect(report.steps.filter { $0.state == .done }.count == done)
        #expect(account.now.changes.count == done)
    }

    @Test func `a deregistration that is followed by a refusal is told`() async throws {
        let account = Account {
            ($0.status, $0.region) = ("CONNECTED", "US")
            $0.refuses["register"] = 133005
        }
        let report = try await connect(account)
        #expect(told(report).suffix(2) == ["deregistration done", "registration failed"])
    }

    @Test func `disconnecting takes back the URL and the registration, whatever fails of it`() async throws {
        let account = Account { ($0.status, $0.region, $0.callback) = ("CONNECTED", "DE", Self.ingressURL) }
        let report = await WhatsAppCloud().disconnect(try ScriptedMeta.connection(account.meta))
        #expect(told(report) == ["webhook done", "deregistration done"])
        #expect(account.now.status == "DISCONNECTED" && account.now.callback == nil)

        let refused = Account { $0.refuses = ["POST number": 190, "deregister": 133010] }
        let half = await WhatsAppCloud().disconnect(try ScriptedMeta.connection(refused.meta))
        #expect(told(half) == ["webhook failed", "deregistration unchanged"])
    }

    @Test func `token, secret and PIN stand in no URL`() async throws {
        let account = Account { $0.secret = "app-secret" }
        let meta = account.meta
        let connection = try ScriptedMeta.connection(meta, ["pin": "000123"])
        _ = await WhatsAppCloud().examine(connection, for: try point(), in: Self.helsinki)
        _ = await WhatsAppCloud().connect(connection, to: try point(), in: Self.helsinki)
        #expect(meta.requests.count > 8)
        for request in meta.requests {
            for secret in ["token-1", "app-secret", "000123", "verify-1"] { #expect(!request.url.contains(secret)) }
            #expect(request[header: "Authorization"] == "Bearer token-1")
        }
    }

    @Test(arguments: OutboundError.Kind.allCases)
    func `a Meta that cannot be reached is a reason to try again, not to mend anything`(kind: OutboundError.Kind)
        async throws
    {
        let meta = ScriptedMeta(failing: OutboundError(kind: kind, beforeSending: true))
        let connection = try ScriptedMeta.connection(meta)
        let report = await WhatsAppCloud().examine(connection, for: try point(), in: Self.helsinki)
        #expect(report.failure?.isTemporary == true)
    }

    @Test func `the proof is the documented HMAC`() {
        // printf token | openssl dgst -sha256 -hmac secret
        #expect(
            GraphClient.proof(token: "token", appSecret: "secret")
                == "e941110e3d2bfe82621f0e3e1434730d7305d106c5f68c87165d0b27a4611a4a")
    }
}
