/// Where a dialogue is held.
enum Place: Sendable, Hashable {
    /// In the messenger: messages come whenever they come, several at once too.
    case chat
    /// On a web page, where each answer follows the question that stands there.
    /// - Parameter page: its origin and path.
    case page(String)
}
