import Console
import Hummingbird
import Platform

/// A tenant's move to another region, from its page.
extension ConsoleRoutes {
    @Sendable func askForRegion(_ turn: Turn) async throws -> Response {
        let id: TenantID = try turn.scope.id("tenant")
        guard let region = turn.form["region.to"].flatMap(RegionID.init(rawValue:)) else {
            var state = FormState(turn.form)
            state.problems["region.to"] = turn.say(.missing)
            return try await turn.show(try await tenantPage(turn, id, state), status: .unprocessableContent)
        }
        do {
            _ = try await installation.askToChangeRegion(
                id, to: region, reason: turn.form["region.reason"] ?? "", turn.cause)
            return turn.go(ConsolePath.tenant(id.description), saying: .asked)
        } catch {
            let state = try turn.refused(by: error) {
                ["region": "region.to", "reason": "region.reason"][$0]
            }
            return try await turn.show(try await tenantPage(turn, id, state), status: .refused(error))
        }
    }

    @Sendable func cancelRegionMove(_ turn: Turn) async throws -> Response {
        let id: TenantID = try turn.scope.id("tenant")
        do {
            guard let reason = turn.form["region.cancel_reason"], !reason.allSatisfy(\.isWhitespace) else {
                throw PlatformError.missing("reason")
            }
            _ = try await installation.moves.cancel(id, reason: reason, turn.cause)
            return turn.go(ConsolePath.tenant(id.description), saying: .ended)
        } catch {
            let state = try turn.refused(by: error) { $0 == "reason" ? "region.cancel_reason" : nil }
            return try await turn.show(try await tenantPage(turn, id, state), status: .refused(error))
        }
    }
}

extension TenantPage.RegionMove {
    init(_ move: TenantMove) {
        let isNear = move.from.region == move.to.region
        self.init(
            stage: Stage(rawValue: move.state.rawValue) ?? .failed,
            from: isNear ? move.from.shard.rawValue : move.from.region.rawValue,
            to: isNear ? move.to.shard.rawValue : move.to.region.rawValue, since: move.createdAt,
            isEnding: move.isUndone)
    }
}
