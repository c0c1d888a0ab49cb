import Postgres
import ServiceLifecycle
import Synchronization
import Testing

@testable import Platform

@Suite struct GroupCommitTests {
    private struct Poison: Error {}

    private struct Item: GroupItem {
        var number: Int
        var tenant = GroupCommitTests.tenants[0]
        var weight = 1
    }

    private static let tenants = [TenantID.generate(), TenantID.generate()]

    /// What was committed together.
    private final class Log: Sendable {
        private let batches = Mutex<[[Int]]>([])
        var all: [[Int]] { batches.withLock { $0 } }
        func add(_ batch: [Int]) { batches.withLock { $0.append(batch) } }
    }

    private func submit(_ numbers: Range<Int>, to commit: GroupCommit<Item, Int>) async -> [Int: Result<Int, any Error>]
    {
        await withTaskGroup(of: (Int, Result<Int, any Error>).self) { group in
            for number in numbers {
                group.addTask {
                    do { return (number, .success(try await commit.submit(Item(number: number)))) } catch {
                        return (number, .failure(error))
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    @Test func `what comes while a batch commits goes together, each gets its own answer, and no batch is too large`()
        async throws
    {
        let (log, latch) = (Log(), Latch())
        let commit = GroupCommit<Item, Int>(batchWeight: 10, concurrency: 1) { batch in
            if log.all.isEmpty { await latch.wait() }
            log.add(batch.map(\.number))
            return batch.map { .success($0.number * 2) }
        }
        try await running([commit]) {
            async let first = submit(0..<1, to: commit)
            try await eventually("the first commits") { latch.waitingCount == 1 }
            async let others = submit(1..<36, to: commit)
            try await eventually("the others wait") { commit.waitingCount == 35 }
            latch.open()
            let answers = await first.merging(others) { one, _ in one }
            #expect(answers.count == 36)
            for (number, answer) in answers { #expect((try? answer.get()) == number * 2) }
        }
        #expect(log.all.map(\.count) == [1, 10, 10, 10, 5])
        #expect(log.all.joined().sorted() == Array(0..<36))
    }

    @Test func `one that cannot be committed does not take its neighbours with it`() async throws {
        let (log, latch) = (Log(), Latch())
        let commit = GroupCommit<Item, Int>(concurrency: 1) { batch in
            await latch.wait()
            if batch.contains(where: { $0.number == 7 }) { throw Poison() }
            log.add(batch.map(\.number))
            return batch.map { $0.number == 3 ? .failure(Poison()) : .success($0.number) }
        }
        try await running([commit]) {
            async let answers = submit(0..<10, to: commit)
            latch.open()
            for (number, answer) in await answers {
                #expect((try? answer.get()) == ([3, 7].contains(number) ? nil : number))
            }
        }
        #expect(log.all.joined().sorted() == [0, 1, 2, 3, 4, 5, 6, 8, 9])
    }

    @Test func `what was taken is committed before it stops, and nothing is taken after`() async throws {
        let (begun, log, latch) = (Log(), Log(), Latch())
        let commit = GroupCommit<Item, Int>(batchWeight: 4, concurrency: 2) { batch in
            begun.add(batch.map(\.number))
            await latch.wait()
            log.add(batch.map(\.number))
            return batch.map { .success($0.number) }
        }
        let service = ServiceGroup(services: [commit], logger: .quiet)
        async let run: Void = service.run()
        async let answers = submit(0..<30, to: commit)
        try await eventually("all are taken") { commit.waitingCount + begun.all.joined().count == 30 }
        await service.triggerGracefulShutdown()
        // One that comes before it has heard of the shutdown is taken like the others.
        let refused = Log()
        var late: [Task<Void, Never>] = []
        try await eventually("it takes nothing more") {
            let number = 100 + late.count
            late.append(
                Task {
                    do { _ = try await commit.submit(Item(number: number)) } catch { refused.add([number]) }
                })
            return !refused.all.isEmpty
        }
        latch.open()
        for (number, answer) in await answers { #expect((try? answer.get()) == number) }
        try await run
        for task in late { await task.value }
        #expect(Set(log.all.joined()) == Set(0..<30).union((100..<100 + late.count)).subtracting(refused.all.joined()))
    }

    @Test func `beyond its limit it asks to come later, and goes on with what it took`() async throws {
        let latch = Latch()
        let commit = GroupCommit<Item, Int>(batchWeight: 1, concurrency: 1, limit: 5) { batch in
            await latch.wait()
            return batch.map { .success($0.number) }
        }
        try await running([commit]) {
            async let first = submit(0..<1, to: commit)
            try await eventually("the first commits") { latch.waitingCount == 1 }
            async let others = submit(1..<6, to: commit)
            try await eventually("five wait") { commit.waitingCount == 5 }
            let refused = await submit(6..<7, to: commit)
            #expect(throws: PlatformError.self) { try refused[6]?.get() }
            latch.open()
            for (number, answer) in await first.merging(others, uniquingKeysWith: { one, _ in one }) {
                #expect((try? answer.get()) == number)
            }
            #expect(try await commit.submit(Item(number: 8)) == 8)
        }
    }

    @Test func `tenants take turns, and one that fills its own line does not fill another's`() async throws {
        let (log, latch) = (Log(), Latch())
        let commit = GroupCommit<Item, Int>(batchWeight: 4, concurrency: 1, tenantLimit: 6) { batch in
            await latch.wait()
            log.add(batch.map(\.number))
            return batch.map { .success($0.number) }
        }
        try await running([commit]) {
            func submit(_ number: Int, _ tenant: Int, weight: Int = 1) -> Task<Int, any Error> {
                Task { try await commit.submit(Item(number: number, tenant: Self.tenants[tenant], weight: weight)) }
            }
            var all = [submit(0, 0)]
            try await eventually("the first commits") { latch.waitingCount == 1 }
            for number in 1...6 {
                all.append(submit(number, 0))
                try await eventually("it waits") { commit.waitingCount == number }
            }
            await expectError(.unavailable) { try await submit(99, 0).value }
            // As heavy as a whole batch.
            all.append(submit(7, 1, weight: 4))
            try await eventually("it waits") { commit.waitingCount == 7 }
            latch.open()
            for task in all { _ = try await task.value }
        }
        #expect(log.all == [[0], [1], [7], [2, 3, 4, 5], [6]])
    }

    @Test func `a batch of which nobody knows whether it was committed is not tried again`() async throws {
        let (log, latch) = (Log(), Latch())
        let commit = GroupCommit<Item, Int>(concurrency: 1) { batch in
            await latch.wait()
            log.add(batch.map(\.number))
            throw PostgresError(.unclearCommit, "the connection broke")
        }
        try await running([commit]) {
            async let answers = submit(0..<5, to: commit)
            try await eventually("all are taken") { commit.waitingCount + latch.waitingCount >= 1 }
            latch.open()
            #expect(await answers.values.allSatisfy { (try? $0.get()) == nil })
        }
        #expect(log.all.joined().count == 5)
    }

    @Test(.timeLimit(.minutes(5)))
    func `it ends when it is cancelled, with what it took committed`() async throws {
        let commit = GroupCommit<Item, Int> { batch in batch.map { .success($0.number) } }
        let run = Task { try await commit.run() }
        #expect(try await commit.submit(Item(number: 1)) == 1)
        run.cancel()
        try await run.value
        await expectError(.unavailable) { try await commit.submit(Item(number: 2)) }
    }
}
