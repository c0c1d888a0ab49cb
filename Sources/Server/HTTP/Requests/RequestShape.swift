import HTTPTypes
import Hummingbird
import Platform

/// Refuses what no route would read right: addresses that are too long or no text, too many headers. Before anything else is looked at.
struct RequestShape: RouterMiddleware {
    func handle(
        _ request: Request, context: RequestScope, next: (Request, RequestScope) async throws -> Response
    ) async throws -> Response {
        try Self.check(request)
        return try await next(request, context)
    }

    static func check(_ request: Request) throws(Problem) {
        guard request.uri.string.utf8.count <= ServerLimits.url else { throw .longURL }
        let size = request.headers.reduce(0) { $0 + $1.name.rawName.utf8.count + $1.value.utf8.count + 4 }
        guard request.headers.count <= ServerLimits.headers, size <= ServerLimits.headerBytes else {
            throw .manyHeaders
        }
        // What messengers put into their URLs is theirs.
        if request.uri.path.hasPrefix("/ingress/") { return }
        guard isText(request.uri.string) else {
            throw .malformed("The path or query is not percent-encoded UTF-8.")
        }
        let count = request.uri.query.map { $0.utf8.count(where: { $0 == UInt8(ascii: "&") }) + 1 } ?? 0
        guard count <= ServerLimits.queryParameters else {
            throw .malformed("There are more than \(ServerLimits.queryParameters) query parameters.")
        }
    }

    /// Whether a URL's percent-encoding is right, and stands for UTF-8 without U+0000.
    static func isText(_ url: String) -> Bool {
        var decoded: [UInt8] = []
        var rest = Array(url.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return false
            }
            decoded.append(high << 4 | low)
        }
        return !decoded.contains(0) && String(validating: decoded, as: UTF8.self) != nil
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
    }
}

extension OperationReference {
    /// Refuses query parameters that the route does not know: a misspelt filter must not show more than was asked for.
    func check(_ query: [(name: String, value: String)]) throws {
        let known = self.query.map(\.name)
        var seen: Set<String> = []
        let wrong = query.compactMap { parameter -> PlatformError.Field? in
            let path = String(parameter.name.prefix(64))
            guard known.contains(parameter.name) else {
                let told =
                    known.isEmpty ? "this route takes none" : "known are \(known.sorted().joined(separator: ", "))"
                return .init(path: path, problem: "there is no such query parameter; \(told)")
            }
            return seen.insert(parameter.name).inserted ? nil : .init(path: path, problem: "give it once")
        }
        guard wrong.isEmpty else {
            throw PlatformError(
                .invalid, "The query is not right.", remedy: "See errors for each.", fields: wrong)
        }
    }
}

extension Request {
    var query: [(name: String, value: String)] {
        uri.queryParameters.map { (String($0.key), String($0.value)) }
    }
}
