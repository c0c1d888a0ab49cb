import Console
import HTTPTypes
import Hummingbird
import NIOCore
import Platform
import PluginKit

/// Where a tenant asks people: the set-ups of its consent sources.
extension ConsoleRoutes {
    func addConsentSources(to pages: Pages, _ base: String) {
        pages.get("\(base)/new-source", .consentTermsWrite) { turn in
            try await turn.show(try await newSourcePage(turn, plugin: turn.query("plugin")))
        }
        pages.post("\(base)/sources", .consentTermsWrite, use: createSource)
        pages.get("\(base)/sources/{source}", .consentTermsRead) { turn in
            let view = try await installation.consentSources.find(
                try turn.scope.id("tenant"), try turn.scope.id("source"))
            return try await turn.show(try await sourcePage(turn, view, values(view).state(view)))
        }
        pages.post("\(base)/sources/{source}", .consentTermsWrite, use: changeSource)
        pages.post("\(base)/sources/{source}/pause", .consentTermsWrite, use: set(.paused, saying: .saved))
        pages.post("\(base)/sources/{source}/resume", .consentTermsWrite, use: set(.active, saying: .started))
        pages.post("\(base)/sources/{source}/retire", .consentTermsWrite, use: set(.retired, saying: .ended))
        pages.get("\(base)/sources/{source}/preview", .consentTermsRead, use: preview)
    }

    private func values(_ view: ConsentSourceView) -> SetupValues { values(view.source.plugin) }

    private func values(_ plugin: String) -> SetupValues {
        SetupValues(schema: installation.plugins.consentSources[plugin]?.schema ?? ConfigurationSchema([]))
    }

    private func place(_ tenant: TenantID, _ source: ConsentSourceID) -> String {
        ConsolePath.consent(tenant.description, "sources", source.description)
    }

    // MARK: - New

    private func newSourcePage(
        _ turn: Turn, plugin name: String?, _ form: FormState = FormState()
    ) async throws -> NewConsentSourcePage {
        let tenant = try await installation.tenants.find(try turn.scope.id("tenant"))
        let plugins = installation.plugins.consentSources.filter { $0.value is any ConfiguredConsentSource }
        let plugin = name.flatMap { plugins[$0] }
        let channels = try await installation.channels.list(tenant.id).filter { $0.state != .disconnected }
        return NewConsentSourcePage(
            tenantID: tenant.id.description, tenantName: tenant.name,
            plugins: plugins.sorted { $0.key < $1.key }.map {
                .init(name: $0.key, summary: $0.value.manifest.summary)
            }, plugin: plugin.flatMap { _ in name },
            channels: channels.map { .init(id: $0.id.description, name: $0.name) },
            fields: name.map { values($0).fields } ?? [], hasPages: plugin is any PublicConsentSource, form: form)
    }

    @Sendable private func createSource(_ turn: Turn) async throws -> Response {
        let tenant: TenantID = try turn.scope.id("tenant")
        let plugin = turn.form["plugin"] ?? ""
        let values = values(plugin)
        do {
            guard let channel = ChannelID(turn.form["channel_id"] ?? "") else {
                throw PlatformError.invalid("channel_id", "choose a channel")
            }
            let reading = FormReading(turn.form)
            let made = try await installation.consentSources.create(
                NewConsentSource(
                    plugin: plugin, channel: channel, name: reading.text("name"), origins: reading.lines("origins"),
                    configuration: try values.configuration(turn.form)), of: tenant, turn.cause)
            return turn.go(place(tenant, made.source.id), saying: .created)
        } catch {
            let state = try values.state(turn.form, refusedBy: error, say: turn.say(platform:))
            return try await turn.show(
                try await newSourcePage(turn, plugin: plugin, state), status: .refused(error))
        }
    }

    // MARK: - One

