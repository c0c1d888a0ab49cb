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

    @Test("those removed long before their deadline do not pile up, and the others still come in order")
    func removed() {
        var random = SeededGenerator(state: 5)
        let start = ContinuousClock.now
        var queue = TimerQueue()
        let counter = Counter()
        for offset in (0..<100).shuffled(using: &random) {
            _ = queue.add(start + .seconds(offset)) { _ = counter.add() }
            for _ in 0..<100 { queue.remove(queue.add(start + .seconds(1000)) {}) }
            #expect(queue.storedCount <= 2 * 100 + 65)
        }
        for offset in 0..<100 { #expect(queue.takeDue(start + .seconds(offset)).count == 1) }
        #expect(queue.next == nil || queue.takeDue(start + .seconds(1000)).isEmpty)
    }
}
