import PluginKit

/// Registers a number with the place where Meta keeps content (Cloud API, "register a business phone number"). The
/// place can be chosen only while the number is not registered, so one that is registered with another is deregistered
/// first. Meta lets a number be registered ten times in 72 hours.
struct NumberRegistration {
    let graph: GraphClient
    let jurisdiction: Jurisdiction

    private var choice: DataLocalisation.Choice { DataLocalisation.choice(for: jurisdiction.country) }
    private var sentence: String { DataLocalisation.sentence(choice, for: jurisdiction.country) }
    private var path: String { graph.connection.address }
    private var pin: String? { graph.connection.configuration.text("pin") }

    /// How the number stands, and what that asks for.
    struct Plan {
        var isRegistered: Bool
        var isInPlace: Bool
        var step: ConnectionReport.Step
    }

    func plan() async throws(GraphClient.Refusal) -> Plan {
        let facts = try await NumberFacts.read(graph)
        let region = Self.region(try await graph.get("\(path)/settings"))
        let isInPlace = facts.isRegistered && region == choice.code
        return Plan(
            isRegistered: facts.isRegistered, isInPlace: isInPlace,
            step: step(isRegistered: facts.isRegistered, isInPlace: isInPlace, region))
    }

    private func step(isRegistered: Bool, isInPlace: Bool, _ region: String?) -> ConnectionReport.Step {
        if isInPlace { return .init("registration", .unchanged, "The number is registered. \(sentence)") }
        guard pin != nil else {
            return .init(
                "registration", .failed, "The number has to be registered, and for that Meta asks for its PIN.",
                remedy: "Give its two-step verification PIN of six digits; when it has none yet, choose one.",
                field: "configuration.pin")
        }
        let before = isRegistered ? "It is deregistered first: \(Self.place(region)). " : ""
        return .init("registration", .planned, "The number gets registered. \(before)\(sentence)")
    }

    /// Adds what was done.
    func carryOut(_ report: inout ConnectionReport) async {
        let field = "configuration.pin"
        do throws(GraphClient.Refusal) {
            let plan = try await plan()
            guard plan.step.state == .planned else {
                report.steps.append(plan.step)
                return
            }
            if plan.isRegistered {
                try await graph.post("\(path)/deregister")
                report.steps.append(
                    .init(
                        "deregistration", .done,
                        "The number was registered with another place of storage and is deregistered now."))
            }
            try await graph.post(
                "\(path)/register",
                [
                    "messaging_product": "whatsapp", "pin": .string(pin ?? ""),
                    "data_localization_region": .string(choice.code),
                ])
            guard Self.region(try await graph.get("\(path)/settings")) == choice.code else {
                report.steps.append(
                    .init(
                        "registration", .failed,
                        "Meta registered the number and does not say that it stores in "
                            + "\(choice.code).", remedy: "Ask Meta about local storage for this number.",
                        field: "configuration.phone_number_id", isTemporary: true))
                return
            }
            report.steps.append(.init("registration", .done, "The number is registered. \(sentence)"))
        } catch {
            report.steps.append(.refused("registration", error, field: field))
        }
    }

    static func region(_ settings: JSON) -> String? {
        settings["storage_configuration"]?["data_localization_region"]?.string
            ?? settings["data_localization_region"]?.string
    }

    private static func place(_ region: String?) -> String {
        region.map { "Meta stores its content in \($0)" } ?? "Meta stores its content in its default place, the US"
    }
}
