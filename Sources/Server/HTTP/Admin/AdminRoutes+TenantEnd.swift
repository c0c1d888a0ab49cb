import HTTPTypes
import Hummingbird
import NIOCore
import Platform
import PluginKit

/// The end of a contract: termination and erasure, which two members of staff decide on, the certificate, and the return of data.
extension AdminRoutes {
    @Sendable func terminateTenant(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let reason = fields.text("reason")
        let days = fields.optionalInteger("erase_after_days")
        if let days, !(0...TenantService.erasureDelayLimit).contains(days) {
            fields.complain("erase_after_days", "give days, from 0 to \(TenantService.erasureDelayLimit)")
        }
        try fields.finish()
        return try await asked(
            try await installation.askToTerminate(try scope.id("tenant"), reason: reason, days: days, cause))
    }

    @Sendable func eraseTenant(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let reason = fields.text("reason")
        try fields.finish()
        return try await asked(try await installation.askToErase(try scope.id("tenant"), reason: reason, cause))
    }

    @Sendable func readCertificate(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        try await installation.erasure.certificate(try scope.id("tenant")).json.response()
    }

    @Sendable func exportTenant(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        try await installation.exports.begin(try scope.id("tenant"), cause).response()
    }
}

extension ErasureCertificate {
    var json: JSON {
        [
            "certificate": (try? JSON(parsing: Array(text.utf8))) ?? .null, "text": .string(text),
            "seal": .optional(seal.map(Hex.text)),
        ]
    }
}

extension TenantExport {
    /// Streamed: what is not taken yet is not read yet. Should it break off, the connection does too, and the closing line is missing.
    func response() -> Response {
        var headers: HTTPFields = [.contentType: "application/x-ndjson"]
        headers[.contentDisposition] = "attachment; filename=\"tenant-\(tenant.id).jsonl\""
        return Response(
            status: .ok, headers: headers,
            body: .init { writer in
                try await self.write { try await writer.write(ByteBuffer(bytes: $0)) }
                try await writer.finish(nil)
            })
    }
}
