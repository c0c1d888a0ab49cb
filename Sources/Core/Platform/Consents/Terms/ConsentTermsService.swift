public import PluginKit
import Postgres

/// A tenant's terms: who asks people for consent, for what, by which rules.
public struct ConsentTermsService: Sendable {
    let directory: RegionDirectory
    let tenants: TenantService
    let plugins: PluginRegistry
    let audit: AuditTrail

    /// - Returns: nil while the tenant said nothing.
    public func profile(_ tenant: TenantID) async throws -> KeptProfile? {
        try await read(tenant) { tx in
            try await tx.query(ConsentTermsStore.profile(tenant)).first.map(ConsentTermsStore.kept)
        }
    }

    /// What consent sources show; nil while the tenant has no profile.
    public func terms(of tenant: TenantID) async throws -> ConsentTerms? {
        try await read(tenant) { tx in try await ConsentTermsStore.terms(of: tenant, tx) }
    }

    public func rules(of tenant: TenantID) async throws -> ConsentRules {
        try await read(tenant) { tx in try await ConsentTermsStore.rules(of: tenant, tx) }
    }

    /// Those that people are asked for, in the order in which they are shown.
    public func purposes(_ tenant: TenantID) async throws -> [KeptPurpose] {
        try await read(tenant) { tx in
            try await tx.query(ConsentTermsStore.purposes(tenant)).map(ConsentTermsStore.purpose)
        }
    }

    /// Every version of a purpose, the latest first.
    public func versions(_ tenant: TenantID, of purpose: String) async throws -> [KeptPurpose] {
        let found = try await read(tenant) { tx in
            try await tx.query(ConsentTermsStore.versions(tenant, of: purpose)).map(ConsentTermsStore.purpose)
        }
        guard !found.isEmpty else { throw PlatformError.notFound("purpose") }
        return found
    }

    /// A new version of the profile, unless it says the same as the last. Set-ups follow.
    /// - Parameter expected: the last version; 0 when there is none.
    public func set(
        _ profile: ConsentProfile, of tenant: TenantID, _ expected: Expected, _ cause: Cause
    ) async throws -> KeptProfile {
        try refuse(profile.problems(), "The consent terms are not right.")
        return try await change(tenant) { tx, following in
            let last = try await tx.query(ConsentTermsStore.profile(tenant)).first.map(ConsentTermsStore.kept)
            try expected.check(last?.version ?? 0)
            if let last, last.profile == profile { return last }
            let version = (last?.version ?? 0) + 1
            let kept = try ConsentTermsStore.kept(
                try await tx.query(ConsentTermsStore.add(profile, version: version, tenant, by: cause.who))[0])
            let sources = try await following.follow(tenant, by: cause.who, tx)
            try await audit.enter(
                AuditRecord(
                    "consent_terms.changed", .init("tenant", tenant), cause,
                    before: last.map { ["version": .number(String($0.version))] },
                    after: [
                        "version": .number(String(version)), "profile": profile.json, "sources": sources,
                    ]), in: .tenant(tenant))
            return kept
        }
    }

    /// A new version of a purpose, unless it says the same as the last; one that was retired is asked for again. Set-ups follow.
    /// - Parameter expected: the last version; 0 when there is none.
    /// - Throws: `.conflict` for one that renews consents, naming the set-ups that cannot ask by it: those would go on asking for what no
    ///   longer holds.
    public func set(
        _ definition: PurposeDefinition, for name: String, of tenant: TenantID, _ expected: Expected, _ cause: Cause
    ) async throws -> KeptPurpose {
        guard TermsText.isPurpose(name), !PurposeDefinition.reserved.contains(name) else {
            throw PlatformError.invalid(
                "purpose",
                "use a word of a-z, 0-9, _ and - that begins with a letter, such as service; \(Self.reservedWords)")
        }
        try refuse(definition.problems(of: name), "The purpose is not right.")
        return try await change(tenant) { tx, following in
            let last = try await tx.query(ConsentTermsStore.versions(tenant, of: name)).first.map(
                ConsentTermsStore.purpose)
            try expected.check(last?.version ?? 0)
            if let last, last.definition.says(the: definition), last.retiredAt == nil { return last }
            if last == nil || last?.retiredAt != nil {
                guard try await tx.query(ConsentTermsStore.purposes(tenant)).count < PurposeDefinition.countLimit else {
                    throw PlatformError(
                        .conflict, "The tenant has \(PurposeDefinition.countLimit) purposes already.",
                        remedy: "Retire one first; nobody reads so many.")
                }
            }
            let version = (last?.version ?? 0) + 1
            let added = try await tx.pipeline([
                ConsentTermsStore.add(definition, of: name, version: version, tenant, by: cause.who),
                ConsentTermsStore.retire(name, tenant, isOver: false),
            ])
            if definition.renewsConsent { try await requireNew(name, tenant, following, tx) }
            let sources = try await following.follow(tenant, by: cause.who, tx)
            try await audit.enter(
                AuditRecord(
                    "purpose.changed", .init("purpose", name), cause,
                    before: last.map { ["version": .number(String($0.version))] },
                    after: [
                        "version": .number(String(version)), "definition": definition.json, "sources": sources,
                    ]), in: .tenant(tenant))
            return try ConsentTermsStore.purpose(added[0][0])
        }
    }

