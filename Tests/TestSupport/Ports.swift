import Foundation

/// A port that nobody listens on at 127.0.0.1 now.
public func freePort() throws -> Int {
    try DeadPort().port
}

/// A port at 127.0.0.1 that refuses every connection for as long as this value lives: it is taken, and nobody listens.
public final class DeadPort: Sendable {
    public let port: Int
    private let descriptor: Int32

    public init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 ? getsockname(descriptor, pointer, &length) : -1
            }
        }
        self.descriptor = descriptor
        port = Int(UInt16(bigEndian: address.sin_port))
        if result != 0 { throw PrivateCluster.Failure(description: "no free port") }
    }

    deinit {
        close(descriptor)
    }
}
