internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore

/// What a request brings along: the channel too, so that a fault can close it.
struct SandboxContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

/// Between Hummingbird and the routes.
struct SandboxResponder: HTTPResponder {
    typealias Context = SandboxContext

    /// A document of 100 MB and the form around it.
    static let bodyLimit = 101 << 20

    let routes: Routes

    func respond(to request: Request, context: SandboxContext) async throws -> Response {
        var request = request
        let buffer = try await request.collectBody(upTo: Self.bodyLimit)
        let call = SandboxCall(
            method: request.method.rawValue, target: request.uri.string, authorization: request.headers[.authorization],
            contentType: request.headers[.contentType] ?? "", host: request.head.authority ?? "localhost",
            body: Array(buffer.readableBytesView))
        let reply = await routes.answer(call)
        if reply.isDropped {
            try await context.channel.close().get()
            throw CancellationError()
        }
        return Response(
            status: .init(code: reply.status), headers: [.contentType: reply.contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)))
    }
}
