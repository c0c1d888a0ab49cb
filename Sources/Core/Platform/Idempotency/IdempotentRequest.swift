public import PluginKit

public import struct Foundation.UUID

/// A request that may come again.
public struct IdempotentRequest: Sendable {
    public var principal: Principal
    /// Method and template: keys of different routes do not meet.
    public var route: String
    public var key: IdempotencyKey
    /// All that makes it the same request: method, path with query, body.
    public var content: [[UInt8]]

    public init(principal: Principal, route: String, key: IdempotencyKey, content: [[UInt8]]) {
        self.principal = principal
        self.route = route
        self.key = key
        self.content = content
    }
}

/// An answer as it went out.
public struct KeptAnswer: Sendable, Equatable {
    public var status: Int
    /// Those that belong to the answer, not to the connection or the one request.
    public var headers: [(name: String, value: String)]
    /// May hold a token that is shown once.
    public var body: Secret<[UInt8]>

    public init(status: Int, headers: [(name: String, value: String)], body: Secret<[UInt8]>) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    public static func == (left: KeptAnswer, right: KeptAnswer) -> Bool {
        left.status == right.status && left.body.revealed == right.body.revealed
            && left.headers.elementsEqual(right.headers) { $0 == $1 }
    }

    var encoded: [UInt8] {
        let head: JSON = [
            "status": .number(String(status)),
            "headers": .array(headers.map { .array([.string($0.name), .string($0.value)]) }),
        ]
        var bytes: [UInt8] = []
        bytes.append(lengthPrefixed: head.encoded())
        return bytes + body.revealed
    }

    /// - Returns: nil for what `encoded` did not make.
    init?(encoded bytes: [UInt8]) {
        guard bytes.count >= 4 else { return nil }
        let length = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count >= 4 + length, let head = try? JSON(parsing: Array(bytes[4..<4 + length])),
            case .number(let text)? = head["status"], let status = Int(text)
        else { return nil }
        let headers = (head["headers"]?.array ?? []).compactMap { pair -> (name: String, value: String)? in
            guard let parts = pair.array?.compactMap(\.string), parts.count == 2 else { return nil }
            return (parts[0], parts[1])
        }
        self.init(status: status, headers: headers, body: Secret(Array(bytes[(4 + length)...])))
    }
}

/// What is to be done with a request that has a key.
public enum IdempotentTurn: Sendable {
    /// It is the first: carry it out, then keep its answer or let go.
    case first(claim: UUID)
    /// It came before: give the first answer again.
    case replay(KeptAnswer)
}
