import PluginKit

/// By what failed sign-ins of one source are counted.
enum SourceNetwork {
    /// An IPv4 address as it is; of IPv6 the /64, as one subscriber has as many addresses as they like.
    /// - Parameter address: nil when it cannot be known.
    static func of(_ address: String?) -> Personal<String> {
        guard let address, address.contains(":"), !address.contains(".") else { return Personal(address ?? "unknown") }
        let halves = address.split(separator: "::", omittingEmptySubsequences: false)
        var groups = halves[0].split(separator: ":").map(String.init)
        if halves.count > 1 {
            let tail = halves[1].split(separator: ":").count
            groups += Array(repeating: "0", count: max(0, 8 - groups.count - tail))
            groups += halves[1].split(separator: ":").map(String.init)
        }
        let network = groups.prefix(4).map { String(Int($0, radix: 16) ?? 0, radix: 16) }.joined(separator: ":")
        return Personal(network + "::/64")
    }
}
