import CPQ

/// Sends cancel requests for one connection. `PQcancel` opens a connection of its own and blocks: never call it on the
/// cooperative pool.
///
/// `@unchecked Sendable`: a `PGcancel` is not changed after it was made, and libpq documents `PQcancel` as safe to call from any
/// thread.
final class Canceller: @unchecked Sendable {
    private let pointer: OpaquePointer

    init?(_ connection: OpaquePointer) {
        guard let pointer = PQgetCancel(connection) else { return nil }
        self.pointer = pointer
    }

    deinit {
        PQfreeCancel(pointer)
    }

    func send() {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            _ = PQcancel(pointer, buffer.baseAddress, 256)
        }
    }
}
