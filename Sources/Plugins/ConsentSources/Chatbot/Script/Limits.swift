/// What WhatsApp takes (Cloud API, "interactive messages"), and what this plugin sets itself. In characters as WhatsApp counts them, code
/// points.
enum Limits {
    static let body = 1024
    static let footer = 60
    static let title = 20
    static let options = 3
    static let text = 4096

    static let stepID = 40
    static let steps = 60
    static let purposes = 20
    /// A dialogue that has asked so often goes round in a circle, whatever the person says.
    static let questions = 40
    /// Moves between two questions.
    static let moves = 200
    /// The service window has 24 h; this leaves time to deliver.
    static let reminderMinutes = 5...1380
    static let waitMinutes = 1...720

    static func count(_ text: String) -> Int { text.unicodeScalars.count }
}
