import Foundation
import PluginKit

@testable import Platform

/// A person as a messenger knows them.
struct Person: Sendable, Hashable {
    let phone: Identity
    let user: Identity
    let parent: Identity
    let username: Identity

    init(_ number: Int) {
        phone = Identity(.phone, "49151\(1_000_000 + number)")
        user = Identity(.businessScopedUser, "DE.1349120\(number)")
        parent = Identity(.parentBusinessScopedUser, "DE.ENT.118\(number)")
        username = Identity(.username, "person_\(number)")
    }

    var all: [Identity] { [user, parent, phone, username] }
    /// How a tenant names the person.
    var byPhone: RecipientReference { .identity(kind: .phone, address: phone.address) }
    var byUser: RecipientReference { .identity(kind: .businessScopedUser, address: user.address) }
}

extension Channel {
    /// A message that a person wrote to this channel.
    func message(
        _ id: String, from identities: [Identity], _ text: String = "Hallo", name: String? = nil,
        content: MessageContent? = nil,
        at time: Date = Date()
    ) -> ChannelEvent {
        let message = InboundMessage(
            providerID: id, sender: PersonReference(identities: identities, displayName: name),
            content: content ?? .text(text))
        return event(.message(message), key: "message:\(id)", at: time)
    }

    /// What became of a message of ours.
    func status(
        _ stage: StatusUpdate.Stage, of providerID: String, names message: MessageID? = nil, fault: ChannelFault? = nil,
        at time: Date = Date()
    ) -> ChannelEvent {
        let update = StatusUpdate(
            providerID: providerID, callerReference: message?.description, stage: stage, recipient: [], fault: fault)
        return event(.status(update), key: "status:\(providerID):\(stage)", at: time)
    }

    func event(_ kind: ChannelEvent.Kind, key: String, at time: Date? = Date(), raw: JSON = ["raw": "event"])
        -> ChannelEvent
    {
        ChannelEvent(address: .channel(address), kind: kind, occurredAt: time, deduplicationKey: key, raw: raw)
    }
}
