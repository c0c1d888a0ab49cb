import HTTPTypes
import Hummingbird
import NIOCore
import Outbound
import Platform
import PluginKit

import struct Foundation.Date

/// Where people outside any messenger meet a tenant's consent sources: static files under `/sources`, and what belongs to a set-up
/// under `/s`. Open to anybody, without cookies; a set-up answers pages of its allowed origins alone.
struct PublicSourceRoutes: Sendable {
    let installation: Installation
    let publicURL: String
    let limits: RequestLimits
    let clients: ClientAddresses
    private let files: PublicFiles
    private let ownOrigin: String

    init(installation: Installation, publicURL: String, limits: RequestLimits, clients: ClientAddresses) {
        self.installation = installation
        self.publicURL = publicURL
        self.limits = limits
        self.clients = clients
        files = PublicFiles(installation.publicSources.files)
        ownOrigin = SameOrigin.origin(of: publicURL)
    }

    func add(to surface: Surface) {
        typealias About = PublicSourceReference
        surface.anyone(.get, "sources/{plugin}/{asset}", About.file) { request, scope in
            let (plugin, name) = (try scope.parameters.require("plugin"), try scope.parameters.require("asset"))
            guard let answer = try files.answer(request, name, of: plugin) else { throw PlatformError.notFound("file") }
            return answer
        }
        for (path, suffix) in [("s/{source}/{part}", ""), ("s/{source}/{part}/{item}", "Part")] {
            surface.anyone(.get, path, About.read.named(suffix), hasOwnQuery: true, use: read)
            surface.anyone(.post, path, About.act.named(suffix), hasOwnQuery: true, use: act)
            surface.anyone(.options, path, About.ask.named(suffix), hasOwnQuery: true, use: preflight)
        }
    }

    @Sendable private func read(_ request: Request, _ scope: RequestScope) async throws -> Response {
        let (source, page) = try await admitted(request, scope)
        let answer = try await answer(.get, request, scope, source, page, body: [])
        return answer.status == .ok ? try request.unlessKept(answer) : answer
    }

    @Sendable private func act(_ request: Request, _ scope: RequestScope) async throws -> Response {
        let (source, page) = try await admitted(request, scope)
        try limits.take(actBy: clients.address(of: request, scope), on: source.source.id, scope)
        // Browsers tell it with every POST. What does not come from a page proves nothing about one.
        guard page.origin != nil else { throw Problem.originNotAllowed }
        if let type = request.headers[.contentType], !Request.isJSON(type) { throw Problem.notJSON }
        let body = try await request.bytes(limit: ServerLimits.publicBody)
        return try await answer(.post, request, scope, source, page, body: body)
    }

    /// What a browser asks before a page's script may send JSON (Fetch, 3.2.2). A set-up that is not open lets it ask, and says so then.
    @Sendable private func preflight(_ request: Request, _ scope: RequestScope) async throws -> Response {
        let (_, page) = try await found(request, scope)
        guard case .allowed = page else { throw Problem.originNotAllowed }
        return Response(status: .noContent, headers: PageOrigin.preflight)
    }

    /// The set-up, when it is open and the page may use it. A page that may use it can read, too, that it is not open.
    private func admitted(_ request: Request, _ scope: RequestScope) async throws -> (PublicSource, PageOrigin) {
        let (source, page) = try await found(request, scope)
        try limits.take(source.source.id, scope)
        guard source.isOpen else { throw Self.notFound }
        return (source, page)
    }

    private func found(_ request: Request, _ scope: RequestScope) async throws -> (PublicSource, PageOrigin) {
        guard let source = try await installation.publicSources.find(try scope.id("source")) else {
            throw Self.notFound
        }
        let page = PageOrigin(request.headers[.origin], allowed: source.source.origins, own: ownOrigin)
        var headers = page.headers
        headers.append(contentsOf: PublicHeaders.common)
        scope.notes.headers = headers
        guard page != .refused else { throw Problem.originNotAllowed }
        return (source, page)
    }

    private func answer(
        _ method: PublicRequest.Method, _ request: Request, _ scope: RequestScope, _ source: PublicSource,
        _ page: PageOrigin, body: [UInt8]
    ) async throws -> Response {
        let now = Date()
        let languages = ReaderLanguages.tags(request.headers[.acceptLanguage])
        let path = [try scope.parameters.require("part")] + (scope.parameters.get("item").map { [$0] } ?? [])
        let asked = PublicRequest(
            method: method, path: path, query: Dictionary(request.query) { first, _ in first }, origin: page.origin,
            languages: languages, body: body, receivedAt: now,
            base: "\(publicURL)/s/\(source.source.id)")
        let host = PublicSourceHost(
            service: installation.publicSources, source: source, languages: languages, receivedAt: now)
        do {
            return try await source.plugin.answer(asked, for: source.setup, by: host).response()
        } catch let refusal as ConsentRefusal {
            throw PlatformError.invalid(refusal.field, refusal.problem)
        }
    }

    private static let notFound = PlatformError.notFound("consent source")
}

extension PublicAnswer {
    /// As it goes out. What a plugin says wrongly is our fault, not the visitor's.
    func response() throws -> Response {
        if status == 404, body.isEmpty { throw PlatformError.notFound("page") }
        guard (200...599).contains(status), status != 304 else { throw HTTPError(.internalServerError) }
        let isPage = contentType.lowercased().hasPrefix("text/html")
        var headers: HTTPFields = [.contentType: contentType]
        headers.append(contentsOf: PublicHeaders.common)
        headers[.contentSecurityPolicy] = isPage ? PublicHeaders.page : PublicHeaders.nothing
        if let maxAge, maxAge > 0, status == 200 {
            headers[.cacheControl] = "public, max-age=\(maxAge)"
            headers[.eTag] = PublicHeaders.tag(of: body)
        }
        return Response(
            status: .init(code: status), headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}

extension Problem {
    static let originNotAllowed = Problem(
        status: 403, code: "origin_not_allowed", detail: "This takes only what a browser sends from an allowed page.",
        remedy: "Add the page's origin to the set-up's origins.")
}
