public import Foundation

/// The time in which a messenger lets a business write freely to a person; outside it only templates pass.
///
/// WhatsApp: 24 h from the person's last message, 72 h from one that came through an ad's entry point.
public struct ServiceWindow: Sendable, Hashable {
    private static let reply: TimeInterval = 24 * 3600
    private static let entryPoint: TimeInterval = 72 * 3600

    /// The first instant at which it is closed; nil when the person has never written.
    public let closesAt: Date?

    /// - Parameters:
    ///   - lastInboundAt: the person's last message.
    ///   - entryPointAt: the last message that came through an ad's entry point, if any did.
    public init(lastInboundAt: Date?, entryPointAt: Date? = nil) {
        let ends = [
            lastInboundAt?.addingTimeInterval(Self.reply),
            entryPointAt?.addingTimeInterval(Self.entryPoint),
        ]
        closesAt = ends.compactMap { $0 }.max()
    }

    public func isOpen(at now: Date) -> Bool {
        closesAt.map { now < $0 } ?? false
    }
}

extension ServiceWindow {
    /// A window whose end was stored.
    public init(closesAt: Date?) {
        self.closesAt = closesAt
    }
}
