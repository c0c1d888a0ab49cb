import PluginKit

/// Whether a number could be connected with what was given. Reads at Meta, and changes nothing there.
struct NumberExamination {
    let graph: GraphClient
    let ingress: IngressPoint
    let jurisdiction: Jurisdiction

    private var connection: ChannelConnection { graph.connection }

    init(_ connection: ChannelConnection, _ ingress: IngressPoint, _ jurisdiction: Jurisdiction) {
        graph = GraphClient(connection: connection)
        self.ingress = ingress
        self.jurisdiction = jurisdiction
    }

    func report() async -> ConnectionReport {
        var report = ConnectionReport()
        for step in [token, number, account, appSecret, registration] as [(inout ConnectionReport) async -> Void] {
            await step(&report)
            if report.failure != nil { return report }
        }
        report.steps.append(
            .init("webhook", .planned, "Meta is told to post this number's webhooks to the ingress URL."))
        return report
    }

    /// Valid, and with the permissions that sending and administering need (Graph API, `debug_token`).
    private func token(_ report: inout ConnectionReport) async {
        let field = "configuration.access_token"
        let facts: TokenFacts
        do throws(GraphClient.Refusal) {
            facts = try await TokenFacts.read(graph)
        } catch {
            // Meta shows a token to the app's own people only; whether it works, the next step tells.
            guard error.isToken || error.isTemporary else {
                report.steps.append(
                    .init("token", .done, "Meta does not show what this token may; the next steps tell."))
                return
            }
            report.steps.append(.refused("token", error, field: field))
            return
        }
        guard facts.isValid else {
            report.steps.append(
                .init(
                    "token", .failed, "The access token is invalid or has expired.",
                    remedy: "Make a new token of the system user.", field: field))
            return
        }
        guard facts.missing.isEmpty else {
            report.steps.append(
                .init(
                    "token", .failed, "The token lacks \(facts.missing.joined(separator: " and ")).",
                    remedy: "Make a token of the system user with both permissions.", field: field))
            return
        }
        report.steps.append(.init("token", .done, "Meta accepts the access token, and it may what is needed."))
    }

    private func number(_ report: inout ConnectionReport) async {
        let field = "configuration.phone_number_id"
        let facts: NumberFacts
        do throws(GraphClient.Refusal) {
            facts = try await NumberFacts.read(graph)
        } catch {
            report.steps.append(
                .refused(
                    "number", error, field: field,
                    detail: "Meta does not know this number, or the token may not see it."))
            return
        }
        if facts.status == "BANNED" {
            report.steps.append(
                .init(
                    "number", .failed, "Meta has banned this number.", remedy: "See its quality in WhatsApp manager.",
                    field: field))
            return
        }
        guard facts.isRegistered || facts.verification != "NOT_VERIFIED" else {
            report.steps.append(
                .init(
                    "number", .failed, "Nobody has proved yet that the number is the account's.",
                    remedy: "Verify it by code in WhatsApp manager.", field: field))
            return
        }
        report.displayAddress = facts.display
        report.steps.append(.init("number", .done, facts.sentence))
    }

    /// The number must be one of the account's: what Meta tells of the account is routed by it.
    private func account(_ report: inout ConnectionReport) async {
        let field = "configuration.business_account_id"
        let account = connection.configuration.text("business_account_id") ?? ""
        do throws(GraphClient.Refusal) {
            var path = "\(account)/phone_numbers?fields=id&limit=100"
            for _ in 0..<20 {
                let page = try await graph.get(path)
                if (page["data"]?.array ?? []).contains(where: { $0["id"]?.string == connection.address }) {
                    report.steps.append(.init("account", .done, "The number belongs to the business account."))
                    return
                }
                guard page["paging"]?["next"]?.string != nil,
                    let after = page["paging"]?["cursors"]?["after"]?.string, after.isPlainCursor
                else { break }
                path = "\(account)/phone_numbers?fields=id&limit=100&after=\(after)"
            }
            report.steps.append(
                .init(
                    "account", .failed, "The number does not belong to this business account.",
                    remedy: "Take both ids from the same page of WhatsApp manager.", field: field))
        } catch {
            report.steps.append(
                .refused(
                    "account", error, field: field,
                    detail: "Meta does not know this business account, or the token may not see it."))
        }
    }

    /// The number was read before without a proof, so a refusal now is about the proof.
    private func appSecret(_ report: inout ConnectionReport) async {
        let secret = ingress.configuration.text("app_secret") ?? ""
        let proof = GraphClient.proof(
            token: connection.configuration.text("access_token") ?? "", appSecret: secret)
        do throws(GraphClient.Refusal) {
            _ = try await graph.get("\(connection.address)?fields=id&appsecret_proof=\(proof)")
            report.steps.append(.init("app_secret", .done, "The app secret is that of the token's app."))
        } catch {
            report.steps.append(
                .refused(
                    "app_secret", error, field: "ingress.app_secret",
                    detail: "The app secret is not that of the app which the token belongs to."))
        }
    }

    private func registration(_ report: inout ConnectionReport) async {
        do throws(GraphClient.Refusal) {
            let plan = try await NumberRegistration(graph: graph, jurisdiction: jurisdiction).plan()
            report.steps.append(plan.step)
        } catch {
            report.steps.append(.refused("registration", error, field: "configuration.phone_number_id"))
        }
    }
}

extension String {
    /// A cursor goes back as it came; one that would need escaping is none of Meta's.
    fileprivate var isPlainCursor: Bool {
        utf8.count <= 512
            && utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || [0x2D, 0x5F, 0x3D].contains($0)
            }
    }
}
