import PluginKit
import Postgres

/// Set-ups show the terms as they are now, as far as they can. One that the new terms do not satisfy goes on with those that it had,
/// and says what is wrong, until somebody mends it.
struct SourceFollowing: Sendable {
    let check: SetupCheck

    /// Gives each set-up that fits a version with the terms as they are now.
    /// - Returns: their new versions, for the audit trail.
    func follow(
        _ tenant: TenantID, by who: String, _ tx: PostgresTransaction
    ) async throws -> JSON {
        guard let current = try await ConsentTermsStore.current(tenant, tx) else { return [] }
        var moved: [JSON] = []
        for placed in try await SourceSetups.all(tenant, tx) where placed.source.state != .retired {
            guard !placed.shows(current), problems(placed, current.terms).isEmpty else { continue }
            try await advance(placed, to: placed.setup.configuration, current, tenant, by: who, tx)
            moved.append([
                "source": .string(placed.source.id.description), "version": .number(String(placed.source.version + 1)),
            ])
        }
        return .array(moved)
    }

    func problems(_ placed: PlacedSource, _ terms: ConsentTerms) -> [PlatformError.Field] {
        check.problems(
            in: placed.setup.configuration, of: placed.source.plugin, with: terms,
            isActive: placed.source.state == .active)
    }

    /// The next version of a set-up.
    @discardableResult
    func advance(
        _ placed: PlacedSource, to configuration: JSON, _ current: ConsentTermsStore.Current, _ tenant: TenantID,
        by who: String, _ tx: PostgresTransaction
    ) async throws -> ConsentSource {
        var source = placed.source
        source.version += 1
        _ = try await tx.pipeline([
            ConsentSourceStore.addVersion(source.version, of: source.id, configuration, current, tenant, by: who),
            ConsentSourceStore.update(source, tenant),
        ])
        return source
    }
}

extension PlacedSource {
    /// Whether this version has the terms as they are now.
    func shows(_ current: ConsentTermsStore.Current) -> Bool {
        profileVersion == current.profileVersion
            && ConsentTermsStore.Current.names(setup.terms.purposes) == current.purposes
    }
}
