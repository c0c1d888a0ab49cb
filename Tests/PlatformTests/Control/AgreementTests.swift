import PluginKit
import Testing

@testable import Platform

@Suite struct AgreementTests {
    private static let allowed: [AgreementState: Set<AgreementState>] = [
        .inForce: [.inForce, .suspended, .ended], .suspended: [.inForce, .suspended, .ended],
    ]

    @Test(arguments: [AgreementState.inForce, .suspended, .ended, .superseded])
    func `an agreement in force or suspended can be changed, no other can`(from: AgreementState) async throws {
        try await Region.with { region in
            let tenants = region.installation.tenants
            for state in AgreementState.allCases {
                let company = try await Company(in: region, channels: 0)
                let id = company.agreement.id
                switch from {
                case .suspended, .ended: _ = try await tenants.setAgreementState(company.id, id, from, .system)
                case .superseded:
                    _ = try await tenants.recordAgreement(
                        company.id, NewAgreement(reference: "AVV 2", signedOn: "2026-02-01"), .system)
                default: break
                }
                if Self.allowed[from]?.contains(state) == true {
                    #expect(
                        try await tenants.setAgreementState(company.id, id, state, .system).state == state,
                        "to \(state)")
                } else {
                    await expectError(.conflict, "to \(state)") {
                        try await tenants.setAgreementState(company.id, id, state, .system)
                    }
                    #expect(
                        try await tenants.agreements(company.id).first { $0.id == id }?.state == from, "to \(state)")
                }
            }
        }
    }

    /// Both were decided from what stood there before either was done.
    @Test(arguments: [AgreementState.inForce, .suspended])
    func `an agreement that ended or was superseded at the same moment is not revived`(state: AgreementState)
        async throws
    {
        try await Region.with { region in
            let tenants = region.installation.tenants
            for supersedes in [false, true] {
                let company = try await Company(in: region, channels: 0)
                try await region.controlDatabase.holding(
                    "SELECT 1 FROM tenants WHERE tenant_id = $1 FOR UPDATE", [company.id]
                ) { release in
                    async let first: Void = {
                        if supersedes {
                            _ = try await tenants.recordAgreement(
                                company.id, NewAgreement(reference: "AVV 2", signedOn: "2026-02-01"), .system)
                        } else {
                            _ = try await tenants.setAgreementState(company.id, company.agreement.id, .ended, .system)
                        }
                    }()
                    try await region.controlDatabase.untilWaiting(1)
                    async let second: Void = expectError(.conflict, "superseded: \(supersedes)") {
                        try await tenants.setAgreementState(company.id, company.agreement.id, state, .system)
                    }
                    try await region.controlDatabase.untilWaiting(2)
                    try await release()
                    _ = try await (first, second)
                }
                let states = try await tenants.agreements(company.id).map(\.state)
                #expect(states == (supersedes ? [.superseded, .inForce] : [.ended]))
                let told = try await region.rows(
                    "SELECT agreement_state FROM tenant_standing WHERE tenant_id = $1", [company.id])
                #expect(try told[0].decode("agreement_state") == (supersedes ? AgreementState.inForce : .ended))
            }
        }
    }

    @Test func `a new agreement supersedes the one before, and its cover for health data holds at once`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            try await company.declare(by: Person(1).byPhone, for: "health")
            await expectRefusal(.specialCategoryNotCovered) {
                try await company.send("Befund", to: Person(1).byPhone, for: "health")
            }
            let hash = Array(UInt8(0)..<32)
            let new = try await region.installation.tenants.recordAgreement(
                company.id,
                NewAgreement(
                    reference: "AVV 2", signedOn: "2026-02-28", documentSHA256: hash, coversSpecialCategory: true),
                .system)
            #expect(new.documentSHA256 == hash && new.signedOn == "2026-02-28" && new.state == .inForce)
            #expect(
                try await region.installation.tenants.agreements(company.id).map(\.state) == [.superseded, .inForce])
            try await company.send("Befund", to: Person(1).byPhone, for: "health")
        }
    }

    @Test(arguments: [
        ("", "2026-01-15", 32, "reference"), ("AVV", "2026-02-30", 32, "signed_on"),
        ("AVV", "15.1.2026", 32, "signed_on"),
        ("AVV", "2026-01-15", 31, "document_sha256"),
    ])
    func `one that cannot be recorded names the field`(reference: String, signedOn: String, hash: Int, field: String)
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 0)
            await expectError(.invalid, field: field) {
                try await region.installation.tenants.recordAgreement(
                    company.id,
                    NewAgreement(
                        reference: reference, signedOn: signedOn, documentSHA256: Array(repeating: 0, count: hash)),
                    .system)
            }
            #expect(try await region.installation.tenants.agreements(company.id).map(\.state) == [.inForce])
        }
    }

    @Test func `another tenant's agreement is none of this one's`() async throws {
        try await Region.with { region in
            let (company, other) = (
                try await Company(in: region, channels: 0), try await Company(in: region, channels: 0)
            )
            await expectError(.notFound) {
                try await region.installation.tenants.setAgreementState(company.id, other.agreement.id, .ended, .system)
            }
            #expect(try await region.installation.tenants.agreements(other.id).map(\.state) == [.inForce])
        }
    }
}
