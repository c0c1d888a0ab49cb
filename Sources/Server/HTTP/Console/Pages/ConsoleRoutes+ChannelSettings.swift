import Console
import Hummingbird
import Platform
import PluginKit

/// What a channel is configured with. Secrets go in and never out.
extension ConsoleRoutes {
    private static let path = "tenants/{tenant}/channels/{channel}/configuration"

    func addChannelSettings(to pages: Pages) {
        pages.get(Self.path, .channelsWrite) { try await $0.show(try await settingsPage($0)) }
        pages.post(Self.path, .channelsWrite, use: changeSettings)
    }

    /// The fields that can be changed: the number stays.
    private func fields(of settings: ChannelSettings) throws -> (configuration: [SchemaField], ingress: [SchemaField]) {
        guard let plugin = installation.plugins.channels[settings.channel.plugin] else {
            throw PlatformError.notFound("channel plugin")
        }
        let channel = plugin.channelSchema.fields.filter { settings.configuration[$0.key] != settings.channel.address }
        return (
            channel.map { .init($0, in: "configuration") },
            settings.ingress.map { _ in plugin.ingressSchema.fields.map { .init($0, in: "ingress") } } ?? []
        )
    }

    private func settingsPage(_ turn: Turn, _ form: FormState? = nil) async throws -> ChannelConfigurationPage {
        let tenant = try await installation.tenants.find(try turn.scope.id("tenant"))
        let settings = try await installation.channels.settings(tenant.id, try turn.scope.id("channel"))
        let fields = try fields(of: settings)
        var known = ["overlap": String(ChannelChange.usualOverlap)]
        for (part, values) in [("configuration", settings.configuration), ("ingress", settings.ingress ?? [:])] {
            // Lists are typed one a line.
            for (key, value) in values {
                let isList = (fields.configuration + fields.ingress).contains {
                    $0.name == "\(part).\(key)" && $0.kind == .list
                }
                known["\(part).\(key)"] = isList ? value.replacing(",", with: "\n") : value
            }
        }
        return ChannelConfigurationPage(
            tenantID: tenant.id.description, tenantName: tenant.name, id: settings.channel.id.description,
            name: settings.channel.name, configuration: fields.configuration, ingress: fields.ingress,
            changedAt: settings.channel.secretsChanged, revision: settings.channel.revision,
            form: form ?? FormState(known))
    }

    @Sendable private func changeSettings(_ turn: Turn) async throws -> Response {
        let (tenant, id): (TenantID, ChannelID) = (try turn.scope.id("tenant"), try turn.scope.id("channel"))
        let page = ConsolePath.channel(tenant.description, id.description)
        let seen = Int(turn.form["revision"] ?? "")
        do {
            let settings = try await installation.channels.settings(tenant, id)
            _ = try await installation.channels.update(
                tenant, id, try change(turn.form, settings), Expected(Set([seen].compactMap { $0 })), turn.cause)
            return turn.go(page, saying: .saved)
        } catch {
            // Saved, and then refused by the messenger: the channel is stopped, and its page says why.
            if let refused = error as? PlatformError, [.invalid, .unavailable].contains(refused.code),
                try await installation.channels.find(tenant, id).revision != seen
            {
                return turn.go(page)
            }
            let state = try turn.refused(by: error) { $0 == "overlap_minutes" ? "overlap" : nil }
            return try await turn.show(try await settingsPage(turn, state), status: .refused(error))
        }
    }

    /// What was typed. An empty secret keeps the one that is there; anything else cannot be taken away.
    /// - Throws: `.invalid` naming the fields.
    private func change(_ form: FormFields, _ settings: ChannelSettings) throws -> ChannelChange {
        var problems: [PlatformError.Field] = []
        let (configuration, ingress) = (Self.values(form, "configuration"), Self.values(form, "ingress"))
        let shown = try fields(of: settings)
        for (fields, given, known) in [
            (shown.configuration, configuration, settings.configuration),
            (shown.ingress, ingress, settings.ingress ?? [:]),
        ] {
            for field in fields where !field.isSecret && known[field.key] != nil && given[field.key] == nil {
                problems.append(.init(path: field.name, problem: "this cannot be taken away"))
            }
        }
        let overlap = settings.ingress == nil ? ChannelChange.usualOverlap : Int(form["overlap"] ?? "")
        if overlap.map(ChannelChange.overlaps.contains) != true {
            let (first, last) = (ChannelChange.overlaps.lowerBound, ChannelChange.overlaps.upperBound)
            problems.append(.init(path: "overlap", problem: "give a whole number from \(first) to \(last)"))
        }
        guard problems.isEmpty else {
            throw PlatformError(.invalid, "The channel's configuration is not right.", fields: problems)
        }
        return ChannelChange(
            configuration: configuration, ingress: ingress, overlapMinutes: overlap ?? ChannelChange.usualOverlap)
    }
}
