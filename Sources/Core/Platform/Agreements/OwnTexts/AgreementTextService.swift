import Documents
public import PluginKit
import Postgres

/// Wordings of agreements beside the standard one: the provider's own, for every tenant, and those of one tenant.
public struct AgreementTextService: Sendable {
    let control: PostgresClient
    let tenants: TenantService
    let audit: AuditTrail

    /// By name, then by version.
    public func list(_ filter: AgreementTextFilter, _ page: PageRequest) async throws -> Page<StoredAgreementText> {
        let after = try page.parts(2).map { parts -> (name: String, version: Int) in
            guard let version = Int(parts[1]), AgreementTextFiles.versions.contains(version) else {
                throw PageRequest.badCursor
            }
            return (parts[0], version)
        }
        let rows = try await control.query(AgreementTextStore.list(filter, after: after, limit: page.limit + 1))
        return page.cut(try rows.map(AgreementTextStore.text)) { [$0.name.rawValue, String($0.version)] }
    }

    public func find(
        _ name: AgreementTextName, _ version: Int
    ) async throws -> (text: StoredAgreementText, files: AgreementTextFiles) {
        guard AgreementTextFiles.versions.contains(version),
            let row = try await control.query(AgreementTextStore.find(name, version)).first
        else { throw PlatformError.notFound("text") }
        return (try AgreementTextStore.text(row), try AgreementTextStore.files(row))
    }

    /// Looks whether the files could be stored now, and stores nothing.
    /// - Throws: as `add` does.
    public func check(
        _ files: AgreementTextFiles, of tenant: TenantID?
    ) async throws -> (name: AgreementTextName, version: Int) {
        let identity = try await checked(files, of: tenant)
        try Self.requireFree(identity, of: tenant, after: try await newest(identity.name, control))
        return (identity.name, identity.version)
    }

    /// Stores a version, for good. Name and version are what the files say.
    /// - Parameter tenant: whose own it is; nil for one that every tenant can be offered.
    /// - Throws: `.invalid` naming language, place and line; `.notFound` for a tenant that is none; `.conflict` when the name is
    ///   another's, or has this version or a higher one.
    public func add(
        _ files: AgreementTextFiles, of tenant: TenantID?, _ cause: Cause
    ) async throws -> StoredAgreementText {
        let identity = try await checked(files, of: tenant)
        return try await control.transaction { tx in
            // Of a tenant that is being erased nothing new is kept.
            if let tenant { try Self.requireOpen(try await TenantService.lock(tenant, tx)) }
            _ = try await tx.query(AgreementTextStore.lock(identity.name))
            try Self.requireFree(identity, of: tenant, after: try await newest(identity.name, tx))
            let row = try await tx.query(AgreementTextStore.add(identity, files, of: tenant, by: cause.staff))[0]
            let stored = try AgreementTextStore.text(row)
            try await enter("agreement_text.stored", stored, cause, tx)
            return stored
        }
    }

    /// Takes a version back: nothing new is made with it. One that is withdrawn already stays as it is.
    public func withdraw(
        _ name: AgreementTextName, _ version: Int, _ cause: Cause
    ) async throws -> StoredAgreementText {
        let known = try await find(name, version).text
        return try await control.transaction { tx in
            guard let row = try await tx.query(AgreementTextStore.withdraw(name, version)).first else {
                guard let now = try await tx.query(AgreementTextStore.find(name, version)).first else {
                    throw PlatformError.notFound("text")
                }
                return try AgreementTextStore.text(now)
            }
            try await enter("agreement_text.withdrawn", known, cause, tx)
            return try AgreementTextStore.text(row)
        }
    }

    /// What a tenant can be offered beside the standard text: the newest version of each, by name.
    public func choices(for tenant: TenantID) async throws -> [StoredAgreementText] {
        try await control.query(AgreementTextStore.choices(for: tenant)).map(AgreementTextStore.text)
    }

    // MARK: - For agreements

    /// The wording that is chosen for a tenant.
    /// - Throws: `.notFound` for one that there is not, or that is another tenant's; `.conflict` for one that was withdrawn.
    func wording(
        _ choice: AgreementTextChoice, in language: DocumentLanguage, for tenant: TenantID
    ) async throws -> AgreementText {
        if choice.name == .standard {
            guard choice.version == nil else {
                throw PlatformError.invalid(
                    "text.version", "leave this out: the standard text has the version that comes with the platform")
            }
            return try AgreementText.standard(language)
        }
        guard choice.version.map(AgreementTextFiles.versions.contains) ?? true,
            let row = try await control.query(
                AgreementTextStore.offered(choice.name, choice.version, to: tenant)
            ).first
        else { throw PlatformError.notFound("text") }
        guard try AgreementTextStore.text(row).withdrawnAt == nil else {
            throw PlatformError(
                .conflict, "This version of the text was withdrawn: nothing new is made with it.",
                remedy: "Draft the agreement with another text, or with a newer version of this one.")
        }
        return try AgreementTextStore.files(row).load(language)
    }

    // MARK: - Steps

    private func checked(
        _ files: AgreementTextFiles, of tenant: TenantID?
    ) async throws -> AgreementTextFiles.Identity {
        let identity = try files.checked()
        if let tenant { try Self.requireOpen(try await tenants.find(tenant)) }
        return identity
    }

    private func newest(
        _ name: AgreementTextName, _ session: some PostgresSession
    ) async throws -> StoredAgreementText? {
        try await session.query(AgreementTextStore.newest(name)).first.map(AgreementTextStore.text)
    }

    private static func requireOpen(_ tenant: Tenant) throws(PlatformError) {
        guard !TenantLifeCycle.allowsChanges(tenant.state) else { return }
        throw PlatformError(
            .conflict, "A tenant that is \(tenant.state.rawValue) gets no text of its own any more.",
            remedy: "Store it for another tenant, or for all.")
    }

    private static func requireFree(
        _ identity: AgreementTextFiles.Identity, of tenant: TenantID?, after newest: StoredAgreementText?
    ) throws(PlatformError) {
        guard let newest else { return }
        guard newest.tenant == tenant else {
            throw PlatformError(
                .conflict, "There is a text with this name for somebody else.", remedy: "Give another name as id.")
        }
        guard identity.version > newest.version else {
            throw PlatformError(
                .conflict, "Version \(newest.version) of this text is stored already, and versions increase.",
                remedy: "Give version \(newest.version + 1) in both files.")
        }
    }

    private func enter(
        _ action: String, _ text: StoredAgreementText, _ cause: Cause, _ tx: PostgresTransaction
    ) async throws {
        try await audit.enter(
            AuditRecord(
                action, .init("agreement_text", text.name), cause, after: ["version": .number("\(text.version)")]),
            in: text.tenant.map { .tenant($0) } ?? .control, tx)
    }
}
