import Foundation
import Outbound
import PluginKit
import Testing

/// Every way in which Swift makes text of a value without being asked for its content by name.
private func everyDescription(of value: Any) -> [String] {
    var dumped = ""
    dump(value, to: &dumped)
    dump([value], to: &dumped)
    var mirrored = ""
    func walk(_ mirror: Mirror) {
        for child in mirror.children {
            mirrored += "\(child.label ?? "") \(child.value) "
            walk(Mirror(reflecting: child.value))
        }
        if let parent = mirror.superclassMirror { walk(parent) }
    }
    walk(Mirror(reflecting: value))
    return [
        "\(value)", String(describing: value), String(reflecting: value), "\([value])", "\(["key": value])",
        "\(Optional.some(value) as Any)",
        dumped, mirrored, String(describing: Mirror(reflecting: value)), "\((value, 1))",
    ]
}

@Suite struct DisclosureTests {
    private static let marker = "Lena-4711"

    struct Named: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var value: any Sendable

        init(_ name: String, _ value: any Sendable) {
            testDescription = name
            self.value = value
        }
    }

    final class Card: Sendable, CustomStringConvertible {
        let name: String
        init(name: String) { self.name = name }
        var description: String { name }
    }

    struct Nobody: OutboundHTTP {
        func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
            throw OutboundError(kind: .connect, beforeSending: true)
        }
    }

    private static let identity = Identity(.phone, marker)
    private static let content = MessageContent(
        type: "text", fields: ["body": .string(marker)], context: ["message_id": .string(marker)])
    private static let person = PersonReference(identities: [identity], displayName: marker)
    private static let json: JSON = ["name": .string(marker)]
    private static let configuration: PluginConfiguration? = try? ConfigurationSchema([
        .init("token", secret: true, help: "A secret."), .init("plain", required: false, help: "Not one."),
    ]).validate(["token": marker, "plain": marker]).get()

    static let values: [Named] = [
        Named("Personal", Personal(marker)), Named("Secret", Secret(marker)),
        Named("Personal of bytes", Personal(Array(marker.utf8))),
        Named("Personal of an object", Personal(Card(name: marker))),
        Named("Personal in Secret", Secret(Personal(marker))),
        Named("Secret of a dictionary", Secret(["password": marker])),
        Named("Identity", identity), Named("PersonReference", person), Named("MessageContent", content),
        Named("InboundMessage", InboundMessage(providerID: marker, sender: person, content: content)),
        Named(
            "StatusUpdate",
            StatusUpdate(providerID: marker, callerReference: nil, stage: .sent, recipient: [identity], fault: nil)),
        Named(
            "ChannelEvent",
            ChannelEvent(
                address: .channel("1"),
                kind: .message(InboundMessage(providerID: marker, sender: person, content: content)),
                occurredAt: nil, deduplicationKey: marker, raw: json)),
        Named(
            "ChannelEvent of changed addresses",
            ChannelEvent(
                address: .channel("1"), kind: .identityChange(previous: [identity], current: [identity]),
                occurredAt: nil,
                deduplicationKey: marker, raw: json)),
        Named("OutboundMessage", OutboundMessage(reference: "r", recipient: [identity], content: content)),
        Named("DeliveryOutcome", DeliveryOutcome.accepted(providerID: Personal(marker), recipient: identity)),
        Named("Media", Media(contentType: "text/plain", bytes: Array(marker.utf8))),
        Named("ConsentSubmission", ConsentSubmission(body: json, receivedAt: Date(timeIntervalSince1970: 0))),
        Named(
            "ConsentEventDraft",
            ConsentEventDraft(
                kind: .granted, purpose: "service", occurredAt: Date(timeIntervalSince1970: 0), evidence: json)),
        Named("PluginConfiguration", configuration),
        Named(
            "ChannelConnection",
            configuration.map { ChannelConnection(address: "1", configuration: $0, http: Nobody()) }),
        Named(
            "ShardAddress",
            ShardAddress(id: "s", appURL: Secret(marker), workerURL: Secret(marker))),
    ]

    @Test(arguments: values)
    func `no description of a value tells what it holds of a person or a secret`(row: Named) {
        let bytes = Array(Self.marker.utf8).map(String.init).joined(separator: ", ")
        for text in everyDescription(of: row.value) {
            #expect(!text.contains(Self.marker) && !text.contains("4711") && !text.contains(bytes), "\(text)")
        }
    }

    @Test func `a description still says that something is withheld`() {
        #expect("\(Personal("x"))" == "(personal)")
        #expect("\(Secret("x"))" == "(secret)")
        #expect(String(reflecting: Personal(1)) == "(personal)")
        #expect(String(reflecting: Secret(1)) == "(secret)")
        #expect("\(Self.identity)".contains("phone"))
        #expect("\(Self.content)" == "text(personal)")
    }

    @Test func `whoever asks by name gets the value, and equal values are equal`() {
        #expect(Personal(Self.marker).revealed == Self.marker)
        #expect(Secret(Self.marker).revealed == Self.marker)
        #expect(Personal("a") == Personal("a") && Personal("a") != Personal("b"))
        #expect(Set([Secret("a"), Secret("a"), Secret("b")]).count == 2)
    }

    @Test func `errors of the kit quote nothing that was given`() {
        let errors: [any Error] = [
            IngressRefusal.signatureWrong, IngressRefusal.signatureMissing, KeyStoreError.refused,
            ChannelFault(code: "131026", message: "The message cannot be delivered."),
        ]
        for error in errors { #expect(!"\(error)".isEmpty && !"\(error)".contains(Self.marker)) }
    }
}
