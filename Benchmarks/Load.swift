import Foundation
import Histogram
import NIOCore
import NIOPosix
import Synchronization

/// What was measured. Latencies are in microseconds.
struct Measurement: Sendable {
    var requests = 0
    var errors = 0
    var seconds = 0.0
    var p50 = 0
    var p90 = 0
    var p99 = 0
    var longest = 0

    var json: String {
        """
        {"requests": \(requests), "errors": \(errors), "seconds": \(seconds), "rate": \(Double(requests) / max(seconds, 0.001)), \
        "p50_us": \(p50), "p90_us": \(p90), "p99_us": \(p99), "max_us": \(longest)}
        """
    }
}

/// Drives the connections. In a closed loop each sends its next request when the last is answered; with a rate, each has a timetable, and a late
/// answer makes the following ones late too, as callers would see it.
struct Load: Sendable {
    let workload: Workload
    let port: Int
    let connections: Int
    let seconds: Double
    let requests: Int
    let rate: Double

    private final class Tally: Sendable {
        private struct State {
            var histogram = Histogram<UInt32>(
                highestTrackableValue: 120_000_000, numberOfSignificantValueDigits: .three)
            var count = 0
            var errors = 0
        }

        private let state = Mutex(State())
        private let started = Atomic(0)

        /// - Returns: how many requests began before this one.
        func begin() -> Int { started.add(1, ordering: .relaxed).oldValue }

        func record(_ microseconds: Double, isGood: Bool) {
            state.withLock { state in
                state.count += 1
                if !isGood { state.errors += 1 }
                state.histogram.record(UInt64(max(microseconds, 1)))
            }
        }

        func measurement(seconds: Double) -> Measurement {
            state.withLock { state in
                Measurement(
                    requests: state.count, errors: state.errors, seconds: seconds,
                    p50: Int(state.histogram.valueAtPercentile(50)), p90: Int(state.histogram.valueAtPercentile(90)),
                    p99: Int(state.histogram.valueAtPercentile(99)), longest: Int(state.histogram.max))
            }
        }
    }

    func run() async throws -> Measurement {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let tally = Tally()
        let begin = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for index in 0..<connections {
                tasks.addTask { try await drive(index, group, tally, begin) }
            }
            try await tasks.waitForAll()
        }
        let took = (ContinuousClock.now - begin) / .seconds(1)
        try await group.shutdownGracefully()
        return tally.measurement(seconds: took)
    }

    private func drive(
        _ index: Int, _ group: MultiThreadedEventLoopGroup, _ tally: Tally, _ begin: ContinuousClock.Instant
    ) async throws {
        let end = begin + .seconds(seconds)
        let channel = try await ClientBootstrap(group: group)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            var answers = inbound.makeAsyncIterator()
            var turn = 0
            while ContinuousClock.now < end {
                if requests > 0, tally.begin() >= requests { return }
                var due = ContinuousClock.now
                if rate > 0 {
                    due = begin + .seconds(1) * (Double(turn * connections + index) / rate)
                    if due > end { return }
                    if due > ContinuousClock.now { try await Task.sleep(until: due) }
                }
                turn += 1
                try await outbound.write(workload.request())
                let isGood = try await Self.answer(&answers)
                tally.record((ContinuousClock.now - due) / .microseconds(1), isGood: isGood)
            }
        }
    }

    /// Reads one answer; our server always says how long its body is.
    private static func answer(_ parts: inout NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator) async throws
        -> Bool
    {
        var text = ""
        while true {
            guard let part = try await parts.next() else { throw ChannelError.eof }
            text += String(buffer: part)
            guard let head = text.range(of: "\r\n\r\n") else { continue }
            let length =
                text[..<head.lowerBound].lowercased().split(separator: "\r\n")
                .first { $0.hasPrefix("content-length:") }.flatMap {
                    Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces))
                } ?? 0
            if text.utf8.count - text[..<head.upperBound].utf8.count >= length { return text.hasPrefix("HTTP/1.1 200") }
        }
    }
}
