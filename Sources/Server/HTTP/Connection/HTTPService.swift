import Foundation
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// The HTTP server. When it cannot listen it says so in one sentence.
struct HTTPService: Service {
    let host: String
    let port: Int
    private let application: Application<RouterResponder<RequestScope>>

    init(
        router: Router<RequestScope>, host: String, port: Int, timeouts: ServerTimeouts, logger: Logger,
        onRunning: @escaping @Sendable () -> Void
    ) {
        self.host = host
        self.port = port
        application = Application(
            router: router,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [RequestDeadline(limit: timeouts.body), UnparsedAnswer()],
                    idleTimeout: timeouts.idle)),
            configuration: .init(address: .hostname(host, port: port), backlog: 1024),
            onServerRunning: { _ in onRunning() }, logger: logger)
    }

    func run() async throws {
        do {
            try await application.run()
        } catch let error as IOError {
            throw SettingsError(description: Self.sentence(error.errnoCode, host, port))
        } catch  where error is SocketAddressError || error is SocketAddressError.UnknownHost {
            throw SettingsError(description: "\(host) is no address that can be listened on; set http.host")
        }
    }

    private static func sentence(_ code: CInt, _ host: String, _ port: Int) -> String {
        switch code {
        case EADDRINUSE: "port \(port) on \(host) is in use; set http.port"
        case EACCES: "port \(port) on \(host) is not for this user; set http.port to 1024 or more"
        case EADDRNOTAVAIL: "\(host) is no address of this machine; set http.host"
        default:
            "port \(port) on \(host) cannot be listened on: \(String(cString: strerror(code))); set http.host and http.port"
        }
    }
}
