import Testing

@testable import Postgres

@Suite("The pool's decisions")
struct PoolStateMachineTests {
    private let start = ContinuousClock.now

    private func machine(
        minimum: Int = 0, maximum: Int = 2, maxWaiters: Int = 3
    ) -> PoolStateMachine {
        PoolStateMachine(
            .init(
                minimum: minimum, maximum: maximum, acquisitionTimeout: .seconds(5), maxWaiters: maxWaiters,
                idleTimeout: .seconds(300), healthCheckInterval: .seconds(30), maximumLifetime: .seconds(3600),
                backoff: .milliseconds(100), maximumBackoff: .seconds(1)))
    }

    @Test("opens a connection for the first who waits, and gives it to the next")
    func lending() {
        var pool = machine()
        expect(pool.wait(1, now: start), [.connect(1)])
        expect(pool.connected(1, now: start, chance: 0), [.grant(waiter: 1, connection: 1)])
        #expect(pool.inUseCount == 1)
        expect(pool.wait(2, now: start), [.connect(2)])
        expect(pool.release(1, now: start), [.grant(waiter: 2, connection: 1)])
        expect(pool.connected(2, now: start, chance: 0), [])
        expect(pool.takeIdle(), 2)
        expect(pool.takeIdle(), nil)
    }

    @Test("never holds more than its maximum, and refuses beyond its line")
    func bounds() {
        var pool = machine()
        expect(pool.wait(1, now: start), [.connect(1)])
        expect(pool.wait(2, now: start), [.connect(2)])
        expect(pool.wait(3, now: start), [])
        expect(pool.wait(4, now: start), [.refuse(waiter: 4, .tooManyWaiters)])
        #expect(pool.connectionCount == 2)
    }

    @Test("serves those who wait in order, passing over who left")
    func order() {
        var pool = machine(maximum: 1)
        _ = pool.wait(1, now: start)
        _ = pool.wait(2, now: start)
        _ = pool.wait(3, now: start)
        expect(pool.stopWaiting(2), true)
        expect(pool.stopWaiting(2), false)
        expect(pool.connected(1, now: start, chance: 0), [.grant(waiter: 1, connection: 1)])
        expect(pool.release(1, now: start), [.grant(waiter: 3, connection: 1)])
    }

    @Test("a waiter times out, and not before its time")
    func timeout() {
        var pool = machine(maximum: 1)
        _ = pool.wait(1, now: start)
        #expect(pool.nextDeadline == start + .seconds(5))
        expect(pool.tick(start + .milliseconds(4999)), [])
        expect(pool.tick(start + .seconds(5)), [.refuse(waiter: 1, .timeout)])
        #expect(pool.waitingCount == 0)
    }

    @Test("attempts that fail are repeated one at a time, ever later up to a bound, spread by chance")
    func backoff() {
        var pool = machine(maxWaiters: 10)
        var now = start
        expect(pool.wait(1, now: now), [.connect(1)])
        expect(pool.wait(2, now: now), [.connect(2)])
        expect(pool.connectFailed(1, isFinal: false, now: now, chance: 0), [])
        expect(pool.connectFailed(2, isFinal: false, now: now, chance: 0), [])
        var pauses: [Duration] = []
        var id: UInt64 = 3
        for _ in 0..<6 {
            guard let retry = pool.nextDeadline else { break }
            pauses.append(retry - now)
            expect(pool.tick(retry - .milliseconds(1)), [])
            now = retry
            expect(pool.tick(now), [.connect(id)])
            expect(pool.connectFailed(id, isFinal: false, now: now, chance: 0), [])
            id += 1
        }
        #expect(pauses == [50, 100, 200, 400, 500, 500].map { .milliseconds($0) })
        _ = pool.tick(now + .seconds(1))
        let last = now + .seconds(1)
        expect(pool.connectFailed(id, isFinal: false, now: last, chance: 0.999), [])
        #expect((pool.nextDeadline ?? last) - last > .milliseconds(990))
    }

    @Test("a success ends the backoff")
    func recovery() {
        var pool = machine(maxWaiters: 10)
        _ = pool.wait(1, now: start)
        _ = pool.connectFailed(1, isFinal: false, now: start, chance: 0)
        let later = start + .seconds(1)
        expect(pool.wait(2, now: start), [])
        expect(pool.tick(later), [.connect(2)])
        expect(
            pool.connected(2, now: later, chance: 0), [.grant(waiter: 1, connection: 2), .connect(3)])
    }

    @Test("when the server refuses for good, those who wait are told at once")
    func finalRefusal() {
        var pool = machine(maximum: 1)
        _ = pool.wait(1, now: start)
        expect(
            pool.connectFailed(1, isFinal: true, now: start, chance: 0), [.refuse(waiter: 1, .connectionRefused)])
    }

    @Test("a connection that is lost makes room, whoever had it")
    func lost() {
        var pool = machine(maximum: 1)
        _ = pool.wait(1, now: start)
        _ = pool.connected(1, now: start, chance: 0)
        expect(pool.wait(2, now: start), [])
        expect(pool.lost(1, now: start), [.connect(2)])
        expect(pool.lost(1, now: start), [])
        expect(pool.release(1, now: start), [])
        _ = pool.connected(2, now: start, chance: 0)
        _ = pool.release(2, now: start)
        expect(pool.lost(2, now: start), [])
        expect(pool.takeIdle(), nil)
    }

