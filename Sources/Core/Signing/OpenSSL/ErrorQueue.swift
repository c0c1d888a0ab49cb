internal import COpenSSL

/// OpenSSL's errors of the current thread.
enum ErrorQueue {
    struct Entry {
        let library: Int32
        let reason: Int32
        let text: String
    }

    /// Runs a piece of work without an `await` in it between two clearings, so that it sees its own errors only and
    /// leaves none to whoever uses the thread next.
    static func isolated<Result>(_ body: () throws(SigningError) -> Result) throws(SigningError) -> Result {
        ERR_clear_error()
        defer { ERR_clear_error() }
        return try body()
    }

    /// Takes all errors, oldest first.
    static func drain() -> [Entry] {
        var entries: [Entry] = []
        while true {
            let code = ERR_get_error()
            guard code != 0 else { return entries }
            let text = ERR_reason_error_string(code).map { String(cString: $0) }
            entries.append(
                Entry(library: ERR_GET_LIB(code), reason: ERR_GET_REASON(code), text: text ?? "unnamed reason"))
        }
    }
}

extension [ErrorQueue.Entry] {
    func has(_ library: Int32, _ reason: Int32) -> Bool {
        contains { $0.library == library && $0.reason == reason }
    }
}

extension OpenSSLFailure {
    init(_ entries: [ErrorQueue.Entry]) {
        self.init(reasons: entries.map(\.text))
    }
}

/// Passes a result of OpenSSL's that is above 0 on success.
func check(_ result: Int32) throws(SigningError) {
    guard result > 0 else { throw .openSSL(OpenSSLFailure(ErrorQueue.drain())) }
}
