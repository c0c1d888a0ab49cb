import Foundation
import PluginKit
import Testing

@testable import Platform

@Suite struct FormerOwnerTests {
    static let moment = Date(timeIntervalSince1970: 1_790_000_000)
    static let former = FormerOwner(
        tenant: .generate(), shard: ShardID("eu-1")!, channel: .generate(), until: moment)
    static let route = ChannelRoute(
        tenant: .generate(), shard: ShardID("eu-2")!, channel: .generate(), ingress: .generate(), former: former)

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Seconds from the moment of the change: when it happened, when it arrived, when our message's id was made.
        var occurred: Double?
        var received: Double
        var made: Double?
        var isFormers: Bool
    }

    static let rows: [Row] = [
        Row(testDescription: "written before, arrives before", occurred: -5, received: -4, isFormers: true),
        Row(testDescription: "written before, arrives days later", occurred: -1, received: 400_000, isFormers: true),
        Row(testDescription: "written in the second before", occurred: -0.001, received: 1, isFormers: true),
        Row(testDescription: "written at the moment", occurred: 0, received: 1, isFormers: false),
        Row(testDescription: "written after", occurred: 3, received: 4, isFormers: false),
        Row(testDescription: "a clock ahead of ours", occurred: 50, received: -1, isFormers: true),
        Row(testDescription: "without a time, before", occurred: nil, received: -1, isFormers: true),
        Row(testDescription: "without a time, after", occurred: nil, received: 1, isFormers: false),
        Row(
            testDescription: "read later, of a message sent before", occurred: 90, received: 91, made: -60,
            isFormers: true),
        Row(
            testDescription: "of a message made when the change was written down", occurred: 5, received: 6,
            made: -FormerOwner.lead + 0.5, isFormers: false),
        Row(
            testDescription: "of a message made just before that", occurred: 5, received: 6,
            made: -FormerOwner.lead - 0.5, isFormers: true),
        Row(testDescription: "of the new owner's message", occurred: 20, received: 21, made: 15, isFormers: false),
    ]

    @Test(arguments: rows)
    func `what happened before the change is the former owner's`(row: Row) {
        let kind: ChannelEvent.Kind =
            row.made.map { made in
                let id = UUIDv7Generator().next(at: Self.moment.addingTimeInterval(made))
                return .status(
                    StatusUpdate(
                        providerID: "x", callerReference: MessageID(id).description, stage: .read, recipient: [],
                        fault: nil))
            } ?? .account(field: "security")
        let event = ChannelEvent(
            address: .channel("1"), kind: kind, occurredAt: row.occurred.map(Self.moment.addingTimeInterval),
            deduplicationKey: "k", raw: .null)
        let owner = Self.route.owner(of: event, receivedAt: Self.moment.addingTimeInterval(row.received))
        #expect((owner.tenant == Self.former.tenant) == row.isFormers)
        #expect(
            (owner.channel == Self.former.channel) == row.isFormers
                && (owner.shard == Self.former.shard) == row.isFormers)
        #expect(owner.ingress == Self.route.ingress)
    }

    @Test func `an id of ours tells when it was made, and another's does not`() {
        let at = Date(timeIntervalSince1970: 1_790_000_000.125)
        #expect(MessageID(UUIDv7Generator().next(at: at)).madeAt == at)
        #expect(MessageID("6ba7b810-9dad-41d1-80b4-00c04fd430c8")?.madeAt == nil)
    }
}
