import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Outbound
import PluginKit
import Postgres
import TestSupport
import Testing

@testable import Platform
@testable import Server

/// Pages behind sessions, on a control database of its own.
@Suite struct SessionAccessTests {
    struct NoHTTP: OutboundHTTP {
        func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
            throw OutboundError(kind: .refusedAddress, beforeSending: true)
        }
    }

    private static let url = "http://obhut.example"

    private struct House: Sendable {
        let installation: Installation
        let control: PostgresClient
        let member: StaffMember
        let session: ConsoleSession
        let cookie: String

        func ask(
            _ method: HTTPRequest.Method = .get, _ path: String = "/console/tenants", cookie: String? = nil,
            form: String = "",
            _ headers: HTTPFields = [.origin: SessionAccessTests.url], permission: Permission = .tenantsRead
        ) async throws -> Answer {
            let router = Router(context: RequestScope.self)
            let access = Access(installation: installation)
            let surface = Surface(router: router, access: access, book: OperationBook(), prefix: "")
            let sessions = SessionAccess(
                access: access, publicURL: SessionAccessTests.url,
                refusals: .init(
                    forbidden: { _, _, permission in
                        Response(status: .forbidden, body: .init(byteBuffer: ByteBuffer(string: permission.rawValue)))
                    },
                    foreignForm: { _, _ in
                        Response(status: .forbidden, body: .init(byteBuffer: ByteBuffer(string: "foreign")))
                    }))
            for route in [HTTPRequest.Method.get, .post] {
                surface.page(route, "console/tenants", permission, by: sessions) { _, _, visit in
                    Response(
                        status: .ok,
                        body: .init(byteBuffer: ByteBuffer(string: "\(visit.member.id) \(visit.form["name"] ?? "-")")))
                }
            }
            var headers = headers
            headers[.cookie] = "obhut=\(cookie ?? self.cookie)"
            if method == .post { headers[.contentType] = "application/x-www-form-urlencoded" }
            let request = Request(
                head: HTTPRequest(
                    method: method, scheme: "http", authority: "obhut.example", path: path, headerFields: headers),
                body: RequestBody(buffer: ByteBuffer(string: form)))
            let scope = RequestScope(
                source: ApplicationRequestContextSource(channel: NIOAsyncTestingChannel(), logger: .quiet))
            return try await Answer(try await router.buildResponder().respond(to: request, context: scope))
        }

        var formToken: String { installation.sessions.formToken(of: session.id) }
    }

    private func inHouse(_ body: @Sendable (House) async throws -> Void) async throws {
        let database = try await TestDatabase.installed("control")
        var asControl = database
        asControl.username = "obhut_control"
        try await TestDatabase.withClient(asControl) { control in
            let installation = Installation(
                InstallationConfiguration(controlURL: Secret(""), regions: []), plugins: try BuiltInPlugins.registry(),
                control: control, controlKey: .generate(), directory: RegionDirectory(regions: [:], shards: [:]),
                http: NoHTTP(), logger: .quiet)
            let member = try await installation.staff.add(
                NewStaffMember(email: Personal("a@b.example"), displayName: Personal("A"), roles: [.support]), .system)
            let (session, cookie) = try await control.transaction { tx in
                try await installation.sessions.begin(member, .password, agent: nil, .system, tx)
            }
            try await body(
                House(
                    installation: installation, control: control, member: member, session: session,
                    cookie: cookie.revealed))
        }
    }

    @Test func `a page is shown to who is signed in, and leads everybody else to the sign-in and back`() async throws {
        try await inHouse { house in
            #expect(try await house.ask().text == "\(house.member.id) -")
            let other = try await house.ask(
                .get, "/console/tenants?state=active&x=%2F", cookie: String(repeating: "a", count: 43))
            #expect(other.status == 303)
            #expect(
                other.headers[.location]
                    == "/console/sign-in?return_to=%2Fconsole%2Ftenants%3Fstate%3Dactive%26x%3D%252F")
            #expect(try await house.ask(.post, cookie: "x", form: "a=b").headers[.location] == "/console/sign-in")
            try await house.installation.sessions.end(house.session.id, of: house.member.id, .system)
            #expect(try await house.ask().status == 303)
        }
    }

    @Test func `who lacks the permission sees why, and stands in the trail`() async throws {
        try await inHouse { house in
            let answer = try await house.ask(permission: .staffRead)
            #expect((answer.status, answer.text) == (403, "staff:read"))
            let entries = try await house.control.query(
                PostgresQuery("test.trail", "SELECT entry FROM audit_entries WHERE action = 'access.refused'"))
            #expect(entries.count == 1)
            #expect(try entries[0].decode("entry", as: String.self).contains("GET /console/tenants"))
        }
    }

    @Test func `a form counts with the session's token, from a page of ours`() async throws {
        try await inHouse { house in
            let good = "name=x&csrf=\(house.formToken)"
            #expect(try await house.ask(.post, form: good).text == "\(house.member.id) x")
            let wrong: [(String, HTTPFields)] = [
                ("name=x", [.origin: Self.url]), ("csrf=&name=x", [.origin: Self.url]),
                ("csrf=\(house.installation.sessions.formToken(of: .generate()))", [.origin: Self.url]),
                (good, [.origin: "http://evil.example"]), (good, [:]),
                (good, [.origin: Self.url, HTTPField.Name("Sec-Fetch-Site")!: "cross-site"]),
            ]
            for (form, headers) in wrong {
                let answer = try await house.ask(.post, form: form, headers)
                #expect((answer.status, answer.text) == (403, "foreign"), "\(headers)")
            }
        }
    }

    @Test func `with other rights the browser gets another cookie`() async throws {
        try await inHouse { house in
            #expect(try await house.ask().headers[.setCookie] == nil)
            _ = try await house.installation.staff.change(house.member.id, StaffChange(roles: [.auditor]), .system)
            let answer = try await house.ask()
            let cookie = try #require(answer.headers[.setCookie])
            #expect(
                answer.status == 200 && cookie.hasPrefix("obhut=")
                    && cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Lax"))
            #expect(try await house.ask().status == 303, "the old one opens nothing")
            let fresh = String(cookie.dropFirst(6).prefix(43))
            #expect(try await house.ask(cookie: fresh).status == 200)
        }
    }

    @Test func `a session never opens the API`() async throws {
        try await inHouse { house in
            let router = Router(context: RequestScope.self)
            let access = Access(installation: house.installation)
            Surface(router: router, access: access, book: OperationBook(), prefix: "")
                .staff(.get, "x", .tenantsRead, OperationReference("x", "x")) { _, _, _ in Response(status: .ok) }
            let scope = RequestScope(
                source: ApplicationRequestContextSource(channel: NIOAsyncTestingChannel(), logger: .quiet))
            for headers in [
                HTTPFields([.init(name: .cookie, value: "obhut=\(house.cookie)")]),
                [.authorization: "Bearer \(house.cookie)"],
            ] {
                await #expect(throws: PlatformError.self) {
                    _ = try await router.buildResponder().respond(to: .get("/x", headers), context: scope)
                }
            }
        }
    }
}
