public import Outbound

/// A messenger: how its webhooks are read and how messages are delivered to it.
///
/// A plugin keeps no state between calls. What a call needs comes with it.
public protocol ChannelPlugin: Plugin {
    /// What one ingress (a URL that the messenger posts to) is configured with: secrets to check what comes in.
    var ingressSchema: ConfigurationSchema { get }
    /// What one channel (a tenant's number) is configured with: its credentials.
    var channelSchema: ConfigurationSchema { get }

    /// Where a channel configured like this is reached at the messenger: what its webhooks are routed by.
    /// - Returns: nil when the configuration names no address.
    func addresses(of channel: PluginConfiguration) -> ChannelAddresses?

    /// Answers the messenger's GET on the ingress, by which it makes sure that the URL is ours.
    func handshake(query: [String: String], ingress: PluginConfiguration) -> IngressReply

    /// Checks that the messenger sent these bytes. In constant time; before anything of the body is looked at.
    func verify(headers: IngressHeaders, body: [UInt8], ingress: PluginConfiguration) throws(IngressRefusal)

    /// Reads a verified body into events. Unknown fields are kept, unknown types become `.other`, a part that is broken
    /// becomes `.malformed` and does not spoil its neighbours.
    /// - Throws: `IngressRefusal` when the body as a whole is not of the messenger.
    func parse(body: [UInt8]) throws(IngressRefusal) -> [ChannelEvent]

    /// Delivers one message, once. It does not try again: what to do next is in the outcome.
    func deliver(_ message: OutboundMessage, through connection: ChannelConnection) async -> DeliveryOutcome

    /// Brings an address given by a caller into the form under which people are stored.
    /// - Returns: nil when the channel has no such kind of address or the text is none.
    func normalise(_ kind: Identity.Kind, _ address: String) -> Identity?

    /// A link that opens a chat with a channel in the person's own messenger, a text typed already and not yet sent.
    /// - Parameter address: the channel's address as people know it.
    /// - Returns: nil when the messenger has no such links.
    func chatLink(to address: String, text: String) -> String?

    /// Looks whether a channel could be connected like this: that the credentials are right and may what is needed,
    /// that the address is theirs. Changes nothing at the messenger. Called before anything is stored, and before
    /// changed credentials are.
    func examine(_ connection: ChannelConnection, for ingress: IngressPoint, in jurisdiction: Jurisdiction) async
        -> ConnectionReport

    /// Joins the channel to the messenger: from now on it posts to the ingress, and messages can be sent. The ingress
    /// answers already. Called again after an interruption, it does what is missing.
    /// - Parameter jurisdiction: where the tenant's data lives; a messenger that lets one choose stores content there.
    func connect(_ connection: ChannelConnection, to ingress: IngressPoint, in jurisdiction: Jurisdiction) async
        -> ConnectionReport

    /// Takes the channel off the messenger, as far as that lets us. What fails is told and keeps nobody from going on.
    func disconnect(_ connection: ChannelConnection) async -> ConnectionReport

    /// Looks at the channel from the messenger's side.
    func health(of connection: ChannelConnection) async -> HealthReport

    /// Fetches a media object that a person sent.
    func download(media id: String, through connection: ChannelConnection) async throws(ChannelFault) -> Media
    /// Hands a media object to the messenger, to be named in a message.
    /// - Returns: the messenger's id of it.
    func upload(_ media: Media, through connection: ChannelConnection) async throws(ChannelFault) -> String
}

extension ChannelPlugin {
    public func chatLink(to address: String, text: String) -> String? { nil }

    public func examine(_ connection: ChannelConnection, for ingress: IngressPoint, in jurisdiction: Jurisdiction) async
        -> ConnectionReport
    {
        ConnectionReport()
    }

    public func connect(_ connection: ChannelConnection, to ingress: IngressPoint, in jurisdiction: Jurisdiction) async
        -> ConnectionReport
    {
        ConnectionReport()
    }

    public func disconnect(_ connection: ChannelConnection) async -> ConnectionReport { ConnectionReport() }

    public func download(media id: String, through connection: ChannelConnection) async throws(ChannelFault) -> Media {
        throw ChannelFault(code: "unsupported", message: "\(manifest.name) does not fetch media")
    }

    public func upload(_ media: Media, through connection: ChannelConnection) async throws(ChannelFault) -> String {
        throw ChannelFault(code: "unsupported", message: "\(manifest.name) does not take media")
    }
}

/// How a messenger names a channel.
public struct ChannelAddresses: Sendable, Hashable {
    /// The channel's own; unique at the messenger. For WhatsApp its `phone_number_id`.
    public var channel: String
    /// The account that holds it, when the messenger tells things about that. For WhatsApp the business account's id.
    public var account: String?
    /// As people know it; for WhatsApp the telephone number.
    public var display: String?

    public init(channel: String, account: String? = nil, display: String? = nil) {
        self.channel = channel
        self.account = account
        self.display = display
    }
}

/// A channel as a plugin sees it during one call.
public struct ChannelConnection: Sendable {
    /// The channel's address at the messenger; for WhatsApp its `phone_number_id`.
    public var address: String
    public var configuration: PluginConfiguration
    public var http: any OutboundHTTP
    /// Where the messenger should post; known when the channel's health is asked for.
    public var ingressURL: String?
    /// Where the tenant's data lives; known when the channel's health is asked for.
    public var jurisdiction: Jurisdiction?

    public init(
        address: String, configuration: PluginConfiguration, http: any OutboundHTTP, ingressURL: String? = nil,
        jurisdiction: Jurisdiction? = nil
    ) {
        self.address = address
        self.configuration = configuration
        self.http = http
        self.ingressURL = ingressURL
        self.jurisdiction = jurisdiction
    }
}

public struct Media: Sendable {
    public var contentType: String
    public var bytes: Personal<[UInt8]>

    public init(contentType: String, bytes: [UInt8]) {
        self.contentType = contentType
        self.bytes = Personal(bytes)
    }
}
