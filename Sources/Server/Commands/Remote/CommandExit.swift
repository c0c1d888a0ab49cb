import ArgumentParser
import Outbound
import Platform
import PluginKit

/// How a command ends, so that a script can tell what to do without reading sentences.
enum CommandExit: Int32, CaseIterable {
    case success = 0
    /// It was done, and the answer is not good: findings, for one.
    case findings = 1
    /// Nothing could be done: nobody answers, or a server is in trouble. Trying again later may help.
    case unavailable = 2
    /// The token is none, or may not.
    case notAllowed = 3
    case notFound = 4
    /// What was asked for is not right; the sentence names it.
    case invalid = 5
    /// It cannot be done as things stand.
    case conflict = 6

    init(status: Int) {
        switch status {
        case 401, 403: self = .notAllowed
        case 404, 405: self = .notFound
        case 409, 412: self = .conflict
        case 408, 429, 500...599: self = .unavailable
        default: self = .invalid
        }
    }

    init(_ code: PlatformError.Code) {
        switch code {
        case .unauthenticated, .forbidden, .addressNotAllowed, .refused: self = .notAllowed
        case .notFound: self = .notFound
        case .conflict, .preconditionFailed, .idempotencyInFlight: self = .conflict
        case .rateLimited, .unavailable: self = .unavailable
        case .invalid, .idempotencyKeyReused: self = .invalid
        }
    }
}

/// Why a command ended: sentences for people, a number for scripts.
struct CommandFailure: Error, Sendable {
    var exit: CommandExit
    var lines: [String]

    init(_ exit: CommandExit, _ sentence: String, remedy: String? = nil) {
        self.exit = exit
        lines = ["Error: \(sentence)"] + [remedy].compactMap { $0 }
    }

    /// From a problem (RFC 9457).
    init(status: Int, _ problem: JSON) {
        let sentence = problem["detail"]?.string ?? "the server answered with status \(status)"
        self.init(CommandExit(status: status), sentence, remedy: problem["remedy"]?.string)
        for field in problem["errors"]?.array ?? [] {
            lines.append("  \(field["path"]?.string ?? ""): \(field["problem"]?.string ?? "")")
        }
        if exit == .unavailable, let id = problem["request_id"]?.string { lines.append("Request id: \(id)") }
    }

    init(_ error: any Error) {
        switch error {
        case let error as CommandFailure: self = error
        case let error as PlatformError:
            self.init(CommandExit(error.code), error.message, remedy: error.remedy)
            lines += error.fields.map { "  \($0.path): \($0.problem)" }
        case let error as OutboundError:
            let peer = error.origin.isEmpty ? "the server" : error.origin
            self.init(
                error.kind == .refusedRequest ? .invalid : .unavailable, "\(peer) gave no answer: \(error.detail)",
                remedy: "Check --url or OBHUT_URL, and whether the server runs.")
        default: self.init(.unavailable, "\(error)")
        }
    }

    /// Says why on standard error, and ends the command.
    func end() -> ExitCode {
        lines.forEach(StandardError.write)
        return ExitCode(exit.rawValue)
    }
}
