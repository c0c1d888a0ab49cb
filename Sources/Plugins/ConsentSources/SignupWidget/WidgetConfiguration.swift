import PluginKit

/// What a tenant chooses for one set-up. All of it may be left out.
struct WidgetConfiguration: Sendable, Hashable {
    enum Mode: String, Sendable, CaseIterable { case floating, inline }

    /// Where a floating button stands; start and end follow the page's direction.
    enum Corner: String, Sendable, CaseIterable {
        case bottomEnd = "bottom-end"
        case bottomStart = "bottom-start"
        case topEnd = "top-end"
        case topStart = "top-start"
    }

    /// `auto` follows the reader's system.
    enum Scheme: String, Sendable, CaseIterable { case auto, light, dark }

    var mode = Mode.floating
    var corner = Corner.bottomEnd
    var scheme = Scheme.auto
    var colours = Colours.standard
    /// Purposes without which the tenant can have no chat, by name.
    var needed: [String] = []
    /// The tenant's own words by language, over those that come with the plugin.
    var words: [String: [String: String]] = [:]
    /// Another way to reach the tenant, shown when the chat cannot be opened: `https:`, `mailto:` or `tel:`.
    var contact: String?

    /// - Returns: what could be read, and all that is wrong.
    static func read(_ json: JSON) -> (WidgetConfiguration, [ConsentRefusal]) {
        var reader = ConfigurationReader()
        var configuration = WidgetConfiguration()
        let known = ["mode", "corner", "scheme", "colour", "colour_dark", "needed", "texts", "contact"]
        guard let fields = reader.object(json, "", known: known) else { return (configuration, reader.problems) }
        configuration.mode = reader.choice(fields["mode"], "mode") ?? .floating
        configuration.corner = reader.choice(fields["corner"], "corner") ?? .bottomEnd
        configuration.scheme = reader.choice(fields["scheme"], "scheme") ?? .auto
        configuration.colours = reader.colours(fields)
        configuration.needed = reader.words(fields["needed"], "needed")
        configuration.words = reader.texts(fields["texts"])
        configuration.contact = reader.contact(fields["contact"])
        return (configuration, reader.problems)
    }
}
