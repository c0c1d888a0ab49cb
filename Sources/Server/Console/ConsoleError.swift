/// What the pages are made of is missing or wrong: one sentence for whoever starts the server.
public struct ConsoleError: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
