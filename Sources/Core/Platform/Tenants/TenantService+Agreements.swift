import PluginKit
import Postgres

import struct Foundation.Date

extension TenantService {
    public func recordAgreement(_ id: TenantID, _ new: NewAgreement, _ cause: Cause) async throws -> Agreement {
        _ = try await find(id)
        guard (1...200).contains(new.reference.count), !new.reference.utf8.contains(0) else {
            throw PlatformError.invalid("reference", "give 1 to 200 characters")
        }
        guard Self.isDate(new.signedOn) else { throw PlatformError.invalid("signed_on", "give a date as YYYY-MM-DD") }
        if let hash = new.documentSHA256, hash.count != 32 {
            throw PlatformError.invalid("document_sha256", "give 64 hexadecimal digits")
        }
        let agreement = AgreementID.generate()
        return try await inBothPlaces(id) { tx in
            let recorded = try AgreementStore.agreement(
                try await tx.pipeline([
                    AgreementStore.supersede(id), AgreementStore.record(id, agreement, new),
                    AgreementStore.find(id, agreement),
                ])[2][0])
            try await audit.enter(
                AuditRecord(
                    "agreement.recorded", .init("agreement", agreement), cause,
                    after: ["reference": .string(new.reference), "signed_on": .string(new.signedOn)]), in: .tenant(id),
                tx)
            return recorded
        }
    }

    public func agreements(_ id: TenantID) async throws -> [Agreement] {
        _ = try await find(id)
        return try await control.query(AgreementStore.list(id)).map(AgreementStore.agreement)
    }

    public func setAgreementState(
        _ id: TenantID, _ agreement: AgreementID, _ state: AgreementState, expecting expected: Expected = .any,
        _ cause: Cause
    ) async throws -> Agreement {
        let isAllowed: @Sendable (Tenant, PostgresTransaction) async throws -> Void = { _, tx in
            let all = try await tx.query(AgreementStore.list(id)).map(AgreementStore.agreement)
            guard let known = all.first(where: { $0.id == agreement }) else {
                throw PlatformError.notFound("agreement")
            }
            try expected.check(known.revision)
            guard [.inForce, .suspended, .ended].contains(state), [.inForce, .suspended].contains(known.state) else {
                throw PlatformError(
                    .conflict, "An agreement that is \(known.state.rawValue) cannot become \(state.rawValue).",
                    remedy:
                        "One in force can be suspended or ended, a suspended one reinstated or ended; record a new one otherwise."
                )
            }
        }
        let foreseen: Foreseen = { tenant, current in
            (tenant, current.map { $0.id == agreement ? $0.with(state) : $0 })
        }
        return try await inBothPlaces(id, isAllowed: isAllowed, foreseen: state == .inForce ? nil : foreseen) { tx in
            let changed = try AgreementStore.agreement(
                try await tx.pipeline([
                    AgreementStore.setState(id, agreement, state), AgreementStore.find(id, agreement),
                ])[1][0])
            try await audit.enter(
                AuditRecord(
                    "agreement.\(state.rawValue)", .init("agreement", agreement), cause,
                    after: ["state": .string(state.rawValue)]), in: .tenant(id), tx)
            return changed
        }
    }

    /// `YYYY-MM-DD` of a day that exists.
    static func isDate(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 10, parts.count == 3, parts[0].count == 4, parts[1].count == 2,
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]), year >= 1990,
            (1...12).contains(month)
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[month - 1]).contains(day)
    }
}

extension Agreement {
    fileprivate func with(_ state: AgreementState) -> Agreement {
        var copy = self
        copy.state = state
        return copy
    }
}
