import Outbound
import PluginKit

/// The network that a request comes from, by which failed sign-ins are counted. Which address it is, `ClientAddresses` knows.
enum SourceAddress {
    /// Of IPv6 the /64: one subscriber has as many addresses as they like.
    static func network(of address: IPAddress?) -> Personal<String> {
        switch address?.unmapped {
        case .v4(let bits): Personal(IPAddress.v4(bits).description)
        case .v6(let bits): Personal(IPAddress.v6((bits >> 64) << 64).description + "/64")
        case nil: Personal("unknown")
        }
    }
}
