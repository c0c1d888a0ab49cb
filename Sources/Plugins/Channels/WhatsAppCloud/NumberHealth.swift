import Outbound
import PluginKit

/// The number as Meta sees it, with what matters for data protection: where Meta stores content, and whether it keeps a contact book.
struct NumberHealth {
    let connection: ChannelConnection

    func report() async -> HealthReport {
        let fields = "display_phone_number,verified_name,quality_rating,throughput,platform_type,status"
        let number = await get("\(connection.address)?fields=\(fields)")
        guard case .success(let facts) = number else {
            if case .failure(let finding) = number { return HealthReport([finding.finding]) }
            return HealthReport([])
        }
        var findings: [HealthReport.Finding] = [
            .init(name: "token", state: .healthy, detail: "Meta accepts the access token."),
            .init(
                name: "number", state: .healthy,
                detail:
                    "\(facts["display_phone_number"]?.string ?? connection.address), shown as \(facts["verified_name"]?.string ?? "(no name)")."
            ),
        ]
        let quality = facts["quality_rating"]?.string ?? "UNKNOWN"
        findings.append(
            .init(name: "quality", state: quality == "RED" ? .degraded : .healthy, detail: "Quality rating \(quality).")
        )
        switch await get("\(connection.address)/settings") {
        case .success(let settings): findings += Self.protection(settings)
        case .failure(let failure): findings.append(failure.finding)
        }
        return HealthReport(findings)
    }

    /// Local storage and contact book (Cloud API, "local storage" and "contact book").
    static func protection(_ settings: JSON) -> [HealthReport.Finding] {
        let storage = settings["storage_configuration"]
        let region = storage?["data_localization_region"]?.string ?? settings["data_localization_region"]?.string
        let book = settings["contact_book"]?["status"]?.string ?? settings["contact_book"]?.string
        let local: HealthReport.Finding =
            region.map {
                .init(name: "local_storage", state: .healthy, detail: "Meta stores content at rest in \($0).")
            }
            ?? .init(
                name: "local_storage", state: .degraded,
                detail:
                    "Meta stores content in its default place, the US. Register the number with a data_localization_region."
            )
        let isOff = book.map { ["disabled", "off", "false"].contains($0.lowercased()) } ?? false
        let contacts: HealthReport.Finding =
            isOff
            ? .init(name: "contact_book", state: .healthy, detail: "Meta's contact book is off.")
            : .init(
                name: "contact_book", state: .degraded,
                detail: book == nil
                    ? "Meta does not say whether its contact book is off. Make sure in WhatsApp manager."
                    : "Meta's contact book is on: it keeps people's numbers whatever the local storage. Turn it off in WhatsApp manager."
            )
        return [local, contacts]
    }

    private struct Failure: Error {
        let finding: HealthReport.Finding
    }

    private func get(_ path: String) async -> Result<JSON, Failure> {
        let request = OutboundRequest(
            url: connection.graph(path), headers: [connection.authorization], timeout: .seconds(10),
            maxResponseBytes: 256 * 1024)
        do throws(OutboundError) {
            let response = try await connection.http.send(request)
            let answer = (try? JSON(parsing: response.body)) ?? .null
            if response.status == 200 { return .success(answer) }
            let error = GraphError(answer: answer)
            let why = error?.fault.message ?? "Meta answered with HTTP status \(response.status)."
            // Meta refuses a token with 401 or with 400; the code tells.
            let isToken = error.map { [0, 190].contains($0.code) } ?? (response.status == 401)
            let name = isToken ? "token" : "number"
            return .failure(Failure(finding: .init(name: name, state: .unavailable, detail: why)))
        } catch {
            let detail = "Meta could not be reached: \(error.kind)."
            return .failure(Failure(finding: .init(name: "connection", state: .unavailable, detail: detail)))
        }
    }
}
