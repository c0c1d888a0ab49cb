import Foundation
import Synchronization

/// A TCP relay that can fail as networks do, and counts what passes.
public final class TestProxy: Sendable {
    public enum Mode: Sendable {
        case relay
        /// Nothing passes, yet every connection stays open: a network that swallows packets.
        case silent
    }

    private struct State {
        var mode = Mode.relay
        var refuses = false
        var mustDropAll = false
        var isStopped = false
        var turns = 0
        var lastWasServer = true
        var accepted = 0
        var trigger: Trigger?
    }

    /// What to do when the client sends a text.
    private struct Trigger {
        var text: [UInt8]
        var drops: Bool
    }

    private struct Link {
        var client: Int32
        var server: Int32
    }

    /// Where to connect, at 127.0.0.1.
    public let port: Int
    private let listener: Int32
    private let target: (host: String, port: Int)
    private let state = Mutex(State())

    /// Relays to a TCP server, or to a unix socket's path when `host` begins with `/`.
    public init(host: String, port: Int) throws {
        target = (host, port)
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && listen(listener, 64) == 0
                    ? getsockname(listener, pointer, &length) : -1
            }
        }
        guard result == 0 else { throw PrivateCluster.Failure(description: "the proxy cannot listen") }
        self.port = Int(UInt16(bigEndian: address.sin_port))
        let thread = Thread { [self] in loop() }
        thread.start()
    }

    public func set(_ mode: Mode) {
        state.withLock { $0.mode = mode }
    }

    /// Breaks every connection now.
    public func dropAll() {
        state.withLock { $0.mustDropAll = true }
        while state.withLock({ $0.mustDropAll && !$0.isStopped }) { usleep(1000) }
    }

    /// Whether new connections are closed at once.
    public func refuse(_ refuses: Bool) {
        state.withLock { $0.refuses = refuses }
    }

    /// Breaks a connection at the moment the client has sent this text, after passing it on to the server: the answer is lost.
    public func dropWhenClientSends(_ text: String) {
        state.withLock { $0.trigger = Trigger(text: Array(text.utf8), drops: true) }
    }

    /// Falls silent at the moment the client has sent this text, after passing it on to the server: the answer does not come.
    public func fallSilentWhenClientSends(_ text: String) {
        state.withLock { $0.trigger = Trigger(text: Array(text.utf8), drops: false) }
    }

    public var isSilent: Bool { state.withLock { $0.mode == .silent } }

    /// How many connections were made to it so far.
    public var acceptedCount: Int { state.withLock { $0.accepted } }

    /// How often the client began to speak after the server had: the number of round trips. Reading it sets it to 0.
    public func takeTurns() -> Int {
        state.withLock { state in
            defer { state.turns = 0 }
            return state.turns
        }
    }

    public func stop() {
        state.withLock { $0.isStopped = true }
    }

    private func loop() {
        var links: [Link] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while !state.withLock({ $0.isStopped }) {
            let (mode, dropAll) = state.withLock { ($0.mode, $0.mustDropAll) }
            if dropAll {
                for link in links { Self.close(link) }
                links = []
                state.withLock { $0.mustDropAll = false }
            }
            var descriptors = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
            if mode == .relay {
                for link in links {
                    descriptors.append(pollfd(fd: link.client, events: Int16(POLLIN), revents: 0))
                    descriptors.append(pollfd(fd: link.server, events: Int16(POLLIN), revents: 0))
                }
            }
            _ = poll(&descriptors, nfds_t(descriptors.count), 5)
            if descriptors[0].revents != 0 { accept(&links) }
            guard mode == .relay else { continue }
            var broken: Set<Int32> = []
            for (index, descriptor) in descriptors.dropFirst().enumerated() where descriptor.revents != 0 {
                let link = links[index / 2]
                if broken.contains(link.client) { continue }
                let fromClient = descriptor.fd == link.client
                if !relay(from: descriptor.fd, to: fromClient ? link.server : link.client, fromClient, &buffer) {
                    broken.insert(link.client)
                    Self.close(link)
                }
            }
            links.removeAll { broken.contains($0.client) }
        }
        for link in links { Self.close(link) }
        Foundation.close(listener)
    }

    private func accept(_ links: inout [Link]) {
        let client = Foundation.accept(listener, nil, nil)
        guard client >= 0 else { return }
        let refuses = state.withLock { state in
            state.accepted += 1
            return state.refuses
        }
        if refuses {
            Foundation.close(client)
            return
        }
        guard let server = connectToTarget() else {
            Foundation.close(client)
            return
        }
        links.append(Link(client: client, server: server))
    }

    private func relay(from: Int32, to: Int32, _ fromClient: Bool, _ buffer: inout [UInt8]) -> Bool {
        let count = recv(from, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        let mustDrop = state.withLock { state in
            if fromClient, state.lastWasServer { state.turns += 1 }
            state.lastWasServer = !fromClient
            guard fromClient, let trigger = state.trigger, buffer[..<count].firstRange(of: trigger.text) != nil
            else { return false }
            state.trigger = nil
            if !trigger.drops { state.mode = .silent }
            return trigger.drops
        }
        var sent = 0
        while sent < count {
            let part = buffer[sent..<count].withUnsafeBytes { send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if part <= 0 { return false }
            sent += part
        }
        return !mustDrop
    }

    private func connectToTarget() -> Int32? {
        let isUnix = target.host.hasPrefix("/")
        let descriptor = socket(isUnix ? AF_UNIX : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var result: Int32
        if isUnix {
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let path = Array("\(target.host)/.s.PGSQL.\(target.port)".utf8)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
            result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
        } else {
            var address = loopback(port: target.port)
            result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        if result == 0 { return descriptor }
        Foundation.close(descriptor)
        return nil
    }

    private static func close(_ link: Link) {
        Foundation.close(link.client)
        Foundation.close(link.server)
    }
}

/// 127.0.0.1 at a port; 0 lets the system choose.
private func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = UInt16(port).bigEndian
    return address
}
