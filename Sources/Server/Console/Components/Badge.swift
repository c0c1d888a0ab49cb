/// A state in a word. The tone adds a colour and a sign to the word, never replaces it.
struct Badge: Component {
    enum Tone: String { case neutral, good, waiting, warning, bad }

    static let template = "badge"

    let text: String
    let tone: String

    init(_ text: String, _ tone: Tone) {
        self.text = text
        self.tone = tone.rawValue
    }
}
