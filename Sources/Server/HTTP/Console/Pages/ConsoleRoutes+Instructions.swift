import Console
import Foundation
import Hummingbird
import Platform
import PluginKit

/// What a controller instructed (Art. 28(3)(a) GDPR).
extension ConsoleRoutes {
    func addInstructions(to pages: Pages) {
        pages.get("tenants/{tenant}/instructions", .agreementsRead) {
            try await $0.show(try await instructionsPage($0))
        }
        pages.post("tenants/{tenant}/instructions", .agreementsWrite, use: recordInstruction)
    }

    private func instructionsPage(_ turn: Turn, _ form: FormState = FormState()) async throws -> InstructionsPage {
        let tenant = try await installation.tenants.find(try turn.scope.id("tenant"))
        let agreements = try await installation.tenants.agreements(tenant.id)
        let references = Dictionary(agreements.map { ($0.id, $0.reference) }) { first, _ in first }
        return InstructionsPage(
            tenantID: tenant.id.description, tenantName: tenant.name,
            rows: try await installation.instructions.list(tenant.id).map { instruction in
                .init(
                    id: instruction.id.description, text: instruction.text.revealed,
                    givenBy: instruction.givenBy.revealed, givenAt: instruction.givenAt,
                    recordedAt: instruction.recordedAt, seemsUnlawful: instruction.seemsUnlawful,
                    answer: instruction.answer?.revealed, agreementID: instruction.agreement.description,
                    agreement: references[instruction.agreement] ?? "–")
            }, isBound: agreements.contains { [.inForce, .suspended].contains($0.state) },
            mayRecord: turn.may(.agreementsWrite), form: form)
    }

    @Sendable private func recordInstruction(_ turn: Turn) async throws -> Response {
        // Browsers end the lines of an area with CR and LF.
        func text(_ field: String) -> String {
            (turn.form[field] ?? "").replacing("\r\n", with: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
        }
        do {
            let new = NewInstruction(
                text: Personal(text("text")), givenBy: Personal(text("given_by")),
                givenAt: try FormDay.start(turn.form["given_at"], field: "given_at"),
                seemsUnlawful: turn.form["seems_unlawful"] == "yes",
                answer: text("answer").isEmpty ? nil : Personal(text("answer")))
            let tenant: TenantID = try turn.scope.id("tenant")
            _ = try await installation.instructions.record(tenant, new, turn.cause)
            return turn.go(ConsolePath.instructions(tenant.description), saying: .recorded)
        } catch {
            let state = try turn.refused(by: error)
            return try await turn.show(try await instructionsPage(turn, state), status: .refused(error))
        }
    }
}
