import PluginKit

/// What a page asks: one turn. Hostile input.
struct PageRequest: Sendable {
    /// Bytes of a body; as much as the server takes.
    static let bodyLimit = 65_536
    /// Characters of an answer; more than any that is understood.
    static let writtenLimit = 500
    /// Bytes of a button's id: step, purpose, language, option.
    static let pressedLimit = 512

    private static let known = ["state", "press", "write", "language", "spoken", "page", "qr"]

    /// As the last answer gave it; nil at the beginning.
    var state: String?
    /// The page's.
    var language: String?
    /// In which the page has its words already.
    var spoken: String?
    /// Its origin and path.
    var page: String
    /// Whether the person sits at another device than the phone.
    var wantsPicture: Bool
    var act: PageSession.Act

    init(_ request: PublicRequest) throws(ConsentRefusal) {
        guard request.body.count <= Self.bodyLimit else { throw Self.refusal("(body)", "at most 64 kB") }
        guard let body = try? JSON(parsing: request.body, depthLimit: 4), let fields = body.object else {
            throw Self.refusal("(body)", "expected a JSON object")
        }
        if let stranger = fields.members.first(where: { !Self.known.contains($0.name) }) {
            throw Self.refusal(
                String(stranger.name.prefix(64)),
                "there is no such field; known are \(Self.known.joined(separator: ", "))")
        }
        page = try request.page(fields["page"])
        state = try Self.text(fields["state"], "state", Self.bodyLimit) { $0.utf8.count }
        language = try Self.text(fields["language"], "language", 35) { $0.utf8.count }
        spoken = try Self.text(fields["spoken"], "spoken", 35) { $0.utf8.count }
        let pressed = try Self.text(fields["press"], "press", Self.pressedLimit) { $0.utf8.count }
        let written = try Self.text(fields["write"], "write", Self.writtenLimit) { $0.unicodeScalars.count }
        switch fields["qr"] {
        case nil, .null?: wantsPicture = false
        case .bool(let flag)?: wantsPicture = flag
        default: throw Self.refusal("qr", "give true or false")
        }
        act = try Self.act(pressed, written, isFirst: state == nil)
    }

    private static func act(
        _ pressed: String?, _ written: String?, isFirst: Bool
    ) throws(ConsentRefusal) -> PageSession.Act {
        switch (pressed, written) {
        case (nil, nil) where isFirst: return .opened
        case (_?, nil) where isFirst, (nil, _?) where isFirst:
            throw refusal("state", "nothing was asked yet; begin without press and write")
        case (let id?, nil): return .pressed(id: id)
        case (nil, let text?): return .written(text)
        default: throw refusal("press", "give either press or write")
        }
    }

    private static func text(
        _ json: JSON?, _ field: String, _ limit: Int, count: (String) -> Int
    ) throws(ConsentRefusal) -> String? {
        guard let json, !json.isNull else { return nil }
        guard let text = json.string, !text.isEmpty, count(text) <= limit else {
            throw refusal(field, "give text of at most \(limit) characters")
        }
        return text
    }

    private static func refusal(_ field: String, _ problem: String) -> ConsentRefusal {
        ConsentRefusal(field: field, problem: problem)
    }
}