    private func sourcePage(
        _ turn: Turn, _ view: ConsentSourceView, _ form: FormState
    ) async throws -> ConsentSourcePage {
        let tenant = try await installation.tenants.find(try turn.scope.id("tenant"))
        let source = view.source
        let mayManage = turn.may(.consentTermsWrite)
        let actions: [ConsentSourcePage.Action] =
            switch source.state {
            case .active: [.pause, .retire]
            case .paused: [.resume, .retire]
            case .retired: []
            }
        return ConsentSourcePage(
            tenantID: tenant.id.description, tenantName: tenant.name, id: source.id.description, name: source.name,
            plugin: source.plugin, channel: try await channelNames(tenant.id)[source.channel] ?? "?",
            stage: ConsentSourceStage(source.state), version: view.version,
            purposes: view.purposes.map { "\($0.name)@\($0.version)" },
            problems: view.showsCurrentTerms
                ? [] : view.problems.map { "\($0.path): \(turn.say(platform: $0.problem))" },
            snippet: view.snippet(base: publicURL), fields: values(view).fields, hasPages: view.isPublic,
            createdAt: source.createdAt, updatedAt: source.updatedAt, actions: mayManage ? actions : [],
            mayManage: mayManage, form: form)
    }

    @Sendable private func changeSource(_ turn: Turn) async throws -> Response {
        let (tenant, id): (TenantID, ConsentSourceID) = (try turn.scope.id("tenant"), try turn.scope.id("source"))
        let view = try await installation.consentSources.find(tenant, id)
        let values = values(view)
        do {
            let reading = FormReading(turn.form)
            _ = try await installation.consentSources.change(
                id, of: tenant,
                ConsentSourceChange(
                    name: reading.text("name"), origins: view.isPublic ? reading.lines("origins") : nil,
                    configuration: try values.configuration(turn.form)), turn.form.expected("revision"), turn.cause)
            return turn.go(place(tenant, id), saying: .saved)
        } catch {
            let state = try values.state(turn.form, refusedBy: error, say: turn.say(platform:))
            return try await turn.show(try await sourcePage(turn, view, state), status: .refused(error))
        }
    }

    private func set(_ state: ConsentSource.State, saying: Saying) -> Handler {
        { turn in
            let (tenant, id): (TenantID, ConsentSourceID) = (try turn.scope.id("tenant"), try turn.scope.id("source"))
            do {
                _ = try await installation.consentSources.set(state, of: id, of: tenant, .any, turn.cause)
                return turn.go(place(tenant, id), saying: saying)
            } catch {
                let view = try await installation.consentSources.find(tenant, id)
                var form = values(view).state(view)
                let refused = try values(view).state(turn.form, refusedBy: error, say: turn.say(platform:))
                (form.problems, form.general) = (refused.problems, refused.general)
                return try await turn.show(try await sourcePage(turn, view, form), status: .refused(error))
            }
        }
    }

    /// The tag on a page of its own, as it would stand on a tenant's: nothing of the console is there, and nothing inline runs.
    @Sendable private func preview(_ turn: Turn) async throws -> Response {
        let view = try await installation.consentSources.find(
            try turn.scope.id("tenant"), try turn.scope.id("source"))
        guard let snippet = view.snippet(base: publicURL), view.source.state == .active else {
            throw PlatformError.notFound("preview")
        }
        let page = SetupPreview(
            name: view.source.name, sentence: turn.say(.preview), language: turn.language.rawValue, snippet: snippet)
        var headers: HTTPFields = [
            .contentType: "text/html; charset=utf-8", .contentSecurityPolicy: SetupPreview.policy,
        ]
        headers[.referrerPolicy] = "same-origin"
        headers[.xContentTypeOptions] = "nosniff"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: page.html)))
    }
}

/// A page with a set-up's tag and a sentence, for whoever wants to see it before a tenant's visitors do.
struct SetupPreview: Sendable {
    var name: String
    var sentence: String
    var language: String
    /// The plugin's own HTML.
    var snippet: String

    /// The plugin's script from here, and what it asks here; nothing else. A style that a script adopts is no inline style.
    static let policy =
        "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

    var html: String {
        let head: HTML = [
            .void("meta", ["charset": "utf-8"]),
            .void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
            .void("meta", ["name": "color-scheme", "content": "light dark"]),
            .element("title", [:], .text(name)),
        ]
        let main = HTML.element(
            "main", [:], .element("h1", [:], .text(name)), .element("p", [:], .text(sentence)))
        return """
            <!doctype html>
            <html lang="\(language)"><head>\(head.source)</head><body>\(main.source)\(snippet)</body></html>

            """
    }
}
