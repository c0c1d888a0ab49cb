import PluginKit

/// Where a request comes from. Behind proxies it is they who say it, each appending whom it heard from; whatever
/// stands before that anybody can have written.
enum SourceAddress {
    /// - Parameters:
    ///   - peer: the connection's other end.
    ///   - forwarded: `X-Forwarded-For`, all of its lines in order.
    ///   - proxies: how many proxies stand in front (`http.proxies`).
    static func find(peer: String?, forwarded: [String], proxies: Int) -> Personal<String> {
        let told = forwarded.joined(separator: ",").split(separator: ",").map { text in
            String(text.filter { $0 != " " && $0 != "\t" })
        }
        // The last proxy is the peer itself; what it appended is whom it heard from.
        guard proxies > 0, told.count >= proxies else { return Personal(network(peer ?? "unknown")) }
        let address = told[told.count - proxies]
        return Personal(network(address.utf8.count <= 64 && !address.isEmpty ? address : peer ?? "unknown"))
    }

    /// Of IPv6 the /64: one subscriber has as many addresses as they like.
    static func network(_ address: String) -> String {
        guard address.contains(":"), !address.contains(".") else { return address }
        let plain = address.filter { $0 != "[" && $0 != "]" }
        let halves = plain.split(separator: "::", omittingEmptySubsequences: false)
        var groups = halves[0].split(separator: ":").map(String.init)
        if halves.count > 1 {
            let tail = halves[1].split(separator: ":").count
            groups += Array(repeating: "0", count: max(0, 8 - groups.count - tail))
            groups += halves[1].split(separator: ":").map(String.init)
        }
        return groups.prefix(4).map { String(Int($0, radix: 16) ?? 0, radix: 16) }.joined(separator: ":") + "::/64"
    }
}
