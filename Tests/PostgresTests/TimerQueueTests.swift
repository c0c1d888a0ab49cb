import Testing

@testable import Postgres

@Suite("Timers")
struct TimerQueueTests {
    @Test("come due in the order of their deadlines, and not when removed")
    func order() {
        var random = SeededGenerator(state: 3)
        let start = ContinuousClock.now
        var queue = TimerQueue()
        let counter = Counter()
        var expected: [Int] = []
        for offset in (0..<200).shuffled(using: &random) {
            let id = queue.add(start + .milliseconds(offset)) { _ = counter.add() }
            if offset.isMultiple(of: 3) { queue.remove(id) } else { expected.append(offset) }
        }
        var due = 0
        for offset in 0..<200 {
            due += queue.takeDue(start + .milliseconds(offset)).count
            #expect(due == expected.count { $0 <= offset })
        }
        #expect(queue.next == nil)
    }
}
