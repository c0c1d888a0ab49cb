import Foundation
import Synchronization

/// A tiny HTTP/1.1 server on 127.0.0.1 for tests: blocking sockets, a thread a connection, and a script that decides
/// what each connection does.
public final class TestServer: Sendable {
    public struct Request: Sendable {
        public var method: String
        public var target: String
        public var headers: [(name: String, value: String)]
        public var body: [UInt8]

        public subscript(name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    /// One accepted connection, used on its own thread alone.
    public final class Connection {
        fileprivate let descriptor: Int32
        private let record: (Request) -> Void
        private var buffer: [UInt8] = []

        fileprivate init(_ descriptor: Int32, record: @escaping (Request) -> Void) {
            self.descriptor = descriptor
            self.record = record
        }

        /// The next request with its body, or `nil` when the client has closed.
        public func readRequest() -> Request? {
            let end = Array("\r\n\r\n".utf8)
            var head: Range<Int>?
            while head == nil {
                head = buffer.firstRange(of: end)
                if head == nil, !readMore() { return nil }
            }
            guard let head else { return nil }
            let lines = String(decoding: buffer[..<head.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
            buffer.removeSubrange(..<head.upperBound)
            let start = lines[0].split(separator: " ")
            let headers = lines.dropFirst().map { line in
                let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                return (name: String(parts[0]), value: parts[1].trimmingCharacters(in: .whitespaces))
            }
            var request = Request(method: String(start[0]), target: String(start[1]), headers: headers, body: [])
            let length = request["Content-Length"].flatMap { Int($0) } ?? 0
            while buffer.count < length {
                if !readMore() { return nil }
            }
            request.body = Array(buffer[..<length])
            buffer.removeSubrange(..<length)
            record(request)
            return request
        }

        /// Waits until the client closes.
        public func waitForClose() {
            while readMore() {}
        }

        /// False when the client no longer takes anything.
        @discardableResult
        public func write(_ text: String) -> Bool {
            write(Array(text.utf8))
        }

        @discardableResult
        public func write(_ bytes: [UInt8]) -> Bool {
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                if count <= 0 { return false }
                sent += count
            }
            return true
        }

        public func answer(_ status: String = "200 OK", headers: [String] = [], body: String = "") {
            answer(status, headers: headers, body: Array(body.utf8))
        }

        public func answer(_ status: String = "200 OK", headers: [String] = [], body: [UInt8]) {
            let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + headers
            write(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
        }

        private func readMore() -> Bool {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return false }
            buffer.append(contentsOf: chunk[..<count])
            return true
        }
    }

    private struct Seen {
        var connections = 0
        var requests: [Request] = []
        var closed = 0
    }

    public let port: UInt16
    private let listener: Int32
    private let seen = Mutex(Seen())

    public var url: String { "http://127.0.0.1:\(port)" }
    public var connections: Int { seen.withLock { $0.connections } }
    public var requests: [Request] { seen.withLock { $0.requests } }
    /// Connections whose script has ended.
    public var ended: Int { seen.withLock { $0.closed } }

    /// - Parameter script: runs on a thread of its own for each connection, which is closed when it returns.
    public init(_ script: @escaping @Sendable (Connection) -> Void) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        port = try Self.listen(on: listener)
        Thread.detachNewThread { [listener, seenBy = WeakServer(self)] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                seenBy.server?.seen.withLock { $0.connections += 1 }
                Thread.detachNewThread {
                    script(
                        Connection(descriptor) { request in
                            seenBy.server?.seen.withLock { $0.requests.append(request) }
                        })
                    seenBy.server?.seen.withLock { $0.closed += 1 }
                    close(descriptor)
                }
            }
        }
    }

    /// Answers every request on every connection with the same response.
    public convenience init(status: String = "200 OK", headers: [String] = [], body: String = "") throws {
        try self.init { connection in
            while connection.readRequest() != nil { connection.answer(status, headers: headers, body: body) }
        }
    }

    deinit {
        // Wakes the thread in accept.
        Foundation.shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// A port of 127.0.0.1 where nothing listens: bound, never listened on, kept so that nobody else takes it.
    public static func closedPort() throws -> UInt16 {
        try bindToFreePort(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    }

    private static func listen(on descriptor: Int32) throws -> UInt16 {
        let port = try bindToFreePort(descriptor)
        guard Foundation.listen(descriptor, 128) == 0 else { throw POSIXError(.EIO) }
        return port
    }

    private static func bindToFreePort(_ descriptor: Int32) throws -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
        return UInt16(bigEndian: address.sin_port)
    }
}

/// The server's threads must not keep it alive, or it would never close its listener.
private final class WeakServer: @unchecked Sendable {
    // Set once at creation; reading a weak reference is atomic.
    weak let server: TestServer?

    init(_ server: TestServer) {
        self.server = server
    }
}
