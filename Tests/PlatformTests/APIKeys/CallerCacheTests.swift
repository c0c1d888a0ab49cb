import Synchronization
import Testing

@testable import Platform

@Suite("The cache of callers")
struct CallerCacheTests {
    private let hash = [UInt8](repeating: 7, count: 32)
    private let cache = CallerCache()

    private static func entry(_ key: APIKeyID, for time: Duration = .seconds(60)) throws -> CallerCache.Entry {
        let caller = Caller(
            tenant: .generate(), region: try #require(RegionID(rawValue: "eu-central")),
            shard: try #require(ShardID(rawValue: "eu-central-1")), key: key, scopes: [.messagesRead])
        return CallerCache.Entry(caller: caller, expiresAt: nil, until: .now + time)
    }

    /// A look-up that is held until it is let go.
    private final class Held: Sendable {
        let key = APIKeyID.generate()
        private let started = AsyncStream<Void>.makeStream()
        private let gate = AsyncStream<Void>.makeStream()
        private let count = Atomic(0)

        var looks: Int { count.load(ordering: .relaxed) }

        func look() async throws -> CallerCache.Entry {
            count.add(1, ordering: .relaxed)
            started.continuation.yield()
            for await _ in gate.stream { break }
            return try CallerCacheTests.entry(key)
        }

        func hasStarted() async { for await _ in started.stream { return } }
        func letGo() { gate.continuation.finish() }
    }

    @Test("callers who come while a key is looked up share that look-up")
    func shared() async throws {
        let held = Held()
        let keys = try await withThrowingTaskGroup(of: APIKeyID.self) { group in
            group.addTask { try await cache.caller(hash, look: held.look).key }
            await held.hasStarted()
            for _ in 0..<50 { group.addTask { try await cache.caller(hash, look: held.look).key } }
            try await Task.sleep(for: .milliseconds(50))
            held.letGo()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(held.looks == 1 && keys.count == 51 && Set(keys) == [held.key])
        #expect(try await cache.caller(hash, look: held.look).key == held.key && held.looks == 1)
    }

    @Test("what is looked up while a key is revoked is not remembered, nor given to who asks later")
    func revoked() async throws {
        struct Gone: Error {}
        let held = Held()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await cache.caller(hash, look: held.look) }
            await held.hasStarted()
            cache.forget(held.key)
            await #expect(throws: Gone.self) { try await cache.caller(hash) { throw Gone() } }
            held.letGo()
            try await group.waitForAll()
        }
        await #expect(throws: Gone.self) { try await cache.caller(hash) { throw Gone() } }
    }

    @Test("a revoked key is forgotten, another stays")
    func forgotten() async throws {
        let other = [UInt8](repeating: 8, count: 32)
        let (one, two) = (APIKeyID.generate(), APIKeyID.generate())
        _ = try await cache.caller(hash) { try Self.entry(one) }
        _ = try await cache.caller(other) { try Self.entry(two) }
        cache.forget(one)
        #expect(try await cache.caller(hash) { try Self.entry(two) }.key == two)
        #expect(try await cache.caller(other) { throw CancellationError() }.key == two)
    }

    @Test("an entry is asked for anew when its time is over, and a failure is not remembered")
    func ended() async throws {
        struct Unknown: Error {}
        let key = APIKeyID.generate()
        await #expect(throws: Unknown.self) { try await cache.caller(hash) { throw Unknown() } }
        _ = try await cache.caller(hash) { try Self.entry(key, for: .zero) }
        await #expect(throws: Unknown.self) { try await cache.caller(hash) { throw Unknown() } }
    }

    @Test("when the caller who looks up is cancelled, another looks up instead")
    func cancelled() async throws {
        let key = APIKeyID.generate()
        let begun = AsyncStream<Void>.makeStream()
        let first = Task {
            try await cache.caller(hash) {
                begun.continuation.yield()
                try await Task.sleep(for: .seconds(60))
                return try Self.entry(key)
            }
        }
        for await _ in begun.stream { break }
        async let second = cache.caller(hash) { try Self.entry(key) }
        try await Task.sleep(for: .milliseconds(50))
        first.cancel()
        #expect(try await second.key == key)
        await #expect(throws: CancellationError.self) { try await first.value }
    }
}
