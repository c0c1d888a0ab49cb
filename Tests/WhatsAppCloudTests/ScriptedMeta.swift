import Outbound
import PluginKit
import Synchronization

@testable import WhatsAppCloud

/// Meta's Graph API as a script: answers each request and remembers it.
final class ScriptedMeta: OutboundHTTP {
    typealias Script = @Sendable (OutboundRequest) -> Result<OutboundResponse, OutboundError>

    private let script: Script
    private let seen = Mutex<[OutboundRequest]>([])

    init(_ script: @escaping Script) { self.script = script }

    convenience init(_ status: Int, _ body: JSON) {
        self.init { _ in .success(OutboundResponse(status: status, body: body.encoded())) }
    }

    convenience init(failing error: OutboundError) {
        self.init { _ in .failure(error) }
    }

    var requests: [OutboundRequest] { seen.withLock { $0 } }

    func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
        seen.withLock { $0.append(request) }
        return try script(request).get()
    }

    static func connection(_ http: ScriptedMeta, _ more: [String: String] = [:]) throws -> ChannelConnection {
        var given = ["phone_number_id": "100", "business_account_id": "900", "access_token": "token-1"]
        given.merge(more) { $1 }
        return ChannelConnection(
            address: "100", configuration: try WhatsAppCloud().channelSchema.validate(given).get(), http: http)
    }
}

extension OutboundRequest {
    var json: JSON { (try? JSON(parsing: body ?? [])) ?? .null }
    subscript(header name: String) -> String? { headers.first { $0.name == name }?.value }
}

extension DeliveryOutcome {
    /// The case's name, with the scope of a wait.
    var told: String {
        switch self {
        case .accepted: "accepted"
        case .retry: "retry"
        case .wait(_, let scope): "wait \(scope.rawValue)"
        case .giveUp: "give up"
        case .withdrawn(_, let purpose): "withdrawn \(purpose)"
        case .stopChannel: "stop channel"
        case .unclear: "unclear"
        }
    }

    var fault: ChannelFault? {
        switch self {
        case .accepted: nil
        case .retry(let fault), .wait(let fault, _), .giveUp(let fault), .withdrawn(let fault, _),
            .stopChannel(let fault),
            .unclear(let fault):
            fault
        }
    }
}
