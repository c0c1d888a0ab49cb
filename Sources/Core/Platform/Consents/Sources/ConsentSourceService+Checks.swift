import PluginKit
import Postgres

extension ConsentSourceService {
    static func refuse(_ problems: [PlatformError.Field]) throws(PlatformError) {
        if problems.isEmpty { return }
        throw PlatformError(
            .invalid,
            problems.count == 1
                ? "One thing is not right: \(problems[0].path)." : "\(problems.count) things are not right.",
            remedy: "See errors for each.", fields: problems)
    }

    static func problems(name: String, origins: [String]) -> [PlatformError.Field] {
        var check = TermsCheck()
        check.text("name", name, limit: nameLimit)
        if origins.count > originLimit { check.complain("origins", "give \(originLimit) at most") }
        for (place, origin) in origins.enumerated() where !TermsText.isOrigin(origin) {
            check.complain(
                "origins[\(place)]",
                "give an origin such as https://www.example.org: scheme, host in small letters, port, nothing else")
        }
        if Set(origins.map(TermsText.canonical)).count < origins.count {
            check.complain("origins", "an origin stands there twice")
        }
        return check.problems
    }

    static func problems(
        channel: ChannelID, _ tenant: TenantID, _ tx: PostgresTransaction
    ) async throws -> [PlatformError.Field] {
        let row = try await tx.query(ConsentSourceStore.channel(tenant, channel)).first
        switch try row?.decode("state", as: String.self) {
        case nil: return [.init(path: "channel_id", problem: "the tenant has no such channel")]
        case "disconnected": return [.init(path: "channel_id", problem: "the channel is disconnected")]
        default: return []
        }
    }

    /// Of set-ups that ask in the chat, a channel has one that is active: two would ask across each other.
    static func requireOnly(_ source: ConsentSource, of all: [ConsentSource]) throws(PlatformError) {
        guard source.converses, source.state == .active else { return }
        let other = all.first {
            $0.id != source.id && $0.channel == source.channel && $0.converses && $0.state == .active
        }
        guard let other else { return }
        throw PlatformError(
            .conflict, "The channel has a set-up already that asks in the chat: \(other.id).",
            remedy: "Pause that one first, or make this one with \"active\": false.")
    }
}

extension ConsentSource {
    var subject: AuditRecord.Subject { .init("consent_source", id) }
}

extension ConsentSourceView {
    /// As the audit trail keeps it.
    var trail: JSON {
        [
            "plugin": .string(source.plugin), "channel": .string(source.channel.description),
            "name": .string(source.name), "state": .string(source.state.rawValue),
            "version": .number(String(source.version)), "origins": .array(source.origins.map { .string($0) }),
            "configuration": configuration,
        ]
    }
}
