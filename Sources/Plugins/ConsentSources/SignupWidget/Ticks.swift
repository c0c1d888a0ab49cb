import PluginKit

/// What a browser sends when a person has ticked and pressed the button. Hostile input.
struct Ticks: Sendable {
    var purposes: [String]
    var confirmsAge: Bool
    var language: String
    /// Origin and path; never a query, which may tell more than the place.
    var page: String
    /// What the person saw, as the dialog named it.
    var shown: JSON
    /// Whether the person sits at another device than the phone.
    var wantsPicture: Bool

    private static let known = ["purposes", "age", "language", "page", "shown", "qr"]

    init(_ request: PublicRequest) throws(ConsentRefusal) {
        guard request.body.count <= 16_384 else { throw Self.refusal("(body)", "at most 16 kB") }
        let body: JSON
        do {
            body = try JSON(parsing: request.body, depthLimit: 8)
        } catch {
            throw Self.refusal("(body)", "expected a JSON object: \(error)")
        }
        guard let fields = body.object else { throw Self.refusal("(body)", "expected an object, found \(body.kind)") }
        if let stranger = fields.members.first(where: { !Self.known.contains($0.name) }) {
            throw Self.refusal(
                String(stranger.name.prefix(64)),
                "there is no such field; known are \(Self.known.joined(separator: ", "))")
        }
        guard let purposes = fields["purposes"]?.array, purposes.count <= 50,
            purposes.allSatisfy({ $0.string != nil })
        else { throw Self.refusal("purposes", "give the names of the purposes whose boxes were ticked, as a list") }
        self.purposes = purposes.compactMap(\.string)
        confirmsAge = try Self.flag(fields, "age")
        wantsPicture = try Self.flag(fields, "qr")
        guard let language = fields["language"]?.string, LanguageTag.isOne(language) else {
            throw Self.refusal("language", "give the language tag of the text that was shown, such as de")
        }
        self.language = language
        guard let shown = fields["shown"], shown.object != nil else {
            throw Self.refusal("shown", "give this as it came with the texts")
        }
        self.shown = shown
        page = try request.page(fields["page"])
    }

    private static func flag(_ fields: JSONObject, _ name: String) throws(ConsentRefusal) -> Bool {
        guard let value = fields[name], !value.isNull else { return false }
        guard let flag = value.bool else { throw refusal(name, "expected a boolean, found \(value.kind)") }
        return flag
    }

    /// Nothing moves without a tick, purpose by purpose (Art. 7(2) and (4) GDPR).
    func check(against dialog: ShownDialog) throws(ConsentRefusal) {
        guard Set(purposes).count == purposes.count else { throw Self.refusal("purposes", "a purpose stands twice") }
        for name in purposes where !dialog.purposes.contains(where: { $0.name == name }) {
            throw Self.refusal("purposes", "there is no purpose \(name.prefix(64)) here")
        }
        guard !purposes.isEmpty else { throw Self.refusal("purposes", "no box was ticked; without one nothing begins") }
        for purpose in dialog.purposes where purpose.isNeeded && !purposes.contains(purpose.name) {
            throw Self.refusal("purposes", "\(purpose.name) is needed for the chat, and was not ticked")
        }
        if let age = dialog.minimumAge, !confirmsAge {
            throw Self.refusal("age", "the person has not confirmed to be at least \(age) years old (Art. 8 GDPR)")
        }
    }

    private static func refusal(_ field: String, _ problem: String) -> ConsentRefusal {
        ConsentRefusal(field: field, problem: problem)
    }
}
