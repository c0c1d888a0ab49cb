public import Console

/// A page in one state, and the frame it stands in.
public struct Sample: Sendable {
    /// Unique; a file name.
    public let name: String
    public let page: any ConsolePage
    public let frame: @Sendable (Language) -> Frame

    init(_ name: String, _ page: any ConsolePage, frame: @escaping @Sendable (Language) -> Frame = Frames.signedIn) {
        self.name = name
        self.page = page
        self.frame = frame
    }

    /// The same page with other texts in every field that takes any text.
    public func rewritten(_ suffix: String, _ text: (String) -> String) throws -> Sample {
        Sample("\(name)-\(suffix)", try Rewriting.rewrite(page, text), frame: frame)
    }

    public static let all =
        access + tenants + agreements + channels + consent + staff + installation + outside
}
