import PluginKit

/// What came, as far as a dialogue listens to it.
enum Hearing: Sendable, Hashable {
    /// A button with the id it was sent with.
    case pressed(id: String, title: String)
    case written(String)
    /// Anything else: a picture, a place, a voice message; its caption tells the language at most.
    case other(caption: String)
    /// What is no word to anybody: a reaction, a notice of the messenger.
    case nothing

    init(_ content: MessageContent) {
        switch content.type {
        case "text": self = .written(content.fields["body"]?.string ?? "")
        case "interactive":
            let reply = content.fields["button_reply"] ?? content.fields["list_reply"]
            if let id = reply?["id"]?.string {
                self = .pressed(id: id, title: reply?["title"]?.string ?? "")
            } else {
                self = .other(caption: "")
            }
        // A quick reply of a template: none of ours, but its words may say stop.
        case "button": self = .pressed(id: "", title: content.fields["text"]?.string ?? "")
        case "reaction", "system", "edit", "revoke": self = .nothing
        default: self = .other(caption: content.fields["caption"]?.string ?? "")
        }
    }

    /// In which to look for a language.
    var words: String {
        switch self {
        case .written(let text), .other(let text): text
        case .pressed, .nothing: ""
        }
    }
}
