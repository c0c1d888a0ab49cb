public import PluginKit

/// The same dialogue on a web page. It asks there, and goes on in the messenger: what was agreed to is kept until a message brings the
/// code, which proves that the sender's address is theirs (double opt-in).
extension Chatbot: PublicConsentSource {
    public var files: [String: PublicFile] { ChatFiles.page.all }

    public func snippet(for setup: SourceSetup, base: String) -> String? {
        ChatFiles.page.tag(plugin: manifest.name, base: base, setup: setup)
    }

    /// `POST step`: one turn. Nothing is stored of it but what `host.keep` keeps at the end of one that was agreed to.
    public func answer(
        _ request: PublicRequest, for setup: SourceSetup, by host: any ConsentSourceHost
    ) async throws -> PublicAnswer {
        guard request.method == .post, request.path == ["step"] else { return .notFound }
        let asked = try PageRequest(request)
        guard case (let script?, let problems) = Script.read(setup.configuration, with: setup.terms), problems.isEmpty,
            host.chatLink(text: "") != nil
        else { return .noChat }
        var session = PageSession(
            languages: (asked.language.map { [$0] } ?? []) + request.languages, page: asked.page, moves: [])
        if let sealed = asked.state {
            guard let opened = try await host.open(sealed).flatMap({ PageSession($0) }) else { return .beginAgain }
            session = opened
        }
        session.moves.append(.init(act: asked.act, at: request.receivedAt))
        guard let played = session.play(script, setup) else { return .beginAgain }
        session.said = played.said
        let step = played.step
        let texts = PageTexts(played.language, controller: setup.terms.controller)
        var answer = PageAnswer(step, texts, setup.terms)
        // The page has its words since the first answer, unless another language is spoken now.
        answer.hasWords = asked.state == nil || asked.spoken != texts.language
        switch step.outcome {
        case .asking: answer.state = try await host.seal(session.json, for: PageSession.lifetime)
        case .refused, .leftAlone: answer.say(texts.end(step.outcome, isSaid: !step.replies.isEmpty))
        case .admitted:
            guard let goOn = try await goOn(played.agreed, texts, asked, host) else { return .noChat }
            answer.say(texts["goOn"])
            answer.goOn = goOn
        }
        return .json(answer.json)
    }

    /// Keeps what was agreed to.
    /// - Returns: link, code and picture; nil when the channel's chat cannot be opened by a link.
    private func goOn(
        _ agreed: [ConsentEventDraft], _ texts: PageTexts, _ asked: PageRequest, _ host: any ConsentSourceHost
    ) async throws -> JSON? {
        let entry = try await host.keep(agreed)
        guard let link = host.chatLink(text: texts.message(with: entry.code.revealed)) else { return nil }
        var goOn = JSONObject([
            ("link", .string(link)), ("code", .string(entry.code.revealed)),
            ("expires", .string(entry.expiresAt.rfc3339)),
        ])
        if asked.wantsPicture { goOn["qr"] = .string(try host.qrCode(link)) }
        return .object(goOn)
    }
}

/// The script and the dialog's style.
enum ChatFiles {
    static let page = PageFiles(
        name: "chat", script: PackageResources.chat_js, style: PackageResources.chat_css, words: PageTexts.words)
}
