import Foundation

/// A TCP port of this machine.
enum LocalPort {
    /// - Throws: a sentence when somebody listens there, or may not.
    static func check(_ port: Int, option: String, variable: String) throws {
        let advice = "choose another with \(option), or make run \(variable)=…"
        guard (1...65535).contains(port) else {
            throw SettingsError(description: "\(option) \(port): a port is a number from 1 to 65535; \(advice)")
        }
        do {
            _ = try bound(to: port)
        } catch {
            let fault = error.number == EADDRINUSE ? "is in use" : "cannot be used (\(error))"
            throw SettingsError(description: "port \(port) \(fault); \(advice)")
        }
    }

    static func isFree(_ port: Int) -> Bool { (1...65535).contains(port) && (try? bound(to: port)) != nil }

    /// One that nobody uses now.
    static func free() throws -> Int {
        do {
            return try bound(to: 0)
        } catch {
            throw SettingsError(description: "no free port on 127.0.0.1: \(error)")
        }
    }

    /// Binds and lets go again.
    private static func bound(to port: Int) throws(SystemError) -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError() }
        defer { close(descriptor) }
        // As servers do: a connection that was closed a moment ago does not hold the port.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isBound else { throw SystemError() }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
