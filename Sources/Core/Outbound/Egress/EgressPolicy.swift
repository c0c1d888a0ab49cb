/// Where requests may go. Decided on the address that is actually dialled, each time a connection is opened, so that
/// neither a name that resolves to something else the second time nor a redirect gets round it.
///
/// Schemes other than `https` and `http`, and URLs with a user name or password, are always refused.
public struct EgressPolicy: Sendable {
    /// An exception that could not be read.
    public struct InvalidException: Error, Sendable, CustomStringConvertible {
        public let text: String
        public var description: String {
            "\"\(text)\" is not an egress exception: expected an address (127.0.0.1), a block (10.0.0.0/8), "
                + "address:port, [IPv6]:port or host:port"
        }
    }

    /// Public addresses over `https`, nothing else.
    public static let publicOnly = EgressPolicy()

    private var exceptions: [EgressException] = []
    private var allowsPlainHTTPToPublic = false

    private init() {}

    /// Public addresses, and the exceptions listed.
    ///
    /// - Parameters:
    ///   - exceptions: `10.0.0.0/8`, `127.0.0.1:8090`, `[::1]:8090` or `store.internal:9000`. They may be reached over
    ///     `http` too. A name is allowed whatever it resolves to: list only names whose resolution you control.
    ///   - allowsPlainHTTPToPublic: allows `http` to public addresses as well. Off unless asked for.
    public init(exceptions: [String], allowsPlainHTTPToPublic: Bool = false) throws(InvalidException) {
        for text in exceptions {
            guard let exception = EgressException(text) else { throw InvalidException(text: text) }
            self.exceptions.append(exception)
        }
        self.allowsPlainHTTPToPublic = allowsPlainHTTPToPublic
    }

    /// `nil` when the address may be dialled for the target, else the reason why not, fit for a log.
    func refusal(of address: IPAddress, port: UInt16, for target: EgressTarget) -> String? {
        if exceptions.contains(where: { $0.allows(address, port: port, of: target) }) { return nil }
        if let range = SpecialAddresses.range(of: address) { return "\(range) address" }
        if target.scheme != .https, !allowsPlainHTTPToPublic { return "plain http to a public address" }
        return nil
    }
}

/// What a URL asks for, as curl itself read it.
struct EgressTarget: Sendable, Hashable {
    enum Scheme: String, Sendable { case http, https }

    let scheme: Scheme
    /// Lower case; an IPv6 address stands in brackets.
    let host: String
    let port: UInt16

    /// `https://host:port`, the only part of a URL that may be shown.
    var origin: String { "\(scheme.rawValue)://\(host):\(port)" }
}
