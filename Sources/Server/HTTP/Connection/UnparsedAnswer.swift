import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// What cannot be parsed as a request is answered before any route sees it; that answer too gets an id.
final class UnparsedAnswer: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data), head.headerFields[RequestID.header] == nil else {
            return context.write(data, promise: promise)
        }
        head.headerFields[RequestID.header] = RequestID.generate()
        head.headerFields[.cacheControl] = "no-store"
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }
}
