import Console
import Hummingbird
import Platform
import PluginKit

import struct Foundation.Date

/// Channels: connect, look, stop, start again.
extension ConsoleRoutes {
    func addChannels(to pages: Pages) {
        pages.get("tenants/{tenant}/channels/new", .channelsWrite) { turn in
            try await turn.show(try await connectPage(turn, plugin: turn.query("plugin")))
        }
        pages.post("tenants/{tenant}/channels", .channelsWrite, use: connect)
        pages.get("tenants/{tenant}/channels/health", .channelsRead, use: showHealth)
        pages.get("tenants/{tenant}/channels/{channel}", .channelsRead) { turn in
            try await turn.show(try await channelPage(turn))
        }
        pages.post("tenants/{tenant}/channels/{channel}/start", .channelsWrite) { turn in
            try await act(turn, .start, saying: .started) { tenant, channel, cause in
                _ = try await installation.channels.start(tenant, channel, cause)
            }
        }
        pages.post("tenants/{tenant}/channels/{channel}/stop", .channelsWrite) { turn in
            try await act(turn, .stop, saying: .stopped) { tenant, channel, cause in
                _ = try await installation.channels.stop(tenant, channel, cause)
            }
        }
        pages.post("tenants/{tenant}/channels/{channel}/disconnect", .channelsWrite) { turn in
            try await act(turn, .disconnect, saying: .ended) { tenant, channel, cause in
                _ = try await installation.channels.disconnect(tenant, channel, cause)
            }
        }
    }

    // MARK: - Connect

    private func connectPage(
        _ turn: Turn, plugin name: String?, _ form: FormState = FormState()
    ) async throws -> ConnectChannelPage {
        let tenant = try await installation.tenants.find(try turn.scope.id("tenant"))
        let plugins = installation.plugins.channels.sorted { $0.key < $1.key }
        let plugin = name.flatMap { installation.plugins.channels[$0] }
        return ConnectChannelPage(
            tenantID: tenant.id.description, tenantName: tenant.name,
            plugins: plugins.map { .init(name: $0.key, summary: $0.value.manifest.summary) },
            plugin: plugin.flatMap { _ in name },
            fields: plugin.map { plugin in
                plugin.channelSchema.fields.map { .init($0, in: "configuration") }
                    + plugin.ingressSchema.fields.map { .init($0, in: "ingress") }
            } ?? [], form: form)
    }

    @Sendable private func connect(_ turn: Turn) async throws -> Response {
        let tenant: TenantID = try turn.scope.id("tenant")
        let plugin = turn.form["plugin"] ?? ""
        do {
            let channel = try await installation.channels.connect(
                tenant,
                NewChannel(
                    plugin: plugin, configuration: Self.values(turn.form, "configuration"),
                    ingress: Self.values(turn.form, "ingress")), turn.cause
            ).channel
            return turn.go(ConsolePath.channel(tenant.description, channel.id.description), saying: .connected)
        } catch {
            let state = try turn.refused(by: error)
            return try await turn.show(try await connectPage(turn, plugin: plugin, state), status: .refused(error))
        }
    }

    /// What was filled in, by the schema's keys.
    static func values(_ form: FormFields, _ part: String) -> [String: String] {
        form.everything.reduce(into: [:]) { values, field in
            guard field.key.hasPrefix(part + "."), let value = field.value.first, !value.isEmpty else { return }
            // Lists are typed one a line.
            let lines = value.split(whereSeparator: \.isNewline).map { $0.filter { $0 != "\r" } }
            values[String(field.key.dropFirst(part.count + 1))] = lines.joined(separator: ",")
        }
    }

    // MARK: - Look

    private func channelPage(_ turn: Turn, _ form: FormState = FormState()) async throws -> ChannelPage {
        let tenant = try await installation.tenants.find(try turn.scope.id("tenant"))
        let channel = try await installation.channels.find(tenant.id, try turn.scope.id("channel"))
        var reason: String?
        if case .stopped(let because) = channel.state { reason = because }
        return ChannelPage(
            tenantID: tenant.id.description, tenantName: tenant.name, id: channel.id.description,
            name: channel.name, plugin: channel.plugin, stage: ChannelStage(channel.state),
            stoppedBecause: reason, address: channel.address, ingressURL: publicURL + channel.ingressPath,
            createdAt: channel.createdAt, secrets: channel.secretsChanged,
            actions: Self.actions(on: channel).filter { turn.may($0 == .move ? .channelsMove : .channelsWrite) },
            pending: try await pending(about: [channel.id.description], turn), form: form)
    }

    private static func actions(on channel: Channel) -> [ChannelPage.Action] {
        switch channel.state {
        case .active: [.configuration, .move, .stop, .disconnect]
        // One that the messenger was not told of is connected again instead.
        case .stopped:
            channel.joinedAt == nil ? [.configuration] : [.start, .configuration, .move, .disconnect]
        case .disconnected: []
        }
    }

    @Sendable private func showHealth(_ turn: Turn) async throws -> Response {
        let tenant = try await installation.tenants.find(try turn.scope.id("tenant"))
        var findings: [ChannelHealthPage.Finding] = []
        for channel in try await installation.channels.list(tenant.id) {
            findings += try await installation.channels.health(tenant.id, channel.id).report.findings.map {
                .init(channel: channel.name, name: $0.name, level: HealthLevel($0.state), detail: $0.detail)
            }
        }
        return try await turn.show(
            ChannelHealthPage(
                tenantID: tenant.id.description, tenantName: tenant.name, findings: findings, askedAt: Date()))
    }

    // MARK: - Stop and go

    private func act(
        _ turn: Turn, _ action: ChannelPage.Action, saying: Saying,
        _ act: (TenantID, ChannelID, Cause) async throws -> Void
    ) async throws -> Response {
        let (tenant, id): (TenantID, ChannelID) = (try turn.scope.id("tenant"), try turn.scope.id("channel"))
        let field = action.rawValue + ".reason"
        do {
            let reason = try action == .start ? nil : turn.reason(field)
            try await act(tenant, id, turn.cause.because(reason))
            return turn.go(ConsolePath.channel(tenant.description, id.description), saying: saying)
        } catch {
            let state = try turn.refused(by: error)
            return try await turn.show(try await channelPage(turn, state), status: .refused(error))
        }
    }
}

extension SchemaField {
    init(_ field: ConfigurationSchema.Field, in part: String) {
        var choices: [String] = []
        let kind: Kind
        switch field.kind {
        // A leading zero counts among digits.
        case .text, .digits: kind = .text
        case .integer: kind = .integer
        case .boolean: kind = .boolean
        case .url: kind = .url
        case .list: kind = .list
        case .oneOf(let words): (kind, choices) = (.choice, words)
        }
        // What has a fallback need not be filled in.
        self.init(
            name: "\(part).\(field.key)", key: field.key, kind: kind,
            isRequired: field.required && field.fallback == nil, isSecret: field.secret, help: field.help,
            choices: choices)
    }
}
