import PluginKit
import Testing

@testable import Platform

@Suite struct MessageStateTests {
    @Test(
        arguments: [
            ([], .accepted), ([.sent], .sent), ([.delivered], .delivered), ([.sent, .delivered], .delivered),
            ([.delivered, .sent], .delivered), ([.read], .read), ([.played], .read),
            ([.read, .delivered, .sent], .read),
            ([.failed], .failed), ([.sent, .failed], .failed), ([.failed, .sent], .failed),
            ([.delivered, .failed], .delivered), ([.failed, .delivered], .delivered), ([.read, .failed], .read),
            ([.deleted], .accepted), ([.read, .deleted], .read),
        ] as [([StatusUpdate.Stage], MessageState)])
    func `the reports give the state`(stages: [StatusUpdate.Stage], state: MessageState) {
        #expect(stages.reduce(.accepted) { $0.advanced(by: $1) } == state)
    }

    @Test func `a refused message that had left after all says so`() {
        #expect(MessageState.refused.advanced(by: .sent) == .sent)
        #expect(MessageState.refused.advanced(by: .failed) == .failed)
    }

    @Test(arguments: MessageState.allCases)
    func `any order and repetition of any set of reports ends the same`(start: MessageState) {
        for subset in 0..<(1 << StatusUpdate.Stage.allCases.count) {
            let stages = StatusUpdate.Stage.allCases.enumerated().filter { subset >> $0.offset & 1 == 1 }.map(\.element)
            let end = stages.reduce(start) { $0.advanced(by: $1) }
            for order in orders(of: stages) {
                #expect(order.reduce(start) { $0.advanced(by: $1) } == end)
                #expect((order + stages).reduce(start) { $0.advanced(by: $1) } == end)
            }
        }
    }

    private func orders(of stages: [StatusUpdate.Stage]) -> [[StatusUpdate.Stage]] {
        guard !stages.isEmpty else { return [[]] }
        return stages.indices.flatMap { index in
            var rest = stages
            let first = rest.remove(at: index)
            return orders(of: rest).map { [first] + $0 }
        }
    }
}
