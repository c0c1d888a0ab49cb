import Logging
import Postgres
import ServiceLifecycle

import struct Foundation.Date

/// What becomes of agreements by time alone: offers lapse, tenants are told of changes, changes take effect. Any number of processes may
/// run it: each step is taken once, whoever comes first.
struct AgreementKeeper: Service {
    static let interval = Duration.seconds(600)

    let agreements: AgreementService
    let notices: AgreementNoticeService
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await keep()
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// One round. What fails for one tenant does not keep the others from theirs.
    func keep(at moment: Date = Date()) async {
        await attempt("offers could not lapse") { try await agreements.lapse(at: moment) }
        await attempt("changes of annexes could not take effect") { try await notices.takeEffect(at: moment) }
        await attempt("the tenants could not be looked at for changes of annexes") {
            for tenant in try await agreements.concluded() {
                await attempt("a tenant could not be told of a change", tenant) {
                    _ = try await notices.look(tenant, at: moment)
                }
            }
        }
    }

    private func attempt(_ sentence: String, _ tenant: TenantID? = nil, _ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            if Task.isCancelled { return }
            var metadata: Logger.Metadata = ["error": "\(error)"]
            if let tenant { metadata["tenant"] = "\(tenant)" }
            logger.warning("\(sentence)", metadata: metadata)
        }
    }
}

extension AgreementService {
    /// Lets offers lapse whose time has passed.
    func lapse(at moment: Date) async throws {
        let rows = try await control.query(
            PostgresQuery(
                "agreements.lapsing",
                """
                SELECT tenant_id, agreement_id
                FROM agreements
                WHERE state = 'offered' AND offer_expires_at <= $1
                LIMIT 500
                """, [moment]))
        for row in rows {
            let (tenant, id) = (
                try row.decode("tenant_id", as: TenantID.self), try row.decode("agreement_id", as: AgreementID.self)
            )
            do {
                _ = try await step(.lapse, tenant, id, "agreement.lapsed", .system)
            } catch let error as PlatformError where error.code == .conflict {
                // Accepted or withdrawn at the last moment.
                continue
            }
        }
    }

    /// Tenants with an agreement that was concluded here and counts.
    func concluded() async throws -> [TenantID] {
        try await control.query(
            PostgresQuery(
                "agreements.concluded",
                """
                SELECT tenant_id
                FROM agreements
                WHERE state IN ('in_force', 'suspended') AND annexes_sealed IS NOT NULL
                ORDER BY tenant_id
                """)
        ).map { try $0.decode("tenant_id") }
    }
}
