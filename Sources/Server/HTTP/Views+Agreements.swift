import Platform
import PluginKit

extension Agreement {
    var json: JSON {
        var object = JSONObject([
            ("id", .id(id)), ("tenant_id", .id(tenant)), ("state", .string(state.rawValue)),
            ("form", .string(form.rawValue)), ("reference", .string(reference)), ("signed_on", .optional(signedOn)),
            ("document_sha256", .optional(documentSHA256.map(Hex.text))),
            ("covers_special_category", .bool(coversSpecialCategory)), ("recorded_at", .time(recordedAt)),
            ("ended_at", .time(endedAt)), ("revision", .int(revision)),
        ])
        if let electronic {
            object["language"] = .string(electronic.language.rawValue)
            object["text"] = [
                "id": .string(electronic.textID), "version": .string(electronic.textVersion),
            ]
            object["objection_days"] = .int(electronic.objectionDays)
            object["offered_at"] = .time(electronic.offeredAt)
            object["offer_expires_at"] = .time(electronic.offerExpiresAt)
            object["accepted_at"] = .time(electronic.acceptedAt)
            object["countersigned_at"] = .time(electronic.countersignedAt)
        }
        return .object(object)
    }
}

extension AgreementOffer {
    func json(publicURL: String) -> JSON {
        [
            "agreement": agreement.json, "signing_url": .string("\(publicURL)/agreements/\(link.revealed)"),
            "expires_at": .time(linkExpiresAt),
        ]
    }
}

extension StoredAgreementText {
    var json: JSON { .object(members) }

    func json(with files: AgreementTextFiles) -> JSON {
        var object = members
        object["de"] = .string(files.german)
        object["en"] = .string(files.english)
        return .object(object)
    }

    private var members: JSONObject {
        JSONObject([
            ("name", .string(name.rawValue)), ("version", .int(version)),
            ("tenant_id", .optional(tenant?.description)), ("stored_at", .time(storedAt)),
            ("stored_by", .optional(storedBy?.description)), ("withdrawn_at", .time(withdrawnAt)),
        ])
    }
}

extension AgreementNotice {
    var json: JSON {
        [
            "id": .id(id), "agreement_id": .id(agreement), "state": .string(state.rawValue),
            "changes": .array(
                changes.map {
                    [
                        "annex": .string($0.annex.rawValue), "subject": .string($0.subject.rawValue),
                        "kind": .string($0.kind.rawValue), "may_object": .bool($0.mayObject),
                        "sentence": $0.sentence.json,
                    ]
                }), "announced_at": .time(announcedAt), "objection_until": .time(objectionUntil),
            "decided_at": .time(decidedAt),
        ]
    }
}

extension BilingualText {
    var json: JSON { ["de": .string(german), "en": .string(english)] }
}

extension Instruction {
    var json: JSON {
        [
            "id": .id(id), "agreement_id": .id(agreement), "text": .string(text.revealed),
            "given_by": .string(givenBy.revealed), "given_at": .time(givenAt), "seems_unlawful": .bool(seemsUnlawful),
            "answer": .optional(answer?.revealed), "recorded_at": .time(recordedAt),
        ]
    }
}

extension ProviderDetails {
    func json(revision: Int) -> JSON {
        [
            "name": .string(party.name), "register": .optional(party.register), "address": .string(party.address),
            "representative": .string(party.representative),
            "representative_role": .optional(party.representativeRole),
            "data_protection_officer": .optional(party.dataProtectionOfficer),
            "breach_contact": .string(party.breachContact), "governing_law": governingLaw.json, "venue": venue.json,
            "revision": .int(revision),
        ]
    }
}
