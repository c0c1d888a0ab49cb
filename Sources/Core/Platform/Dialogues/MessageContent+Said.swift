import PluginKit

extension MessageContent {
    /// What a person wrote or pressed, as text; nil for what has none.
    var said: String? {
        switch type {
        case "text": fields["body"]?.string
        case "button": fields["text"]?.string
        case "interactive": fields["button_reply"]?["title"]?.string ?? fields["list_reply"]?["title"]?.string
        default: nil
        }
    }
}