    /// Nobody is asked for it any more; consents that were given stay as they are.
    /// - Throws: `.conflict` naming the set-ups that ask for it and cannot do without.
    public func retire(
        _ name: String, of tenant: TenantID, _ expected: Expected, _ cause: Cause
    ) async throws -> KeptPurpose {
        try await change(tenant) { tx, following in
            guard
                let last = try await tx.query(ConsentTermsStore.versions(tenant, of: name)).first.map(
                    ConsentTermsStore.purpose)
            else { throw PlatformError.notFound("purpose") }
            try expected.check(last.version)
            if last.retiredAt != nil { return last }
            _ = try await tx.query(ConsentTermsStore.retire(name, tenant))
            let broken = try await broken(name, tenant, following, tx)
            guard broken.isEmpty else {
                throw PlatformError(
                    .conflict, "People are asked for this purpose.",
                    remedy: "Change or pause these set-ups first: \(broken.joined(separator: ", ")).")
            }
            let sources = try await following.follow(tenant, by: cause.who, tx)
            let retired = try ConsentTermsStore.purpose(
                try await tx.query(ConsentTermsStore.versions(tenant, of: name))[0])
            try await audit.enter(
                AuditRecord(
                    "purpose.retired", .init("purpose", name), cause,
                    after: ["version": .number(String(last.version)), "sources": sources]), in: .tenant(tenant))
            return retired
        }
    }

    private func requireNew(
        _ name: String, _ tenant: TenantID, _ following: SourceFollowing, _ tx: PostgresTransaction
    ) async throws {
        let broken = try await broken(name, tenant, following, tx)
        guard broken.isEmpty else {
            throw PlatformError(
                .conflict, "Not everybody who asks for this purpose can ask by the new version.",
                remedy: "Change or pause these set-ups first, or say more in the version, such as another language: "
                    + broken.joined(separator: ", ") + ".")
        }
    }

    /// The set-ups that ask for a purpose and cannot do so by the terms as they are now.
    private func broken(
        _ name: String, _ tenant: TenantID, _ following: SourceFollowing, _ tx: PostgresTransaction
    ) async throws -> [String] {
        guard let terms = try await ConsentTermsStore.terms(of: tenant, tx) else { return [] }
        return try await SourceSetups.all(tenant, tx).filter { placed in
            placed.source.state == .active && placed.setup.terms.purposes.contains { $0.name == name }
                && !following.problems(placed, terms).isEmpty
        }.map(\.source.id.description)
    }

    private static var reservedWords: String {
        PurposeDefinition.reserved.sorted().joined(separator: " and ") + " mean something else"
    }

    private func refuse(_ problems: [PlatformError.Field], _ sentence: String) throws {
        if !problems.isEmpty { throw PlatformError(.invalid, sentence, fields: problems) }
    }

    private func read<Value: Sendable>(
        _ id: TenantID, _ body: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let tenant = try await tenants.find(id)
        return try await directory.shard(tenant.shard).app.transaction(
            settings: asTenant(id), readOnly: true, body)
    }

    /// A change in the region, entered into the trail before it commits: a change that nobody can explain is worse than an entry of one
    /// that was not made.
    private func change<Value: Sendable>(
        _ id: TenantID, _ body: @Sendable (PostgresTransaction, SourceFollowing) async throws -> Value
    ) async throws -> Value {
        let tenant = try await tenants.find(id).changeable()
        let following = SourceFollowing(check: SetupCheck(plugins: plugins))
        return try await directory.shard(tenant.shard).app.transaction(settings: asTenant(id), retries: 0) { tx in
            _ = try await tx.query(ConsentTermsStore.lock(id))
            return try await body(tx, following)
        }
    }
}

extension Tenant {
    /// - Throws: `.conflict` when the contract is over.
    func changeable() throws(PlatformError) -> Tenant {
        guard state != .terminated, state != .erased else {
            throw PlatformError(
                .conflict, "The tenant's contract is over.", remedy: "Nothing of it is changed any more.")
        }
        return self
    }
}

extension Cause {
    /// Kind and id, as versions of terms keep who made them.
    var who: String { principal.id.map { "\(principal.kind.rawValue):\($0)" } ?? principal.kind.rawValue }
}
