/// Whether a tenant's channel can carry messages.
public enum ChannelState: Sendable, Hashable {
    case active
    /// Stopped by us or by the messenger, and it may be started again. The reason is for staff and is never shown to callers.
    case stopped(reason: String)
    /// No longer joined to the messenger's account.
    case disconnected
}
