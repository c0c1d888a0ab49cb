internal import Foundation
internal import NIOPosix
internal import Synchronization

/// An append-only file of lines with one writer at a time.
///
/// Lines are handed over synchronously, so that their order is that of the changes; whoever then waits either writes
/// everything handed over so far, or waits for the one who does. A write that has returned is the kernel's and survives
/// the death of this process; a power cut may lose it, which a sandbox can bear.
final class Journal: Sendable {
    private struct Buffer {
        var lines: [UInt8] = []
        /// Bytes handed over, and bytes written, since the start.
        var handed = 0
        var written = 0
        var isWriting = false
        var failure: JournalError?
        var waiters: [(upTo: Int, CheckedContinuation<Void, any Error>)] = []
    }

    private let buffer = Mutex(Buffer())
    private let descriptor: CInt

    /// - Parameter descriptor: open for appending; the journal closes it.
    private init(descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Reads the file, lets `restore` turn its lines into the lines of a fresh one, and puts that in its place.
    /// Blocks: call it on a thread that may.
    static func open(_ path: String, restore: ([UInt8]) -> [UInt8]) throws -> Journal {
        let old = FileManager.default.contents(atPath: path).map(Array.init) ?? []
        let fresh = path + ".new"
        let descriptor = Foundation.open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw JournalError(number: errno) }
        let journal = Journal(descriptor: descriptor)
        try journal.writeAll(restore(old))
        guard rename(fresh, path) == 0 else { throw JournalError(number: errno) }
        return journal
    }

    /// Takes lines over, sees to it that somebody writes them, and returns the mark to wait for.
    func append(_ lines: [UInt8]) -> Int {
        let (mark, isLeader) = buffer.withLock { buffer in
            buffer.lines.append(contentsOf: lines)
            buffer.handed += lines.count
            defer { buffer.isWriting = true }
            return (buffer.handed, !buffer.isWriting)
        }
        if isLeader { NIOThreadPool.singleton.submit { _ in self.writeHandedOver() } }
        return mark
    }

    /// Returns when everything up to the mark is written.
    func flush(upTo mark: Int) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let outcome: Result<Void, any Error>? = buffer.withLock { buffer in
                if let failure = buffer.failure { return .failure(failure) }
                if buffer.written >= mark { return .success(()) }
                buffer.waiters.append((mark, continuation))
                return nil
            }
            if let outcome { continuation.resume(with: outcome) }
        }
    }

    /// Writes until nothing is left and wakes those whose lines are down. Runs on a thread that may block.
    private func writeHandedOver() {
        var isDone = false
        while !isDone {
            let (lines, failure) = buffer.withLock { buffer -> ([UInt8], JournalError?) in
                defer { buffer.lines = [] }
                return (buffer.lines, buffer.failure)
            }
            // A torn line would hide what follows it, so nothing is written after a failure.
            var problem = failure
            if problem == nil {
                do throws(JournalError) { try writeAll(lines) } catch { problem = error }
            }
            let ready: [CheckedContinuation<Void, any Error>]
            (ready, isDone) = buffer.withLock { buffer in
                buffer.written += lines.count
                buffer.failure = problem
                let ready = buffer.waiters.filter { $0.upTo <= buffer.written }.map(\.1)
                buffer.waiters.removeAll { $0.upTo <= buffer.written }
                buffer.isWriting = !buffer.lines.isEmpty
                return (ready, !buffer.isWriting)
            }
            for waiter in ready {
                if let problem { waiter.resume(throwing: problem) } else { waiter.resume() }
            }
        }
    }

    private func writeAll(_ bytes: [UInt8]) throws(JournalError) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                guard let base = raw.baseAddress else { return 0 }
                return write(descriptor, base + offset, raw.count - offset)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw JournalError(number: errno)
            }
            offset += count
        }
    }
}

/// Why the journal could not be written.
struct JournalError: Error, CustomStringConvertible {
    /// `errno`.
    var number: Int32

    var description: String { "the sandbox's journal cannot be written (errno \(number))" }
}
