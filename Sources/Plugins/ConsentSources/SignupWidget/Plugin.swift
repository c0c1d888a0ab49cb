public import PluginKit

/// A button on a tenant's web pages: people tick what they agree to there, and prove with their first message that the number is theirs.
public struct SignupWidget: PublicConsentSource {
    public init() {}

    public var manifest: PluginManifest {
        PluginManifest(
            id: "eu.obhut.signup-widget", name: Self.name, version: Self.version,
            summary:
                "A button on a web page: people tick what they agree to, and prove their number with a code in their first message.",
            capabilities: ["granted", "pages"],
            // Opening the messenger is the person's own act, in the person's own browser.
            dataFlows: [])
    }

    static let name = "signup-widget"
    /// Part of the evidence: it stands for the words that come with the plugin, and rises when one of them changes.
    static let version = "1.0.0"

    /// What a form can ask for. A set-up's configuration has more shape than a list of keys: see `WidgetConfiguration`.
    public var schema: ConfigurationSchema {
        func choice<Choice: RawRepresentable<String> & CaseIterable>(_ type: Choice.Type)
            -> ConfigurationSchema.Field.Kind
        {
            .oneOf(Choice.allCases.map(\.rawValue))
        }
        return ConfigurationSchema([
            .init("needed", .list, required: false, help: "Purposes without which there can be no chat, one a line."),
            .init("colour", required: false, help: "Of the button, as #RRGGBB."),
            .init("colour_dark", required: false, help: "The same on dark ground."),
            .init(
                "mode", choice(WidgetConfiguration.Mode.self), required: false,
                help: "Floating in a corner, or where the tag stands."),
            .init(
                "corner", choice(WidgetConfiguration.Corner.self), required: false, help: "In which corner it floats."),
            .init(
                "scheme", choice(WidgetConfiguration.Scheme.self), required: false,
                help: "Light or dark; as the reader's system unless said."),
            .init(
                "contact", required: false,
                help: "Another way to reach you (https:, mailto:, tel:), shown when no chat can be opened."),
        ])
    }

    public var files: [String: PublicFile] { WidgetFiles.page.all }

    public func problems(in configuration: JSON, with terms: ConsentTerms) -> [ConsentRefusal] {
        var (read, problems) = WidgetConfiguration.read(configuration)
        for purpose in read.needed where !terms.purposes.contains(where: { $0.name == purpose }) {
            problems.append(ConsentRefusal(field: "needed", problem: "there is no purpose \(purpose) here"))
        }
        // Whether there is anything to agree to is the platform's to say.
        if problems.isEmpty, !terms.purposes.isEmpty, ShownDialog.languages(of: terms, read).isEmpty {
            problems.append(
                ConsentRefusal(
                    field: "texts",
                    problem:
                        "there is no language in which every purpose, the privacy notice and the dialog's words are there; "
                        + "the dialog has words for \(Words.builtIn.keys.sorted().joined(separator: ", ")), others can be given here"
                ))
        }
        return problems
    }

    public func answer(
        _ request: PublicRequest, for setup: SourceSetup, by host: any ConsentSourceHost
    ) async throws -> PublicAnswer {
        switch (request.method, request.path) {
        case (.get, ["config"]): config(request, setup)
        case (.post, ["agree"]): try await agree(request, setup, host)
        default: .notFound
        }
    }

    /// What the dialog shows, in the language that suits best. Texts change seldom, and what is agreed to is compared in the end; so
    /// browsers may keep it for some minutes.
    private func config(_ request: PublicRequest, _ setup: SourceSetup) -> PublicAnswer {
        let asked = request.query["lang"].map { $0.split(separator: ",").prefix(10).map(String.init) }
        guard let dialog = ShownDialog(setup, wanted: asked ?? request.languages) else { return .noChat }
        // Without languages in the address, what is right for one reader must not be kept for another.
        return .json(dialog.answer, maxAge: asked == nil ? nil : 300)
    }

    private func agree(
        _ request: PublicRequest, _ setup: SourceSetup, _ host: any ConsentSourceHost
    ) async throws -> PublicAnswer {
        let ticks = try Ticks(request)
        // Agreed is what was seen. Whoever saw other texts than those of now sees these first.
        guard let dialog = ShownDialog(setup, wanted: [ticks.language]), dialog.language == ticks.language,
            dialog.shown == ticks.shown
        else { return .textsChanged }
        try ticks.check(against: dialog)
        guard host.chatLink(text: "") != nil else { return .noChat }
        let evidence = Evidence(dialog: dialog, ticks: ticks, request: request, setup: setup)
        let entry = try await host.keep(dialog.purposes.filter { ticks.purposes.contains($0.name) }.map(evidence.draft))
        guard let link = host.chatLink(text: dialog.message(with: entry.code.revealed)) else { return .noChat }
        var answer: JSONObject = JSONObject([
            ("link", .string(link)), ("code", .string(entry.code.revealed)),
            ("expires", .string(entry.expiresAt.rfc3339)),
        ])
        if ticks.wantsPicture { answer["qr"] = .string(try host.qrCode(link)) }
        return .json(.object(answer))
    }
}

extension PublicAnswer {
    static let textsChanged = PublicAnswer.problem(
        status: 409, code: "texts_changed", title: "Conflict",
        detail:
            "The texts that were shown are not those that hold now. Show the new ones, and let the person tick anew.")
}
