public import PluginKit

extension WhatsAppCloud {
    public var ingressSchema: ConfigurationSchema {
        ConfigurationSchema([
            .init(
                "app_secret", secret: true,
                help: "App secret of the Meta app whose webhooks come here (App dashboard, Settings, Basic)."),
            .init("verify_token", secret: true, help: "Any text; the same is given to Meta with the webhook URL."),
        ])
    }

    public var channelSchema: ConfigurationSchema {
        ConfigurationSchema([
            .init("phone_number_id", help: "Meta's id of the number (WhatsApp manager, API setup)."),
            .init("business_account_id", help: "Id of the WhatsApp business account that holds the number."),
            .init(
                "access_token", secret: true,
                help: "System user token with whatsapp_business_messaging and whatsapp_business_management."),
            .init(
                "pin", .digits(6), required: false, secret: true,
                help: "The number's two-step verification PIN; needed when it has to be registered."),
            .init("display_phone_number", required: false, help: "The number as people dial it."),
            .init(
                "base_url", .url, fallback: "https://graph.facebook.com",
                help: "Where the Graph API is; another only for tests."),
            .init("api_version", fallback: "v23.0", help: "Version of the Graph API, e.g. v23.0."),
        ])
    }

    public func addresses(of channel: PluginConfiguration) -> ChannelAddresses? {
        channel.text("phone_number_id").map {
            ChannelAddresses(
                channel: $0, account: channel.text("business_account_id"), display: channel.text("display_phone_number")
            )
        }
    }
}

extension ChannelConnection {
    /// URL of something below the Graph API's root.
    func graph(_ path: String) -> String {
        var base = configuration.text("base_url") ?? "https://graph.facebook.com"
        while base.hasSuffix("/") { base.removeLast() }
        return "\(base)/\(configuration.text("api_version") ?? "v23.0")/\(path)"
    }

    var authorization: (name: String, value: String) {
        ("Authorization", "Bearer \(configuration.text("access_token") ?? "")")
    }
}
