/// Which addresses are on the public Internet, after IANA's special-purpose registries
/// (RFC 6890; https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry).
enum SpecialAddresses {
    /// The name of the special range that holds an address, or `nil` when it is an ordinary public one.
    static func range(of address: IPAddress) -> String? {
        switch address.unmapped {
        case .v4(let bits): range(ofIPv4: bits)
        case .v6(let bits): range(ofIPv6: bits)
        }
    }

    private static func range(ofIPv4 bits: UInt32) -> String? {
        ipv4.first { bits >> (32 - $0.prefix) == $0.bits >> (32 - $0.prefix) }?.name
    }

    /// Only 2000::/3 is handed out for the public Internet, so everything outside it is refused at one stroke,
    /// except NAT64's well-known prefix, behind which an IPv6-only network reaches public IPv4 hosts.
    private static func range(ofIPv6 bits: UInt128) -> String? {
        if bits >> 32 == nat64 { return range(ofIPv4: UInt32(truncatingIfNeeded: bits)).map { "NAT64 of \($0)" } }
        guard bits >> 125 == 0b001 else { return nonGlobalName(bits) }
        return ipv6.first { bits >> (128 - $0.prefix) == $0.bits >> (128 - $0.prefix) }?.name
    }

    /// 64:ff9b::/96 without its last 32 bits (RFC 6052).
    private static let nat64: UInt128 = 0x0064_ff9b_0000_0000_0000_0000

    private static func nonGlobalName(_ bits: UInt128) -> String {
        switch bits {
        case 0: "unspecified"
        case 1: "loopback"
        case _ where bits >> 121 == 0b1111_110: "unique local"
        case _ where bits >> 118 == 0b1111_1110_10: "link-local"
        case _ where bits >> 120 == 0xFF: "multicast"
        default: "not global unicast"
        }
    }

    private static let ipv4: [(bits: UInt32, prefix: Int, name: String)] = [
        (0x0000_0000, 8, "unspecified or this network"),  // 0.0.0.0/8
        (0x0A00_0000, 8, "private"),  // 10.0.0.0/8
        (0x6440_0000, 10, "carrier-grade NAT"),  // 100.64.0.0/10, with Alibaba's metadata service
        (0x7F00_0000, 8, "loopback"),  // 127.0.0.0/8
        (0xA83F_8110, 32, "cloud platform"),  // 168.63.129.16: Azure's host, inside every virtual network
        (0xA9FE_0000, 16, "link-local"),  // 169.254.0.0/16, with most clouds' metadata services
        (0xAC10_0000, 12, "private"),  // 172.16.0.0/12
        (0xC000_0000, 24, "protocol assignments"),  // 192.0.0.0/24, with Oracle's metadata service
        (0xC000_0200, 24, "documentation"),  // 192.0.2.0/24
        (0xC058_6300, 24, "6to4 relay"),  // 192.88.99.0/24
        (0xC0A8_0000, 16, "private"),  // 192.168.0.0/16
        (0xC612_0000, 15, "benchmarking"),  // 198.18.0.0/15
        (0xC633_6400, 24, "documentation"),  // 198.51.100.0/24
        (0xCB00_7100, 24, "documentation"),  // 203.0.113.0/24
        (0xE000_0000, 4, "multicast"),  // 224.0.0.0/4
        (0xF000_0000, 4, "reserved or broadcast"),  // 240.0.0.0/4
    ]

    /// Inside 2000::/3. 6to4 and Teredo are refused whole, whatever IPv4 address they carry: both are retired
    /// (RFC 7526, Windows 10), and no service is reached through them alone.
    private static let ipv6: [(bits: UInt128, prefix: Int, name: String)] = [
        (0x2001_0000 << 96, 32, "Teredo"),  // 2001::/32
        (0x2001_0000 << 96, 23, "protocol assignments"),  // 2001::/23
        (0x2001_0db8 << 96, 32, "documentation"),  // 2001:db8::/32
        (0x2002_0000 << 96, 16, "6to4"),  // 2002::/16
        (0x3fff_0000 << 96, 20, "documentation"),  // 3fff::/20
    ]
}
