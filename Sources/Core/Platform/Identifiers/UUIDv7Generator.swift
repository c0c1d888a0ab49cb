public import Foundation
import Synchronization

/// Makes UUIDs of version 7 (RFC 9562, section 5.7), each greater than the one before.
///
/// The layout is 48 bits of Unix milliseconds, a 32-bit counter over `rand_a` and the head of `rand_b` (section 6.2,
/// method 1), and 42 random bits. Each millisecond's counter starts at a random value with its highest bit clear, so
/// that 2³¹ steps fit; should it run out, the millisecond is advanced instead. A clock that is set back is ignored
/// until it has caught up. An id says when it was made, and is no secret.
public final class UUIDv7Generator: Sendable {
    private struct State {
        var milliseconds: UInt64 = 0
        var counter: UInt32 = 0
    }

    /// The one that all ids of this process come from.
    public static let process = UUIDv7Generator()

    private let state = Mutex(State())

    public init() {}

    /// - Parameter now: the present; what lies before 1970 counts as 1970.
    public func next(at now: Date) -> UUID {
        let tail = UInt64.random(in: 0..<(1 << 42))
        let start = UInt32.random(in: 0..<(1 << 31))
        let wanted = UInt64(min(max(now.timeIntervalSince1970 * 1000, 0), Double((1 << 48) - 1)))
        let (milliseconds, counter) = state.withLock { state in
            if wanted > state.milliseconds {
                state = State(milliseconds: wanted, counter: start)
            } else if state.counter == .max {
                state = State(milliseconds: state.milliseconds + 1, counter: start)
            } else {
                state.counter += 1
            }
            return (state.milliseconds, state.counter)
        }
        // version 7 in the 49th to 52nd bit, the variant 0b10 in the 65th and 66th
        let high = milliseconds << 16 | 0x7000 | UInt64(counter >> 20)
        let low = 0x8000_0000_0000_0000 | UInt64(counter & 0xF_FFFF) << 42 | tail
        let bytes = (high.bigEndian, low.bigEndian)
        return withUnsafeBytes(of: bytes) { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }
}
