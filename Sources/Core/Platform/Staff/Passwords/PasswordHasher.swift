import Dispatch
import PluginKit
import Synchronization

/// Hashes and checks passwords on threads of its own, a few at a time: each takes 32 MiB and a tenth of a second,
/// which must neither hold up other requests nor take all memory when many sign in.
final class PasswordHasher: Sendable {
    static let width = 2
    /// Who comes when so many wait is turned away.
    static let longestLine = 40

    let cost: PasswordHash.Cost
    private let threads: [DispatchQueue]
    private let line = Mutex((next: 0, waiting: 0))
    /// What is checked when there is no such account, so that the time does not tell.
    private let nobody: Mutex<PasswordHash?> = Mutex(nil)

    init(cost: PasswordHash.Cost = .standard) {
        self.cost = cost
        threads = (0..<Self.width).map { DispatchQueue(label: "obhut.passwords.\($0)") }
    }

    func hash(_ password: Secret<String>) async throws -> PasswordHash {
        try await run { [cost] in try PasswordHash.make(password, cost: cost) }
    }

    /// - Parameter stored: nil when there is none; it takes as long then.
    func fits(_ password: Secret<String>, _ stored: PasswordHash?) async throws -> Bool {
        let checked = if let stored { stored } else { try await dummy() }
        return try await run { try checked.fits(password) } && stored != nil
    }

    private func dummy() async throws -> PasswordHash {
        if let known = nobody.withLock({ $0 }) { return known }
        let random = RandomToken.generate().text
        let made = try await run { [cost] in try PasswordHash.make(random, cost: cost) }
        nobody.withLock { $0 = made }
        return made
    }

    private func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        let place: Int? = line.withLock { line in
            guard line.waiting < Self.longestLine else { return nil }
            line.waiting += 1
            line.next += 1
            return line.next % Self.width
        }
        guard let place else {
            throw PlatformError(.rateLimited, "Too many sign in at this moment.", remedy: "Try again in a few seconds.")
        }
        defer { line.withLock { $0.waiting -= 1 } }
        return try await withCheckedThrowingContinuation { continuation in
            threads[place].async { continuation.resume(with: Result(catching: work)) }
        }
    }
}
