public import PluginKit
import Postgres

/// Set-ups of consent sources: where a tenant asks people.
public struct ConsentSourceService: Sendable {
    /// Set-ups that a tenant may have at once.
    static let countLimit = 100
    /// Pages' origins that one set-up may serve.
    public static let originLimit = 50
    public static let nameLimit = 200

    let control: PostgresClient
    let directory: RegionDirectory
    let tenants: TenantService
    let plugins: PluginRegistry
    let audit: AuditTrail

    var check: SetupCheck { SetupCheck(plugins: plugins) }
    private var following: SourceFollowing { SourceFollowing(check: check) }

    /// All of a tenant, the oldest first.
    public func list(_ tenant: TenantID) async throws -> [ConsentSourceView] {
        try await read(tenant) { tx in
            let current = try await ConsentTermsStore.current(tenant, tx)
            return try await SourceSetups.all(tenant, tx).map { view($0, current) }
        }
    }

    /// - Parameter version: nil for the one that it has now.
    public func find(
        _ tenant: TenantID, _ id: ConsentSourceID, version: Int? = nil
    ) async throws -> ConsentSourceView {
        try await read(tenant) { tx in try await view(tenant, id, version: version, tx) }
    }

    /// Makes a set-up.
    /// - Throws: `.invalid` with all that is wrong, also with the terms when it is to be active at once.
    public func create(
        _ new: NewConsentSource, of tenant: TenantID, _ cause: Cause
    ) async throws -> ConsentSourceView {
        let plugin = try check.plugin(new.plugin)
        let source = ConsentSource(
            id: .generate(), plugin: new.plugin, channel: new.channel, name: new.name.trimmed,
            converses: plugin is any ConversingConsentSource, state: new.isActive ? .active : .paused, version: 1,
            origins: new.origins.map(TermsText.canonical), revision: 1, createdAt: .now, updatedAt: .now)
        return try await change(tenant) { tx in
            let current = try await require(tenant, tx)
            var problems = Self.problems(name: new.name, origins: new.origins)
            problems += try await Self.problems(channel: new.channel, tenant, tx)
            problems += findings(new.configuration, new.plugin, current, isActive: new.isActive)
            try Self.refuse(problems)
            let all = try await SourceSetups.all(tenant, tx).map(\.source)
            guard all.count(where: { $0.state != .retired }) < Self.countLimit else {
                throw PlatformError(
                    .conflict, "The tenant has \(Self.countLimit) set-ups already.", remedy: "Retire one first.")
            }
            try Self.requireOnly(source, of: all)
            _ = try await tx.pipeline([
                ConsentSourceStore.add(source, tenant),
                ConsentSourceStore.addVersion(1, of: source.id, new.configuration, current, tenant, by: cause.who),
            ])
            let made = try await view(tenant, source.id, tx)
            try await control.transaction { control in
                _ = try await control.query(ConsentSourceStore.addRoute(source.id, tenant))
                try await audit.enter(
                    AuditRecord("consent_source.created", source.subject, cause, after: made.trail),
                    in: .tenant(tenant), control, commit: true)
            }
            return made
        }
    }

    /// Changes a set-up. Another configuration is a new version, with the terms as they are now.
    public func change(
        _ id: ConsentSourceID, of tenant: TenantID, _ change: ConsentSourceChange, _ expected: Expected,
        _ cause: Cause
    ) async throws -> ConsentSourceView {
        try await self.change(tenant) { tx in
            let before = try await held(id, tenant, expected, tx)
            var placed = before
            try Self.refuse(Self.problems(name: change.name ?? placed.source.name, origins: change.origins ?? []))
            if let name = change.name { placed.source.name = name.trimmed }
            if let origins = change.origins { placed.source.origins = origins.map(TermsText.canonical) }
            if let configuration = change.configuration, configuration != placed.setup.configuration {
                let current = try await require(tenant, tx)
                try Self.refuse(
                    findings(
                        configuration, placed.source.plugin, current, isActive: placed.source.state == .active))
                try await following.advance(placed, to: configuration, current, tenant, by: cause.who, tx)
            } else if placed.source == before.source {
                return try await view(tenant, id, tx)
            } else {
                _ = try await tx.query(ConsentSourceStore.update(placed.source, tenant))
            }
            return try await enter("consent_source.changed", before, tenant, cause, tx)
        }
    }

