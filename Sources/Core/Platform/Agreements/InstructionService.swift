public import PluginKit
import Postgres

public import struct Foundation.Date

/// What a controller instructed (Art. 28(3)(a) GDPR), and whether we told it that the instruction seems unlawful (last sentence).
public struct Instruction: Sendable {
    public var id: InstructionID
    public var agreement: AgreementID
    public var text: Personal<String>
    public var givenBy: Personal<String>
    public var givenAt: Date
    public var seemsUnlawful: Bool
    /// What we answered.
    public var answer: Personal<String>?
    public var recordedAt: Date
}

public struct NewInstruction: Sendable {
    public var text: Personal<String>
    public var givenBy: Personal<String>
    /// Nil for now.
    public var givenAt: Date?
    public var seemsUnlawful: Bool
    public var answer: Personal<String>?

    public init(
        text: Personal<String>, givenBy: Personal<String>, givenAt: Date?, seemsUnlawful: Bool,
        answer: Personal<String>?
    ) {
        self.text = text
        self.givenBy = givenBy
        self.givenAt = givenAt
        self.seemsUnlawful = seemsUnlawful
        self.answer = answer
    }
}

/// The log of instructions. Only ever added to.
public struct InstructionService: Sendable {
    let control: PostgresClient
    let tenants: TenantService
    let seals: ControlSeal
    let audit: AuditTrail

    private struct Words: Codable {
        var text: String
        var givenBy: String
    }

    /// Newest first.
    public func list(_ tenant: TenantID) async throws -> [Instruction] {
        _ = try await tenants.find(tenant)
        let rows = try await control.query(
            PostgresQuery(
                "instructions.list",
                """
                SELECT instruction_id, agreement_id, given_at, text_sealed, seems_unlawful, answer_sealed, recorded_at
                FROM agreement_instructions
                WHERE tenant_id = $1
                ORDER BY instruction_id DESC
                """, [tenant]))
        return try rows.map { row in
            let id = try row.decode("instruction_id", as: InstructionID.self)
            let words = try seals.open(
                Words.self, row.decode("text_sealed", as: [UInt8].self), Self.context("text_sealed", id, tenant))
            let answer = try row.decode("answer_sealed", as: [UInt8]?.self).map { sealed in
                try reply(sealed, Self.context("answer_sealed", id, tenant))
            }
            return Instruction(
                id: id, agreement: try row.decode("agreement_id"), text: Personal(words.text),
                givenBy: Personal(words.givenBy), givenAt: try row.decode("given_at"),
                seemsUnlawful: try row.decode("seems_unlawful"), answer: answer,
                recordedAt: try row.decode("recorded_at"))
        }
    }

    /// Records an instruction under the agreement that is in force or suspended.
    /// - Throws: `.invalid` naming what is wrong; `.conflict` without such an agreement.
    public func record(_ tenant: TenantID, _ new: NewInstruction, _ cause: Cause) async throws -> Instruction {
        try Self.check(new)
        let id = InstructionID.generate()
        let text = try seals.seal(
            Words(text: new.text.revealed, givenBy: new.givenBy.revealed), Self.context("text_sealed", id, tenant))
        let answer = try new.answer.map {
            try seals.seal($0.revealed, Self.context("answer_sealed", id, tenant))
        }
        try await control.transaction { tx in
            let rows = try await tx.query(
                PostgresQuery(
                    "instructions.record",
                    """
                    INSERT INTO agreement_instructions
                           (tenant_id, instruction_id, agreement_id, given_at, text_sealed, seems_unlawful, answer_sealed)
                    SELECT tenant_id, $2, agreement_id, coalesce($3, now()), $4, $5, $6
                    FROM agreements
                    WHERE tenant_id = $1 AND state IN ('in_force', 'suspended')
                    """, [tenant, id, new.givenAt, text, new.seemsUnlawful, answer]))
            guard rows.affectedRows == 1 else {
                throw PlatformError(
                    .conflict, "There is no agreement under which this could be instructed.",
                    remedy: "Conclude one first.")
            }
            try await audit.enter(
                AuditRecord(
                    "instruction.recorded", .init("instruction", id), cause,
                    after: ["seems_unlawful": .bool(new.seemsUnlawful)]), in: .tenant(tenant), tx)
        }
        guard let recorded = try await list(tenant).first(where: { $0.id == id }) else {
            throw PlatformError.notFound("instruction")
        }
        return recorded
    }

    /// Answers of the first versions stand there as a list of bytes.
    private func reply(_ sealed: [UInt8], _ context: SealContext) throws -> Personal<String> {
        if let text = try? seals.open(String.self, sealed, context) { return Personal(text) }
        return Personal(String(decoding: try seals.open([UInt8].self, sealed, context), as: UTF8.self))
    }

    private static func check(_ new: NewInstruction) throws(PlatformError) {
        var problems: [PlatformError.Field] = []
        func text(_ path: String, _ text: Personal<String>?, _ limit: Int) {
            guard let text = text?.revealed else { return }
            if !(1...limit).contains(text.unicodeScalars.count) || text.allSatisfy(\.isWhitespace)
                || text.utf8.contains(0)
            {
                problems.append(.init(path: path, problem: "give 1 to \(limit) characters"))
            }
        }
        text("text", new.text, 10_000)
        text("given_by", new.givenBy, 200)
        text("answer", new.answer, 10_000)
        if new.seemsUnlawful, new.answer == nil {
            problems.append(
                .init(
                    path: "answer", problem: "say what the controller was told: it must be (Art. 28(3), last sentence)")
            )
        }
        if let at = new.givenAt, at > Date() {
            problems.append(.init(path: "given_at", problem: "give a time that has been"))
        }
        guard problems.isEmpty else {
            throw PlatformError(.invalid, "The instruction is not recorded right.", fields: problems)
        }
    }

    private static func context(_ column: String, _ id: InstructionID, _ tenant: TenantID) -> SealContext {
        SealContext(table: "agreement_instructions", column: column, row: id, tenant: tenant)
    }
}
