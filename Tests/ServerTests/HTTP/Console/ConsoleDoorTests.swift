import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import PluginKit
import Postgres
import TestSupport
import Testing

@testable import Platform
@testable import Server

@Suite struct ConsoleDoorTests {
    /// A browser: keeps cookies and sends forms.
    private final class Browser {
        var cookies: [String: String] = [:]

        func form(_ fields: [(String, String)]) -> Request {
            let cookie = cookies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
            return Request(
                head: HTTPRequest(
                    method: .post, scheme: "https", authority: "obhut.example", path: "/console/x",
                    headerFields: [.contentType: "application/x-www-form-urlencoded", .cookie: cookie]),
                body: RequestBody(buffer: ByteBuffer(string: FormText.encode(fields))))
        }

        func keep(_ settings: [String]) {
            for setting in settings {
                let pair = setting.split(separator: ";")[0].split(separator: "=", maxSplits: 1).map(String.init)
                cookies[pair[0]] = setting.contains("Max-Age=0") ? nil : pair[1]
            }
        }
    }

    private static func code(_ enrolment: Enrolment, later steps: Int = 0) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        let bits = enrolment.secret.revealed.flatMap { character in
            let value = alphabet.firstIndex(of: character) ?? 0
            return (0..<5).map { value >> (4 - $0) & 1 }
        }
        let bytes = stride(from: 0, to: bits.count - 7, by: 8).map { start in
            UInt8(bits[start..<start + 8].reduce(0) { $0 << 1 | $1 })
        }
        return OneTimeCode(secret: Secret(bytes)).code(at: OneTimeCode.step(at: Date()) + steps)
    }

    @Test func `the first owner sets up, signs out, and signs in again`() async throws {
        let database = try await TestDatabase.installed("control")
        var asControl = database
        asControl.username = "obhut_control"
        try await TestDatabase.withClient(asControl) { control in
            let installation = Installation(
                InstallationConfiguration(controlURL: Secret(""), regions: []), plugins: try BuiltInPlugins.registry(),
                control: control, controlKey: .generate(), directory: RegionDirectory(regions: [:], shards: [:]),
                http: SessionAccessTests.NoHTTP(), logger: .quiet)
            let door = ConsoleDoor(installation: installation, publicURL: "https://obhut.example")
            let scope = RequestScope(
                source: ApplicationRequestContextSource(channel: NIOAsyncTestingChannel(), logger: .quiet))
            let browser = Browser()
            let token = try await installation.signIn.firstOwnerToken(Cause(.commandLine)).revealed
            let form = [
                ("token", " \(token) "), ("email", "ada@provider.example"), ("name", "Ada"), ("language", "en"),
                ("password", "tausend blaue berge"),
            ]
            let link = try await door.setUp(browser.form(form), scope)
            browser.keep(link.cookies)
            #expect(Set(browser.cookies.keys) == ["__Host-obhut-step"])
            let enrolment = try #require(try await door.enrolment(browser.form([])))
            let wrong = try await door.confirm(browser.form([("code", "x")]), scope)
            #expect(wrong.cookies.isEmpty)
            let first = try await door.confirm(browser.form([("code", Self.code(enrolment))]), scope)
            browser.keep(first.cookies)
            guard case .signedIn(let signedIn) = first.outcome else {
                Issue.record("not signed in")
                return
            }
            #expect(signedIn.member.roles == [.owner] && signedIn.recoveryCodes?.count == 10)
            #expect(Set(browser.cookies.keys) == ["__Host-obhut", "__Host-obhut-device"])

            let visit = Visit(
                member: signedIn.member, session: signedIn.session, formToken: "", cause: Cause(.staff(signedIn.member))
            )
            browser.keep(try await door.signOut(visit).cookies)
            #expect(Set(browser.cookies.keys) == ["__Host-obhut-device"])
            #expect(try await installation.sessions.list(of: signedIn.member.id).isEmpty)

            let again = [
                ("email", "ada@provider.example"), ("password", "tausend blaue berge"),
                ("return_to", "/console/tenants"),
            ]
            let passage = try await door.signIn(browser.form(again), scope)
            browser.keep(passage.cookies)
            #expect(passage.returnTo == "/console/tenants")
            guard case .code = passage.outcome else {
                Issue.record("no code is asked for")
                return
            }
            // The code of the step after: the one before was taken.
            let last = try await door.confirm(
                browser.form([("code", Self.code(enrolment, later: 1)), ("return_to", "//evil.example")]), scope)
            browser.keep(last.cookies)
            #expect(last.returnTo == nil)
            #expect(Set(browser.cookies.keys) == ["__Host-obhut", "__Host-obhut-device"])
            #expect(try await installation.sessions.authenticate(Secret(browser.cookies["__Host-obhut"] ?? "")) != nil)
        }
    }
}
