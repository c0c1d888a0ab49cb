import PluginKit

import struct Foundation.Date

/// The number as Meta sees it, with what matters for data protection: where Meta stores content, and whether it keeps a contact book.
struct NumberHealth {
    let connection: ChannelConnection

    private var graph: GraphClient { GraphClient(connection: connection) }

    func report() async -> HealthReport {
        let facts: NumberFacts
        do throws(GraphClient.Refusal) {
            facts = try await NumberFacts.read(graph)
        } catch {
            return HealthReport([Self.finding(error)])
        }
        var findings = [
            await token(), .init(name: "number", state: .healthy, detail: facts.sentence), Self.registration(facts),
            Self.quality(facts),
        ]
        if let limit = facts.limit {
            findings.append(.init(name: "messaging_limit", state: .healthy, detail: "Messaging limit \(limit)."))
        }
        if let url = connection.ingressURL { findings.append(await subscription(facts, url)) }
        do throws(GraphClient.Refusal) {
            findings += Self.protection(
                try await graph.get("\(connection.address)/settings"), wanted: connection.jurisdiction?.country)
        } catch {
            findings.append(Self.finding(error))
        }
        return HealthReport(findings)
    }

    /// Meta has just accepted it; how long yet, it shows to the app's own people only.
    private func token() async -> HealthReport.Finding {
        let accepted = "Meta accepts the access token."
        guard let facts = try? await TokenFacts.read(graph) else {
            return .init(name: "token", state: .healthy, detail: accepted)
        }
        return Self.token(facts, now: Date())
    }

    /// Days before a token's end from which on it is told.
    static let expiryNotice = 14

    static func token(_ facts: TokenFacts, now: Date) -> HealthReport.Finding {
        guard facts.missing.isEmpty else {
            return .init(
                name: "token", state: .degraded, detail: "The token lacks \(facts.missing.joined(separator: " and ")).")
        }
        guard let end = facts.expiresAt else {
            return .init(name: "token", state: .healthy, detail: "Meta accepts the access token. It does not expire.")
        }
        let days = Int((end.timeIntervalSince(now) / 86_400).rounded(.down))
        return .init(
            name: "token", state: days < expiryNotice ? .degraded : .healthy,
            detail: "Meta accepts the access token. It expires in \(days) days."
                + (days < expiryNotice ? " Give the channel a new one." : ""))
    }

    static func registration(_ facts: NumberFacts) -> HealthReport.Finding {
        facts.isRegistered
            ? .init(
                name: "registration", state: facts.status == "CONNECTED" ? .healthy : .degraded,
                detail: "The number is registered; its status is \(facts.status ?? "unknown").")
            : .init(
                name: "registration", state: .unavailable,
                detail: "The number is not registered; its status is \(facts.status ?? "unknown").")
    }

    static func quality(_ facts: NumberFacts) -> HealthReport.Finding {
        .init(
            name: "quality", state: facts.quality == "RED" ? .degraded : .healthy,
            detail: "Quality rating \(facts.quality).")
    }

    /// Whether what is written to the number arrives here.
    private func subscription(_ facts: NumberFacts, _ url: String) async -> HealthReport.Finding {
        func finding(_ state: HealthReport.State, _ detail: String) -> HealthReport.Finding {
            .init(name: "subscription", state: state, detail: detail)
        }
        let account = connection.configuration.text("business_account_id") ?? ""
        do throws(GraphClient.Refusal) {
            let apps = try await graph.get("\(account)/subscribed_apps")["data"]?.array ?? []
            guard !apps.isEmpty else {
                return finding(.unavailable, "No app is subscribed to the account: nothing arrives.")
            }
            guard facts.callback == url else {
                return finding(.degraded, "Meta was not told to post this number's webhooks to the ingress URL.")
            }
            return finding(.healthy, "Meta posts the number's webhooks to the ingress URL.")
        } catch {
            return finding(.unavailable, error.message)
        }
    }

    static func finding(_ refusal: GraphClient.Refusal) -> HealthReport.Finding {
        .init(
            name: refusal.isUnreachable ? "connection" : refusal.isToken ? "token" : "number", state: .unavailable,
            detail: refusal.message)
    }

    /// Local storage and contact book (Cloud API, "local storage" and "contact book").
    /// - Parameter country: where the tenant's data lives, when that is known.
    static func protection(_ settings: JSON, wanted country: String? = nil) -> [HealthReport.Finding] {
        let region = NumberRegistration.region(settings)
        let book = settings["contact_book"]?["status"]?.string ?? settings["contact_book"]?.string
        let local: HealthReport.Finding =
            region.map { storage(in: $0, wanted: country) }
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

    private static func storage(in region: String, wanted country: String?) -> HealthReport.Finding {
        let choice = country.map(DataLocalisation.choice)
        guard let choice, let country else {
            return .init(name: "local_storage", state: .healthy, detail: "Meta stores content at rest in \(region).")
        }
        return choice.code == region
            ? .init(name: "local_storage", state: .healthy, detail: DataLocalisation.sentence(choice, for: country))
            : .init(
                name: "local_storage", state: .degraded,
                detail: "Meta stores content at rest in \(region), and should in \(choice.code).")
    }
}
