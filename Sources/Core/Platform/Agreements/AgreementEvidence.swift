import Crypto
public import PluginKit

public import struct Foundation.Date

/// What the tenant's signatory did to accept.
public struct AgreementAcceptance: Sendable {
    public var name: Personal<String>
    /// In what capacity.
    public var role: Personal<String>
    public var place: Personal<String>
    /// That the signatory may sign for the tenant.
    public var confirmsAuthority: Bool
    public var agrees: Bool
    /// Where the request came from.
    public var address: Personal<String>?
    public var userAgent: Personal<String>?

    public init(
        name: Personal<String>, role: Personal<String>, place: Personal<String>, confirmsAuthority: Bool,
        agrees: Bool, address: Personal<String>?, userAgent: Personal<String>?
    ) {
        self.name = name
        self.role = role
        self.place = place
        self.confirmsAuthority = confirmsAuthority
        self.agrees = agrees
        self.address = address
        self.userAgent = userAgent
    }

    /// - Throws: `.invalid` naming everything that is missing.
    func check() throws(PlatformError) {
        var problems: [PlatformError.Field] = []
        for (path, text) in [("name", name), ("role", role), ("place", place)] {
            let value = text.revealed.trimmed
            if !(1...200).contains(value.unicodeScalars.count) || value.utf8.contains(0) {
                problems.append(.init(path: path, problem: "give 1 to 200 characters"))
            }
        }
        if !confirmsAuthority {
            problems.append(.init(path: "authority", problem: "confirm that you may sign for the company"))
        }
        if !agrees { problems.append(.init(path: "agrees", problem: "tick this to accept the agreement")) }
        guard problems.isEmpty else {
            throw PlatformError(.invalid, "The acceptance is not complete.", fields: problems)
        }
    }
}

/// How an agreement was concluded, as JSON that can be read in years: no field is a code without a word.
enum AgreementEvidence {
    static let schema = "obhut/agreement-evidence/1"

    static func acceptance(
        _ acceptance: AgreementAcceptance, of agreement: Agreement, link: AgreementLinkID, at moment: Date
    ) -> JSON {
        [
            "at": .string(moment.rfc3339), "name": .string(acceptance.name.revealed.trimmed),
            "role": .string(acceptance.role.revealed.trimmed), "place": .string(acceptance.place.revealed.trimmed),
            "statements": [
                "authority": "I may sign for the company.",
                "agreement": "I have read the agreement with this SHA-256 and accept it for the company.",
            ],
            "document_sha256": .string(hex(agreement.documentSHA256 ?? [])), "link_id": .string(link.description),
            "address": acceptance.address.map { .string($0.revealed) } ?? .null,
            "user_agent": acceptance.userAgent.map { .string(String($0.revealed.prefix(400))) } ?? .null,
        ]
    }

    static func whole(
        _ agreement: Agreement, acceptance: JSON, signedBy member: StaffMember, at moment: Date
    ) -> JSON {
        [
            "schema": .string(schema), "agreement_id": .string(agreement.id.description),
            "tenant_id": .string(agreement.tenant.description), "reference": .string(agreement.reference),
            "text": [
                "id": .string(agreement.electronic?.textID ?? ""),
                "version": .string(agreement.electronic?.textVersion ?? ""),
                "language": .string(agreement.electronic?.language.rawValue ?? ""),
            ], "document_sha256": .string(hex(agreement.documentSHA256 ?? [])), "acceptance": acceptance,
            "countersignature": [
                "at": .string(moment.rfc3339), "name": .string(member.displayName.revealed),
                "staff_id": .string(member.id.description),
            ],
        ]
    }

    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
