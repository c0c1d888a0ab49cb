import Hummingbird
import Platform
import PluginKit

import struct Foundation.Data
import struct Foundation.Date

/// The audit trail, to be read. That somebody read it is entered too.
extension AdminRoutes {
    func addAudit(to admin: Surface) {
        typealias About = AuditReference
        admin.staff(.get, "audit/chains", .auditRead, About.listChains, use: listAuditChains)
        admin.staff(.get, "audit/seals", .auditRead, About.listSeals, use: listAuditSeals)
        admin.staff(.get, "audit/{chain}/entries", .auditRead, About.listEntries, use: listAuditEntries)
        admin.staff(.get, "audit/{chain}/verification", .auditRead, About.verifyChain, use: verifyAuditChain)
    }

    @Sendable func listAuditChains(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        JSON.list(try await installation.auditReader.chains(try request.page(), cause)) { $0.json }.response()
    }

    @Sendable func listAuditSeals(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        let page = try await installation.auditReader.seals(installation.auditSeals, try request.page(), cause)
        return JSON.list(page) { $0.json }.response()
    }

    @Sendable func listAuditEntries(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response
    {
        let page = try await installation.auditReader.entries(
            try scope.id("chain"), try request.auditFilter(), try request.page(), cause)
        return JSON.list(page) { $0.json }.response()
    }

    @Sendable func verifyAuditChain(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response
    {
        let chain = try scope.id("chain", AuditChain.self)
        let result = try await installation.auditReader.verification(installation.auditVerifier, of: chain, cause)
        return result.json(of: chain, at: Date()).response()
    }
}

extension Request {
    /// Which entries of a chain are wanted.
    func auditFilter() throws -> AuditFilter {
        var (filter, fields) = (AuditFilter(), [PlatformError.Field]())
        func text(_ name: String, _ limit: Int, _ isFit: (String) -> Bool, _ problem: String) -> String? {
            guard let text = uri.queryParameters[name[...]].map(String.init) else { return nil }
            if (1...limit).contains(text.unicodeScalars.count), !text.utf8.contains(0), isFit(text) { return text }
            fields.append(.init(path: name, problem: problem))
            return nil
        }
        filter.action = text("action", 64, AuditReference.isAction, "give an action such as tenant.created")
        filter.principal = text("principal", 128, { _ in true }, "give an id of 1 to 128 characters")
        filter.subject = text("subject", 256, { _ in true }, "give an id of 1 to 256 characters")
        let outcome = text(
            "outcome", 16, { AuditRecord.Outcome(rawValue: $0) != nil }, "can be done or refused")
        filter.outcome = outcome.flatMap(AuditRecord.Outcome.init)
        let order = text("order", 16, { ["newest", "oldest"].contains($0) }, "can be newest or oldest")
        filter.isOldestFirst = order == "oldest"
        let problem = "give a time such as 2026-03-01T12:00:00Z (RFC 3339)"
        func time(_ name: String) -> String? {
            text(name, 64, { Timestamp.date($0) != nil }, problem).flatMap(Timestamp.date).map(Timestamp.text)
        }
        filter.since = time("since")
        filter.until = time("until")
        guard fields.isEmpty else {
            throw PlatformError(
                .invalid, "The filter is not right.", remedy: "See errors for each.", fields: fields)
        }
        return filter
    }
}

// MARK: - In answers

extension AuditEntry {
    /// The entry as it was entered, and what chains it.
    var json: JSON {
        var json = (try? JSON(parsing: text))?.object ?? JSONObject()
        json["previous_hash"] = .string(Hex.text(previousHash))
        json["hash"] = .string(Hex.text(hash))
        return .object(json)
    }
}

extension AuditChainSummary {
    var json: JSON {
        [
            "chain": .string(chain.description), "sequence": .int(sequence), "hash": .string(Hex.text(hash)),
            "updated_at": .time(updatedAt),
        ]
    }
}

extension AuditSeal {
    var json: JSON {
        [
            "number": .int(number), "day": .optional(day), "sealed_at": .time(sealedAt),
            "sha256": .string(Hex.text(sha256)), "document": .string(document),
            "seal": .string(Data(seal).base64EncodedString()),
            "certificate": .string(certificate), "self_signed": .bool(isSelfSigned),
            "timestamped": .bool(isTimestamped),
        ]
    }
}

extension AuditFinding {
    var json: JSON {
        [
            "kind": .string(kind.rawValue), "chain": .string(chain.description),
            "sequence": sequence.map(JSON.int) ?? .null, "seal": seal.map(JSON.int) ?? .null,
            "meaning": .string(kind.meaning),
        ]
    }
}

extension AuditVerification {
    /// Of one chain.
    func json(of chain: AuditChain, at moment: Date) -> JSON {
        let checked = chains.first { $0.chain == chain }
        return [
            "chain": .string(chain.description), "whole": .bool(isWhole), "entries": .int(entries),
            "sequence": .int(checked?.sequence ?? 0), "hash": .string(Hex.text(checked?.hash ?? [])),
            "findings": .array(all.map(\.json)), "further_findings": .int(checked?.further ?? 0),
            "checked_at": .time(moment),
        ]
    }

    /// Of all that was checked.
    var json: JSON {
        [
            "whole": .bool(isWhole), "entries": .int(entries), "seals": .int(seals),
            "chains": .array(
                chains.map {
                    [
                        "chain": .string($0.chain.description), "whole": .bool($0.isWhole), "entries": .int($0.entries),
                        "sequence": .int($0.sequence), "hash": .string(Hex.text($0.hash)),
                        "further_findings": .int($0.further),
                    ]
                }), "findings": .array(all.map(\.json)),
        ]
    }
}
