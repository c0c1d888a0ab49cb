import Hummingbird
import PluginKit
import struct Foundation.UUID

/// Meta's error object (Graph API, "handling errors").
struct GraphFailure: Error, Sendable {
    var status: Int
    var code: Int
    var message: String
    var type = "OAuthException"
    var subcode: Int?
    var details: String?

    static let token = GraphFailure(
        status: 401, code: 190, message: "Invalid OAuth access token - Cannot parse access token")

    static func unknownObject(_ id: String, _ method: String) -> GraphFailure {
        GraphFailure(
            status: 400, code: 100,
            message: "Unsupported \(method) request. Object with ID '\(id)' does not exist, cannot be loaded due to missing permissions, or does not support this operation",
            type: "GraphMethodException", subcode: 33)
    }

    static func parameter(_ details: String) -> GraphFailure {
        GraphFailure(status: 400, code: 100, message: "(#100) Invalid parameter", details: details)
    }

    static func missing(_ name: String) -> GraphFailure {
        GraphFailure(
            status: 400, code: 131008, message: "(#131008) Required parameter is missing", details: "Parameter '\(name)' is mandatory")
    }

    static func value(_ details: String) -> GraphFailure {
        GraphFailure(status: 400, code: 131009, message: "(#131009) Parameter value is not valid", details: details)
    }

    static func coded(_ code: Int) -> GraphFailure {
        let isTemporary = [1, 2, 131000, 131016, 133004].contains(code)
        let status = [0, 190].contains(code) ? 401 : [4, 80007, 130429, 131056].contains(code) ? 429 : isTemporary ? 500 : 400
        return GraphFailure(status: status, code: code, message: "(#\(code)) Requested by the sandbox", details: "The handset asks for this error")
    }

    var json: JSON {
        var error = JSONObject([("message", .string(message)), ("type", .string(type)), ("code", .number("\(code)"))])
        if let details { error["error_data"] = ["messaging_product": "whatsapp", "details": .string(details)] }
        if let subcode { error["error_subcode"] = .number("\(subcode)") }
        error["fbtrace_id"] = .string("A" + UUID().uuidString.replacing("-", with: "").prefix(22))
        return ["error": .object(error)]
    }
}

extension JSON {
    func response(_ status: Int = 200) -> Response {
        Response(
            status: .init(code: status), headers: [.contentType: "application/json; charset=UTF-8"],
            body: .init(byteBuffer: ByteBuffer(bytes: encoded())))
    }
}

/// Reads the body as JSON and turns a failure into Meta's answer.
func answering(_ body: () async throws -> Response) async throws -> Response {
    do {
        return try await body()
    } catch let failure as GraphFailure {
        return failure.json.response(failure.status)
    }
}

func json(_ request: Request) async throws -> JSON {
    let buffer = try await request.body.collect(upTo: 2 * 1024 * 1024)
    if buffer.readableBytes == 0 { return .object(JSONObject()) }
    guard let json = try? JSON(parsing: Array(buffer.readableBytesView)), json.object != nil else {
        throw GraphFailure.parameter("The request body is not a JSON object")
    }
    return json
}
