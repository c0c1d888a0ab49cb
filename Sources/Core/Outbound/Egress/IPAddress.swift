#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// An address as the kernel would dial it.
public enum IPAddress: Sendable, Hashable, LosslessStringConvertible {
    case v4(UInt32)
    case v6(UInt128)

    /// Reads the canonical text forms only (`192.0.2.1`, `2001:db8::1`): no octal, hexadecimal or short IPv4.
    public init?(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self = .v4(UInt32(bigEndian: four.s_addr))
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        self = .v6(withUnsafeBytes(of: six) { UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) })
    }

    /// The IPv4 address inside an IPv4-mapped one (`::ffff:192.0.2.1`): the kernel dials that. Others stay as they are.
    public var unmapped: IPAddress {
        guard case .v6(let bits) = self, bits >> 32 == 0xFFFF else { return self }
        return .v4(UInt32(truncatingIfNeeded: bits))
    }

    /// The canonical text (RFC 5952).
    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        switch self {
        case .v4(let bits):
            var address = in_addr(s_addr: bits.bigEndian)
            _ = inet_ntop(AF_INET, &address, &text, socklen_t(text.count))
        case .v6(let bits):
            var address = in6_addr()
            withUnsafeMutableBytes(of: &address) { $0.storeBytes(of: bits.bigEndian, as: UInt128.self) }
            _ = inet_ntop(AF_INET6, &address, &text, socklen_t(text.count))
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// Address and port of a socket that is about to be connected.
struct DialledAddress: Sendable, Hashable {
    let ip: IPAddress
    let port: UInt16

    /// `nil` for families other than IPv4 and IPv6, and for lengths too short for the family.
    init?(_ address: UnsafePointer<sockaddr>, length: Int) {
        switch Int32(address.pointee.sa_family) {
        case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
            let inet = UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self)
            ip = .v4(UInt32(bigEndian: inet.sin_addr.s_addr))
            port = UInt16(bigEndian: inet.sin_port)
        case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
            let inet = UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in6.self)
            ip = .v6(withUnsafeBytes(of: inet.sin6_addr) { UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) })
            port = UInt16(bigEndian: inet.sin6_port)
        default:
            return nil
        }
    }
}
