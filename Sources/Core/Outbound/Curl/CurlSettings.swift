/// What holds for all transfers of a client.
struct CurlSettings: Sendable {
    var policy: EgressPolicy
    var maxConnectionsPerHost: Int
    var maxTotal: Int
    /// PEM file that replaces the system's certificate authorities.
    var caFile: String?
    /// For tests alone: answers of the resolver as curl's CURLOPT_RESOLVE takes them (`host:port:address`), asked anew
    /// for each transfer, so that a test can make a name resolve differently the second time.
    var resolve: (@Sendable () -> [String])?
    /// For tests alone: CURLOPT_CONNECT_TO entries, which leave host and port of the URL as they are.
    var connectTo: [String] = []

    /// An idle connection older than this is not used again: peers close theirs at about a minute, and a request sent
    /// into a closing connection has an unclear fate.
    static let idleSeconds = 50
    /// Bytes of response headers that are read before the transfer is given up.
    static let maxHeaderBytes = 256 << 10
}
