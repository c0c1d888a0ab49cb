import Console
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Platform
import PluginKit

/// Turns pages into responses: in which language, in which frame, with which headers.
struct PageAnswers: Sendable {
    let installation: Installation
    let console: Console
    let publicURL: String

    /// A page for somebody who is not signed in.
    func show(
        _ page: some ConsolePage, _ request: Request, _ scope: RequestScope, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let language = language(of: request, member: nil)
        let frame = Frame(
            language: language, timeZone: Self.zone, installation: try await name(), path: request.uri.string,
            csrfToken: "", flashes: flashes(request, language))
        return response(page, frame, request, status)
    }

    /// A page of the console for a member.
    func show(
        _ page: some ConsolePage, _ request: Request, _ visit: Visit, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let language = language(of: request, member: visit.member)
        let frame = Frame(
            language: language, timeZone: Self.zone, installation: try await name(), path: request.uri.string,
            reader: Reader(
                name: visit.member.displayName.revealed, roles: visit.member.roles.map(\.rawValue).sorted(),
                permissions: Self.permissions(of: visit.member)),
            csrfToken: visit.formToken, flashes: flashes(request, language),
            openApprovals: try await openApprovals(visit.member))
        return response(page, frame, request, status)
    }

    private func response(
        _ page: some ConsolePage, _ frame: Frame, _ request: Request, _ status: HTTPResponse.Status
    ) -> Response {
        var headers = Self.fields(Console.headers(language: frame.language))
        if request.uri.queryParameters["lang"] != nil {
            headers.append(cookie(.language).setting(Secret(frame.language.rawValue)))
        }
        if cookie(.flash).value(in: request) != nil { headers.append(cookie(.flash).removal) }
        return Response(
            status: status, headers: headers,
            body: .init(byteBuffer: ByteBuffer(string: console.render(page, in: frame))))
    }

    /// To another page, which says what was done.
    func go(_ path: String, saying: Saying? = nil) -> Response {
        var headers: HTTPFields = [.location: path]
        if let saying { headers.append(cookie(.flash).setting(Secret(saying.rawValue))) }
        return Response(status: .seeOther, headers: headers)
    }

    /// Away from here, after a form: by `Refresh`, as a redirect would count as the form's own target, which our policy
    /// (`form-action 'self'`) keeps to this server (CSP level 3, 6.4.1).
    func leave(for url: Secret<String>, _ request: Request) -> Response {
        let frame = language(of: request, member: nil)
        var headers = Self.fields(Console.headers(language: frame))
        headers[Self.refresh] = "0; url=\(url.revealed)"
        return Response(status: .ok, headers: headers)
    }

    private static let refresh = HTTPField.Name("Refresh") ?? .location

    func asset(_ name: String) throws -> Response {
        guard let asset = console.asset(name) else { throw PlatformError.notFound("asset") }
        return Response(
            status: .ok, headers: Self.fields(Console.headers(of: asset)),
            body: .init(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }

    // MARK: - Language

    /// As the address says, else as was chosen before, else the member's own, else the browser's wish.
    func language(of request: Request, member: StaffMember?) -> Language {
        let told = request.uri.queryParameters["lang"].flatMap { Language(rawValue: String($0)) }
        let kept = cookie(.language).value(in: request).flatMap { Language(rawValue: $0.revealed) }
        return told ?? kept ?? member.flatMap { Language(rawValue: $0.language.rawValue) }
            ?? Language.accepted(request.headers[.acceptLanguage] ?? "")
    }

    private func flashes(_ request: Request, _ language: Language) -> [Frame.Flash] {
        guard let saying = cookie(.flash).value(in: request).flatMap({ Saying(rawValue: $0.revealed) }) else {
            return []
        }
        return [.init(.done, console.say(saying, in: language))]
    }

    private func cookie(_ kind: ConsoleCookie.Kind) -> ConsoleCookie { ConsoleCookie(kind, publicURL: publicURL) }

    // MARK: - Frame

    static let zone = TimeZone(identifier: "Europe/Berlin") ?? .gmt

    /// Hours and minutes where the provider is.
    static func clock(_ date: Date) -> String {
        var style = Date.FormatStyle(date: .omitted, time: .shortened, locale: Locale(identifier: "de_DE"))
        style.timeZone = zone
        return date.formatted(style)
    }

    /// The provider's, or the host while nobody has said who the provider is.
    private func name() async throws -> String {
        try await installation.provider.find()?.details.party.name
            ?? publicURL.split(separator: "/").dropFirst().first.map(String.init) ?? publicURL
    }

    private func openApprovals(_ member: StaffMember) async throws -> Int {
        guard member.may(.approvalsRead) else { return 0 }
        let open = try await installation.approvals.list(.asked, PageRequest(limit: PageRequest.maximumLimit))
        return open.items.count { $0.askedBy != member.id }
    }

    private static func permissions(of member: StaffMember) -> Set<ConsolePermission> {
        Set(
            ConsolePermission.allCases.filter { permission in
                switch permission {
                case .tenants: member.may(.tenantsRead)
                case .approvals: member.may(.approvalsRead)
                case .audit: member.may(.auditRead)
                case .staff: member.may(.staffRead)
                case .regions: member.may(.installationRead)
                }
            })
    }

    private static func fields(_ headers: [(name: String, value: String)]) -> HTTPFields {
        headers.reduce(into: HTTPFields()) { fields, header in
            if let name = HTTPField.Name(header.name) { fields[name] = header.value }
        }
    }
}

extension HTTPFields {
    mutating func append(_ setCookie: String) { append(HTTPField(name: .setCookie, value: setCookie)) }
}
