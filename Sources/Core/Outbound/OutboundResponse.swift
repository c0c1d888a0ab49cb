/// A peer's complete answer. Its descriptions show the status and the body's length alone.
public struct OutboundResponse: Sendable {
    public var status: Int
    public var headers: OutboundHeaders
    public var body: [UInt8]

    public init(status: Int, headers: OutboundHeaders = OutboundHeaders(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

extension OutboundResponse: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "OutboundResponse(\(status), \(body.count) bytes)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["status": status, "bytes": body.count]) }
}
