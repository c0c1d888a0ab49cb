import Hummingbird
import NIOCore
import Platform
import PluginKit

// Consents that the tenant collected elsewhere, by file.
extension TenantRoutes {
    private typealias About = ConsentImportReference

    func addConsentImports(to api: Surface) {
        api.tenant(.get, "consent-imports", .consentsRead, About.list, use: listImports)
        api.tenant(.post, "consent-imports", .consentsWrite, About.begin, use: beginImport)
        api.tenant(.get, "consent-imports/{consent_import}", .consentsRead, About.read, use: readImport)
        api.tenant(
            .put, "consent-imports/{consent_import}/content", .consentsWrite, About.content, use: receiveImport)
        api.tenant(.post, "consent-imports/{consent_import}/stop", .consentsWrite, About.stop, use: stopImport)
        api.tenant(.get, "consent-imports/{consent_import}/faults", .consentsRead, About.faults, use: listFaults)
    }

    private func cause(_ scope: RequestScope, _ caller: Caller) -> Cause {
        Cause(.apiKey(caller.key), requestID: scope.requestID)
    }

    @Sendable private func beginImport(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws
        -> Response
    {
        var fields = RequestFields(try await request.object())
        var new = NewConsentImport(
            source: fields.optionalText("source") ?? "declared", channel: fields.id("channel_id"),
            name: fields.optionalText("name"), isTrial: fields.bool("dry_run", default: false))
        if let defaults = fields.value("defaults") {
            if let object = defaults.object {
                new.defaults = object
            } else {
                fields.complain("defaults", "expected an object, found \(defaults.kind)")
            }
        }
        try fields.finish()
        return try await installation.imports.begin(caller, new, cause(scope, caller)).json.response(status: 201)
    }

    @Sendable private func receiveImport(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws
        -> Response
    {
        let type = request.headers[.contentType]?.split(separator: ";").first.map { $0.lowercased() } ?? ""
        guard let format = ImportFormat(rawValue: type) else {
            let known = ImportFormat.allCases.map(\.rawValue).joined(separator: " or ")
            throw Problem(
                status: 415, code: "unsupported_media_type", detail: "The file is neither CSV nor lines of JSON.",
                remedy: "Send it as \(known).")
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > ConsentImportLimits.file {
            throw Problem.tooLarge(ConsentImportLimits.file)
        }
        let importing = try await installation.imports.receive(
            caller, try scope.id("consent_import"), format, BodyPieces(body: request.body), cause(scope, caller))
        return importing.json.response(status: 202)
    }

    @Sendable private func listImports(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws
        -> Response
    {
        JSON.list(try await installation.imports.list(caller, try request.page())) { $0.json }.response()
    }

    @Sendable private func readImport(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws
        -> Response
    {
        try await installation.imports.find(caller, try scope.id("consent_import")).json.response()
    }

    @Sendable private func stopImport(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws
        -> Response
    {
        try await installation.imports.stop(caller, try scope.id("consent_import"), cause(scope, caller)).json
            .response()
    }

    @Sendable private func listFaults(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws
        -> Response
    {
        let page = try await installation.imports.faults(caller, try scope.id("consent_import"), try request.page())
        return JSON.list(page) { fault in
            ["line": .int(fault.line), "field": .string(fault.field), "problem": .string(fault.problem)]
        }.response()
    }
}

/// A request's body as it comes.
private struct BodyPieces: AsyncSequence, Sendable {
    let body: RequestBody

    struct AsyncIterator: AsyncIteratorProtocol {
        var buffers: RequestBody.AsyncIterator

        mutating func next() async throws -> [UInt8]? {
            try await buffers.next().map { Array($0.readableBytesView) }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(buffers: body.makeAsyncIterator()) }
}

extension ConsentImport {
    fileprivate var json: JSON {
        [
            "id": .id(id), "channel_id": .id(channel), "source": .string(source), "name": .optional(name),
            "dry_run": .bool(isTrial), "state": .string(state.rawValue), "lines": .int(counts.lines),
            "processed": .int(counts.processed), "recorded": .int(counts.recorded), "unproven": .int(counts.unproven),
            "after_withdrawal": .int(counts.afterWithdrawal), "repeated": .int(counts.repeated),
            "refused": .int(counts.refused), "created_at": .time(createdAt),
            "finished_at": .time(finishedAt),
        ]
    }
}