    /// Pauses, resumes or retires a set-up. One that asks again does so with the terms as they are now.
    /// - Throws: `.invalid` with all that keeps it from being active; `.conflict` for one that is retired.
    public func set(
        _ state: ConsentSource.State, of id: ConsentSourceID, of tenant: TenantID, _ expected: Expected, _ cause: Cause
    ) async throws -> ConsentSourceView {
        try await change(tenant, evenAtTheEnd: state != .active) { tx in
            let before = try await held(id, tenant, expected, tx)
            if before.source.state == state { return try await view(tenant, id, tx) }
            var placed = before
            placed.source.state = state
            if state == .active {
                let current = try await require(tenant, tx)
                try Self.refuse(
                    try await Self.problems(channel: placed.source.channel, tenant, tx)
                        + findings(placed.setup.configuration, placed.source.plugin, current, isActive: true))
                try Self.requireOnly(placed.source, of: try await SourceSetups.all(tenant, tx).map(\.source))
                if placed.shows(current) {
                    _ = try await tx.query(ConsentSourceStore.update(placed.source, tenant))
                } else {
                    try await following.advance(
                        placed, to: placed.setup.configuration, current, tenant, by: cause.who, tx)
                }
            } else {
                _ = try await tx.query(ConsentSourceStore.update(placed.source, tenant))
            }
            let words = [ConsentSource.State.active: "resumed", .paused: "paused", .retired: "retired"]
            return try await enter("consent_source.\(words[state] ?? "changed")", before, tenant, cause, tx)
        }
    }

    // MARK: - What the parts share

    private func held(
        _ id: ConsentSourceID, _ tenant: TenantID, _ expected: Expected, _ tx: PostgresTransaction
    ) async throws -> PlacedSource {
        guard let placed = try await SourceSetups.find(tenant, id, tx) else {
            throw PlatformError.notFound("consent source")
        }
        try expected.check(placed.source.revision)
        guard placed.source.state != .retired else {
            throw PlatformError(
                .conflict, "The set-up is retired.", remedy: "Make another; evidence goes on naming this one.")
        }
        return placed
    }

    private func enter(
        _ action: String, _ before: PlacedSource, _ tenant: TenantID, _ cause: Cause, _ tx: PostgresTransaction
    ) async throws -> ConsentSourceView {
        let after = try await view(tenant, before.source.id, tx)
        let was = view(before, nil)
        try await audit.enter(
            AuditRecord(action, before.source.subject, cause, before: was.trail, after: after.trail),
            in: .tenant(tenant))
        return after
    }

    private func require(_ tenant: TenantID, _ tx: PostgresTransaction) async throws -> ConsentTermsStore.Current {
        if let current = try await ConsentTermsStore.current(tenant, tx) { return current }
        throw PlatformError(
            .conflict, "The tenant has not said yet who asks and by which privacy notice.",
            remedy: "Set the consent terms first: PUT …/consent-terms.")
    }

    private func findings(
        _ configuration: JSON, _ plugin: String, _ current: ConsentTermsStore.Current, isActive: Bool
    ) -> [PlatformError.Field] {
        let shape = SetupCheck.shape(of: configuration)
        guard shape.isEmpty else { return shape }
        return check.problems(in: configuration, of: plugin, with: current.terms, isActive: isActive)
    }

    private func view(
        _ tenant: TenantID, _ id: ConsentSourceID, version: Int? = nil, _ tx: PostgresTransaction
    ) async throws -> ConsentSourceView {
        guard let placed = try await SourceSetups.find(tenant, id, version: version, tx) else {
            throw PlatformError.notFound(version == nil ? "consent source" : "version of the consent source")
        }
        return view(placed, try await ConsentTermsStore.current(tenant, tx))
    }

    private func view(_ placed: PlacedSource, _ current: ConsentTermsStore.Current?) -> ConsentSourceView {
        ConsentSourceView(
            placed, showsCurrentTerms: current.map(placed.shows) ?? true,
            problems: current.map { following.problems(placed, $0.terms) } ?? [],
            publicPlugin: plugins.consentSources[placed.source.plugin] as? any PublicConsentSource)
    }

    private func read<Value: Sendable>(
        _ id: TenantID, _ body: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let tenant = try await tenants.find(id)
        return try await directory.shard(tenant.shard).app.transaction(
            settings: asTenant(id), readOnly: true, body)
    }

    private func change<Value: Sendable>(
        _ id: TenantID, evenAtTheEnd: Bool = false, _ body: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let found = try await tenants.find(id)
        let tenant = evenAtTheEnd ? found : try found.changeable()
        return try await directory.shard(tenant.shard).app.transaction(settings: asTenant(id), retries: 0) { tx in
            _ = try await tx.query(ConsentTermsStore.lock(id))
            return try await body(tx)
        }
    }
}