    @Test("an idle connection is asked whether it lives, and not lent meanwhile")
    func healthCheck() {
        var pool = machine()
        _ = pool.wait(1, now: start)
        _ = pool.connected(1, now: start, chance: 0)
        _ = pool.release(1, now: start)
        expect(pool.tick(start + .seconds(29)), [])
        expect(pool.tick(start + .seconds(30)), [.check(1)])
        expect(pool.takeIdle(), nil)
        expect(pool.tick(start + .seconds(31)), [])
        expect(pool.release(1, now: start + .seconds(31)), [])
        expect(pool.takeIdle(), 1)
    }

    @Test("what is idle for long is closed, down to the minimum")
    func idleTimeout() {
        var pool = machine(minimum: 1, maximum: 3)
        for id in 1...3 as ClosedRange<UInt64> { _ = pool.wait(id, now: start) }
        for id in 1...3 as ClosedRange<UInt64> { _ = pool.connected(id, now: start, chance: 0) }
        for id in 1...3 as ClosedRange<UInt64> { _ = pool.release(id, now: start) }
        let closed = pool.tick(start + .seconds(300)).filter { if case .close = $0 { true } else { false } }
        #expect(closed == [.close(1), .close(2)])
        #expect(pool.connectionCount == 1)
    }

    @Test("the minimum is kept, from the beginning and after a loss")
    func minimum() {
        var pool = machine(minimum: 2)
        expect(pool.keepMinimum(start), [.connect(1), .connect(2)])
        _ = pool.connected(1, now: start, chance: 0)
        _ = pool.connected(2, now: start, chance: 0)
        expect(pool.lost(1, now: start), [.connect(3)])
    }

    @Test("a connection is replaced at the end of its life, which chance shortens by a tenth at most")
    func lifetime() {
        var pool = machine()
        _ = pool.wait(1, now: start)
        _ = pool.connected(1, now: start, chance: 0.5)
        expect(pool.release(1, now: start + .seconds(3419)), [])
        expect(pool.takeIdle(), 1)
        expect(pool.release(1, now: start + .seconds(3420)), [.close(1)])
        #expect(pool.connectionCount == 0)
    }

    @Test("closing refuses who waits, closes what is idle, and waits for what is lent")
    func closing() {
        var pool = machine()
        _ = pool.wait(1, now: start)
        _ = pool.wait(2, now: start)
        _ = pool.connected(1, now: start, chance: 0)
        _ = pool.connected(2, now: start, chance: 0)
        _ = pool.wait(3, now: start)
        _ = pool.release(2, now: start)
        expect(pool.close(), [])
        expect(pool.wait(4, now: start), [.refuse(waiter: 4, .closed)])
        #expect(!pool.isDrained)
        expect(pool.release(1, now: start), [.close(1)])
        expect(pool.release(2, now: start), [.close(2)])
        #expect(pool.isDrained)
    }

    @Test("whatever happens in whatever order, nobody waits for ever and no bound is passed")
    func randomWalk() {
        var random = SeededGenerator(state: 7)
        for _ in 0..<200 {
            var pool = machine(minimum: 1, maximum: 3, maxWaiters: 5)
            var now = start
            var connecting: Set<UInt64> = []
            var lent: Set<UInt64> = []
            var waiting: Set<UInt64> = []
            var nextWaiter: UInt64 = 1
            func perform(_ actions: [PoolStateMachine.Action]) {
                for action in actions {
                    switch action {
                    case .connect(let id): expect(connecting.insert(id).inserted, true)
                    case .close: break
                    case .check(let id): expect(lent.insert(id).inserted, true)
                    case .grant(let waiter, let id):
                        expect(waiting.remove(waiter), waiter)
                        expect(lent.insert(id).inserted, true)
                    case .refuse(let waiter, _): expect(waiting.remove(waiter), waiter)
                    }
                }
            }
            for _ in 0..<200 {
                now += .milliseconds(Int.random(in: 0...2000, using: &random))
                switch Int.random(in: 0..<8, using: &random) {
                case 0, 1:
                    waiting.insert(nextWaiter)
                    perform(pool.wait(nextWaiter, now: now))
                    nextWaiter += 1
                case 2:
                    if let id = connecting.randomElement(using: &random) {
                        connecting.remove(id)
                        perform(pool.connected(id, now: now, chance: 0.3))
                    }
                case 3:
                    if let id = connecting.randomElement(using: &random) {
                        connecting.remove(id)
                        perform(pool.connectFailed(id, isFinal: false, now: now, chance: 0.3))
                    }
                case 4, 5:
                    if let id = lent.randomElement(using: &random) {
                        lent.remove(id)
                        perform(pool.release(id, now: now))
                    }
                case 6:
                    if let id = lent.randomElement(using: &random) {
                        lent.remove(id)
                        perform(pool.lost(id, now: now))
                    }
                default: perform(pool.tick(now))
                }
                #expect(pool.connectionCount <= 3)
                #expect(pool.waitingCount == waiting.count)
                #expect(waiting.count <= 5)
                #expect(pool.inUseCount == lent.count)
            }
            perform(pool.tick(now + .seconds(5)))
            #expect(waiting.isEmpty)
        }
    }
}

/// The same numbers at every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
