import NIOCore
import NIOHTTPTypes

/// The request did not arrive whole in time.
struct RequestTooSlow: Error {}

/// Ends a request that does not arrive whole in time, whoever reads it or does not: one that drips in must not hold memory and a
/// connection. A request that is there in one piece, as nearly all are, costs no timer.
///
/// Whoever reads the body is thrown `RequestTooSlow`; the connection is closed a moment later, when the answer has gone out.
final class RequestDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limit: TimeAmount
    private var isArriving = false
    private var began = NIODeadline.now()
    private var timer: Scheduled<Void>?

    init(limit: TimeAmount) { self.limit = limit }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            isArriving = true
            began = .now()
        case .body: break
        case .end:
            isArriving = false
            cancel()
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isArriving, timer == nil {
            timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: began + limit) { self.isLate(context) }
        }
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { cancel() }

    private func isLate(_ context: ChannelHandlerContext) {
        timer = nil
        guard isArriving else { return }
        context.fireErrorCaught(RequestTooSlow())
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: ServerLimits.timeToAnswer) {
            context.close(promise: nil)
        }
    }

    private func cancel() {
        timer?.cancel()
        timer = nil
    }
}
