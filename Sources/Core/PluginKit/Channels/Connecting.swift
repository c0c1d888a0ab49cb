/// Where the messenger posts what concerns a channel, with what checks it there.
public struct IngressPoint: Sendable {
    /// As the messenger calls it.
    public var url: String
    /// By the plugin's ingress schema.
    public var configuration: PluginConfiguration

    public init(url: String, configuration: PluginConfiguration) {
        self.url = url
        self.configuration = configuration
    }
}

/// What was looked at, and what was done, at a messenger to join a channel to it or to take it off. In order; it ends
/// with the first step that failed.
public struct ConnectionReport: Sendable, Hashable {
    public struct Step: Sendable, Hashable {
        public enum State: String, Sendable, CaseIterable {
            /// Looked at and found right, or done.
            case done
            /// It was so already.
            case unchanged
            /// To be done when the channel is connected.
            case planned
            case failed
        }

        /// e.g. `token`, `registration`.
        public var name: String
        public var state: State
        /// One sentence for staff, without secrets and personal data.
        public var detail: String
        /// What staff can do.
        public var remedy: String?
        /// Which value to mend: `configuration.…` or `ingress.…`.
        public var field: String?
        /// Whether the same can succeed later, with nothing mended.
        public var isTemporary: Bool

        public init(
            _ name: String, _ state: State, _ detail: String, remedy: String? = nil, field: String? = nil,
            isTemporary: Bool = false
        ) {
            self.name = name
            self.state = state
            self.detail = detail
            self.remedy = remedy
            self.field = field
            self.isTemporary = isTemporary
        }
    }

    public var steps: [Step]
    /// The channel's address as people know it, when the messenger told.
    public var displayAddress: String?

    public init(_ steps: [Step] = [], displayAddress: String? = nil) {
        self.steps = steps
        self.displayAddress = displayAddress
    }

    /// The step that failed.
    public var failure: Step? { steps.first { $0.state == .failed } }
}
