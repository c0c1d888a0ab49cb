import Foundation
import Outbound
import PluginKit
import Synchronization
import WhatsAppCloud

@testable import Platform

/// A messenger that a test plays: it posts what the test wants, and what it answers to a delivery, and when, the test decides.
final class Messenger: ChannelPlugin {
    static let name = "scripted"

    struct Delivery: Sendable, Hashable {
        /// Our id of the message.
        var message: MessageID
        /// The address of the channel that it came through.
        var channel: String
        var recipient: [Identity]
        var text: String
    }

    private let ownName: String
    private let flows: [DataFlow]

    init(name: String = Messenger.name, flows: [DataFlow] = []) {
        ownName = name
        self.flows = flows
    }

    /// One that passes on what it delivers to somebody.
    convenience init(name: String = Messenger.name, passingTo recipient: String, in country: String) {
        self.init(
            name: name,
            flows: [
                DataFlow(
                    id: "delivery", recipient: recipient, countries: [country], dataCategories: ["message content"],
                    purpose: "delivery", legalBasis: "Art. 6(1)(b) GDPR", transferMechanism: nil, retention: "30 days")
            ])
    }

    typealias Answer = @Sendable (Delivery) async -> DeliveryOutcome

    private struct State {
        var webhooks: [[ChannelEvent]] = []
        var deliveries: [Delivery] = []
        var answer: Answer = { .accepted($0) }
        var begun: @Sendable () -> Void = {}
    }

    private let state = Mutex(State())

    /// What was handed over, in order, whatever was answered.
    var deliveries: [Delivery] { state.withLock { $0.deliveries } }
    var texts: [String] { deliveries.map(\.text) }

    func answer(_ answer: @escaping Answer) {
        state.withLock { $0.answer = answer }
    }

    /// Told whenever a delivery begins, before anything leaves.
    func begun(_ begun: @escaping @Sendable () -> Void) {
        state.withLock { $0.begun = begun }
    }

    /// The body of a webhook that brings these events.
    func webhook(_ events: [ChannelEvent]) -> [UInt8] {
        state.withLock { state in
            state.webhooks.append(events)
            return Array(String(state.webhooks.count - 1).utf8)
        }
    }

    // MARK: - ChannelPlugin

    var manifest: PluginManifest {
        PluginManifest(
            id: "eu.obhut.\(ownName)", name: ownName, version: "1.0.0", summary: "Played by a test.", capabilities: [],
            dataFlows: flows)
    }

    var ingressSchema: ConfigurationSchema { ConfigurationSchema([.init("secret", secret: true, help: "Any.")]) }

    var channelSchema: ConfigurationSchema {
        ConfigurationSchema([
            .init("phone_number_id", help: "Its address."),
            .init("business_account_id", required: false, help: "Its account."),
            .init("access_token", secret: true, help: "Any."),
            .init("display_phone_number", required: false, help: "Any."),
        ])
    }

    func addresses(of configuration: PluginConfiguration) -> ChannelAddresses? {
        configuration.text("phone_number_id").map {
            ChannelAddresses(channel: $0, account: configuration.text("business_account_id"), display: nil)
        }
    }

    func handshake(query: [String: String], ingress: PluginConfiguration) -> IngressReply {
        IngressReply(status: 200, body: "")
    }

    func verify(headers: IngressHeaders, body: [UInt8], ingress: PluginConfiguration) throws(IngressRefusal) {
        guard headers["secret"] == ingress.text("secret") else { throw .signatureWrong }
    }

    func parse(body: [UInt8]) throws(IngressRefusal) -> [ChannelEvent] {
        guard let place = Int(String(decoding: body, as: UTF8.self)) else {
            throw .notOfThisMessenger("it is no number")
        }
        return state.withLock { $0.webhooks[place] }
    }

    func deliver(_ message: OutboundMessage, through connection: ChannelConnection) async -> DeliveryOutcome {
        guard let id = MessageID(message.reference) else {
            return .giveUp(ChannelFault(code: "reference", message: "It is no id."))
        }
        let delivery = Delivery(
            message: id, channel: connection.address, recipient: message.recipient,
            text: message.content.fields["body"]?.string ?? "")
        let (answer, begun) = state.withLock { state in
            state.deliveries.append(delivery)
            return (state.answer, state.begun)
        }
        begun()
        // As any messenger: a request leaves, whatever comes of it.
        _ = try? await connection.http.send(
            OutboundRequest(method: "POST", url: "https://messenger.example/messages", timeout: .seconds(5)))
        return await answer(delivery)
    }

    func normalise(_ kind: Identity.Kind, _ address: String) -> Identity? { WhatsAppCloud().normalise(kind, address) }

    func health(of connection: ChannelConnection) async -> HealthReport { HealthReport([]) }
}

extension Messenger.Delivery {
    /// The messenger's id of it.
    var providerID: String { "scripted.\(message)" }
}

extension DeliveryOutcome {
    static func accepted(_ delivery: Messenger.Delivery) -> DeliveryOutcome {
        .accepted(providerID: Personal(delivery.providerID), recipient: nil)
    }
}

extension ChannelFault {
    static let busy = ChannelFault(code: "busy", message: "Come again later.")
    static let silence = ChannelFault(code: "timeout", message: "No answer came.")
    static let never = ChannelFault(
        code: "131026", message: "It cannot be delivered.", remedy: "Ask the person for another number.")
    static let token = ChannelFault(code: "190", message: "The token is not valid.", remedy: "Give a new one.")
}
