import PluginKit

/// Joins a number to its ingress and to Meta, or takes it off. Each step looks first whether it is done already.
struct NumberConnection {
    let graph: GraphClient

    private var connection: ChannelConnection { graph.connection }

    init(_ connection: ChannelConnection) { graph = GraphClient(connection: connection) }

    func connect(to ingress: IngressPoint, in jurisdiction: Jurisdiction) async -> ConnectionReport {
        var report = ConnectionReport()
        await subscribe(&report)
        if report.failure == nil { await direct(to: ingress, &report) }
        if report.failure == nil {
            await NumberRegistration(graph: graph, jurisdiction: jurisdiction).carryOut(&report)
        }
        return report
    }

    /// The app hears of the account. Subscribing anew would take away the account's own URL, if somebody gave it one,
    /// so it is done only when the app is not among the subscribed.
    private func subscribe(_ report: inout ConnectionReport) async {
        let account = connection.configuration.text("business_account_id") ?? ""
        do throws(GraphClient.Refusal) {
            let apps = try await graph.get("\(account)/subscribed_apps")["data"]?.array ?? []
            let own = try? await TokenFacts.read(graph).app
            let isSubscribed = own.map { own in
                apps.contains { $0["whatsapp_business_api_data"]?["id"]?.string == own }
            }
            if isSubscribed == true {
                report.steps.append(.init("subscription", .unchanged, "The app is subscribed to the account."))
                return
            }
            try await graph.post("\(account)/subscribed_apps")
            report.steps.append(.init("subscription", .done, "The app is subscribed to the account."))
        } catch {
            report.steps.append(.refused("subscription", error, field: "configuration.business_account_id"))
        }
    }

    /// The number's webhooks go to its own ingress, whatever the app's and the account's URL is (Cloud API, "webhook
    /// overrides"): Meta asks there first, with the verify token.
    private func direct(to ingress: IngressPoint, _ report: inout ConnectionReport) async {
        do throws(GraphClient.Refusal) {
            if try await NumberFacts.read(graph).callback == ingress.url {
                report.steps.append(
                    .init("webhook", .unchanged, "Meta posts the number's webhooks to the ingress URL."))
                return
            }
            try await point(at: ingress.url, ingress.configuration.text("verify_token"))
            report.steps.append(.init("webhook", .done, "Meta posts the number's webhooks to the ingress URL."))
        } catch {
            var step = ConnectionReport.Step.refused(
                "webhook", error, field: "ingress.verify_token",
                detail: "Meta could not make sure of the ingress URL.")
            if !error.isToken, step.remedy == nil {
                step.remedy =
                    "Make sure that the public URL can be reached from the internet, with a valid certificate."
            }
            report.steps.append(step)
        }
    }

    private func point(at url: String, _ verifyToken: String?) async throws(GraphClient.Refusal) {
        var configuration = JSONObject([("override_callback_uri", .string(url))])
        configuration["verify_token"] = verifyToken.map { .string($0) }
        try await graph.post(connection.address, ["webhook_configuration": .object(configuration)])
    }

    /// The account stays subscribed: it may have other numbers.
    func disconnect() async -> ConnectionReport {
        var report = ConnectionReport()
        do throws(GraphClient.Refusal) {
            try await point(at: "", nil)
            report.steps.append(.init("webhook", .done, "Meta no longer posts the number's webhooks here."))
        } catch {
            report.steps.append(.refused("webhook", error, field: "configuration.access_token"))
        }
        do throws(GraphClient.Refusal) {
            try await graph.post("\(connection.address)/deregister")
            report.steps.append(.init("deregistration", .done, "The number is deregistered."))
        } catch {
            report.steps.append(
                error.code == 133010
                    ? .init("deregistration", .unchanged, "The number was not registered.")
                    : .refused("deregistration", error, field: "configuration.access_token"))
        }
        return report
    }
}
