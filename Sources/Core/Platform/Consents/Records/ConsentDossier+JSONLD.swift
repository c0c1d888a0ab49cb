import PluginKit

import struct Foundation.Date

/// The dossier as a consent record or receipt with the fields of ISO/IEC TS 27560:2023, in terms of the Data Privacy Vocabulary
/// (https://w3id.org/dpv/guides/consent-27560). What DPV has no term for stands under `obhut:`.
extension ConsentDossier {
    enum RecordProfile: String, Sendable {
        case record = "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr"
        /// What the person is given.
        case receipt = "https://w3id.org/dpv/schema/dpv-27560#receipt-eu-gdpr"
    }

    /// Whole, so that a reader needs no network.
    static let context: JSON = [
        "dpv": "https://w3id.org/dpv#", "pd": "https://w3id.org/dpv/pd#", "loc": "https://w3id.org/dpv/loc#",
        "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#", "dct": "http://purl.org/dc/terms/",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "xsd": "http://www.w3.org/2001/XMLSchema#",
        "obhut": "urn:obhut:consent:", "dct:created": ["@type": "xsd:dateTime"],
        "dct:modified": ["@type": "xsd:dateTime"], "dct:conformsTo": ["@type": "@id"],
        "dpv:isIndicatedAtTime": ["@type": "xsd:dateTime"], "obhut:recordedAt": ["@type": "xsd:dateTime"],
        "obhut:evidenceUntil": ["@type": "xsd:dateTime"], "obhut:evidence": ["@type": "@json"],
        "dpv:hasConsentStatus": ["@container": "@set"], "dpv:hasRecipient": ["@container": "@set"],
    ]

    /// - Parameter withdrawalURL: the person's link to withdraw on one channel, where there is one.
    func jsonLD(_ profile: RecordProfile, withdrawalURL: String? = nil) -> JSON {
        let records = consents.map { record($0, profile, withdrawalURL) }
        return [
            "@context": Self.context, "@graph": .array(records),
        ]
    }

    private func record(_ consent: Consent, _ profile: RecordProfile, _ withdrawalURL: String?) -> JSON {
        let first = consent.events.map(\.recordedAt).min() ?? at
        let last = consent.events.map(\.recordedAt).max() ?? at
        // The first event is what the record began with.
        let id = consent.events.min { $0.sequence < $1.sequence }?.id.description ?? person.id.description
        let basis: [JSON] =
            consent.isSpecialCategory
            ? [["@id": "eu-gdpr:A6-1-a"], ["@id": "eu-gdpr:A9-2-a"]] : [["@id": "eu-gdpr:A6-1-a"]]
        return JSON(members: [
            ("@id", .string("urn:uuid:\(id)")),
            ("@type", profile == .record ? "dpv:ConsentRecord" : "dpv:ConsentReceipt"),
            ("dct:conformsTo", [.string(profile.rawValue), "https://www.iso.org/standard/80392.html"]),
            ("dct:identifier", .string(id)), ("dct:created", .string(first.rfc3339)),
            ("dct:modified", .string(last.rfc3339)),
            ("dpv:hasDataSubject", ["@id": .string("urn:uuid:\(person.id)"), "@type": "dpv:DataSubject"]),
            ("dpv:hasDataController", party(controller, "dpv:DataController", "urn:uuid:\(tenant)")),
            ("dpv:hasDataProcessor", provider.map { party($0, "dpv:DataProcessor", "urn:obhut:provider") }),
            ("dpv:hasLegalBasis", .array(basis)),
            ("dpv:hasJurisdiction", ["@id": .string("loc:\(region.country)")]),
            ("dpv:hasNotice", notice(consent)), ("dpv:hasProcess", process(consent)),
            ("dpv:hasRight", .array(rights(withdrawalURL))), ("dpv:hasAuthority", authority),
            ("dpv:hasStatus", ["@id": .string(Self.status(consent.standing.state))]),
            ("obhut:state", .string(consent.standing.state.rawValue)),
            ("dpv:hasConsentStatus", .array(consent.events.map { status($0) })),
            ("obhut:channel", consent.channelAddress.map { .string($0) } ?? .string(consent.channel.description)),
            (
                "obhut:chain",
                ["obhut:length": .number(String(chain.length)), "obhut:head": .string(chain.hash.hexadecimal)]
            ),
        ])
    }

    // MARK: - Parties

    private func party(_ party: Party, _ role: String, _ id: String) -> JSON {
        JSON(members: [
            ("@id", .string(id)), ("@type", [.string(role), "dpv:LegalEntity"]), ("dpv:hasName", .string(party.name)),
            ("dct:identifier", party.register.map { .string($0) }),
            ("dpv:hasAddress", party.address.map { .string($0) }),
            ("dpv:hasContact", party.contact.map { .string($0) }),
            ("dpv:hasRepresentative", party.representative.map { ["dpv:hasName": .string($0)] }),
            (
                "dpv:hasDataProtectionOfficer",
                party.officer.map { ["@type": "dpv:DataProtectionOfficer", "dpv:hasContact": .string($0)] }
            ),
        ])
    }

    // MARK: - Processing

    private func notice(_ consent: Consent) -> JSON? {
        guard let notice = consent.notice else { return nil }
        return JSON(members: [
            ("@id", .string(notice.url)), ("@type", "dpv:ConsentNotice"),
            ("dct:hasVersion", notice.version.map { .string($0) }),
            ("dct:language", consent.language.map { .string($0) }),
            ("obhut:sha256", notice.sha256.map { .string($0) }),
        ])
    }

    private func process(_ consent: Consent) -> JSON {
        let recipients = self.recipients[consent.plugin] ?? []
        let kind: JSON = consent.isSpecialCategory ? "dpv:SpecialCategoryPersonalData" : "dpv:PersonalData"
        var seen: Set<String> = []
        let categories = recipients.flatMap(\.dataCategories).map(\.english).filter { seen.insert($0).inserted }
        let version = consent.definition.map { "\($0.name)@\($0.version)" }
        let until = consent.events.map(\.evidenceUntil).max()
        return JSON(members: [
            ("@type", "dpv:Process"),
            (
                "dpv:hasPurpose",
                JSON(members: [
                    ("@type", "dpv:Purpose"), ("dct:identifier", .string(version ?? consent.purpose)),
                    ("dct:title", .string(consent.title(in: consent.language ?? "en"))),
                    ("dct:description", consent.textShown.map { .string($0) }),
                ])
            ),
            (
                "dpv:hasPersonalData",
                .array(
                    (categories.isEmpty ? ["address at the messenger", "message content"] : categories).map {
                        ["@type": kind, "dct:title": .string($0)]
                    })
            ),
            ("dpv:hasDataSource", ["@id": "dpv:DataSubject"]),
            ("obhut:collectionMethod", consent.agreeing.map { .string($0.source) }),
            ("dpv:hasRecipient", .array(recipients.map { recipient($0) } + storage)),
            (
                "dpv:hasStorageCondition",
                .array(
                    [
                        [
                            "@type": "dpv:StorageLocation",
                            "dpv:hasLocation": ["@id": .string("loc:\(region.country)")],
                            "dct:title": .string("\(region.place), \(region.operator)"),
                        ]
                    ]
                        + (until.map { [duration($0, "dpv:StorageDuration", "the evidence, at least")] } ?? []))
            ),
        ])
    }

    private func recipient(_ recipient: AgreementRecipient) -> JSON {
        JSON(members: [
            ("@type", "dpv:Recipient"), ("dpv:hasName", .string(recipient.name.english)),
            ("dpv:hasLocation", .array(recipient.countries.map { ["@id": .string("loc:\($0)")] })),
            ("dct:description", .string(recipient.purpose.english)),
            ("dpv:hasLegalMeasure", recipient.transferMechanism.map { .string($0.english) }),
        ])
    }

    /// Who runs the region.
    private var storage: [JSON] {
        ([region.operator] + region.subProcessors).map { name in
            [
                "@type": "dpv:DataSubProcessor", "dpv:hasName": .string(name),
                "dpv:hasLocation": [["@id": .string("loc:\(region.country)")]],
            ]
        }
    }

    private func duration(_ end: Date, _ kind: String, _ title: String? = nil) -> JSON {
        JSON(members: [
            ("@type", .string(kind)), ("dct:title", title.map { .string($0) }),
            (
                "dpv:hasDuration",
                [
                    "@type": "dpv:UntilTimeDuration",
                    "rdf:value": ["@type": "xsd:dateTime", "@value": .string(end.rfc3339)],
                ]
            ),
        ])
    }

    // MARK: - Rights

    private func rights(_ withdrawalURL: String?) -> [JSON] {
        let withdrawal = JSON(members: [
            ("@id", "eu-gdpr:A7-3"), ("@type", "dpv:DataSubjectRight"),
            (
                "dpv:isExercisedAt",
                .array(
                    ["a word alone in the chat, such as STOP or ABMELDEN"]
                        + (withdrawalURL.map { [.string($0)] } ?? []))
            ),
        ])
        return [withdrawal]
            + ["A15", "A16", "A17", "A18", "A20", "A77"].map {
                ["@id": .string("eu-gdpr:\($0)"), "@type": "dpv:DataSubjectRight"]
            }
    }

    /// Where to complain (Art. 77 GDPR): which of a country's authorities it is, depends on the person too.
    private var authority: JSON {
        JSON(members: [
            ("@type", "dpv:DataProtectionAuthority"), ("dct:title", "the supervisory authority (Art. 77 GDPR)"),
            ("dpv:hasJurisdiction", controller.country.map { ["@id": .string("loc:\($0)")] }),
        ])
    }

    // MARK: - Events

    private func status(_ event: Event) -> JSON {
        JSON(members: [
            ("@id", .string("urn:uuid:\(event.id)#event")), ("@type", .string(Self.status(event.kind))),
            ("dct:identifier", .string(event.id.description)),
            ("dpv:isIndicatedAtTime", .string(event.occurredAt.rfc3339)),
            ("dpv:isIndicatedBy", ["@id": .string(event.isByPerson ? "urn:uuid:\(person.id)" : "urn:uuid:\(tenant)")]),
            ("dpv:hasIndicationMethod", event.method.map { .string($0) }),
            (
                "dpv:hasDuration",
                event.expiresAt.map {
                    [
                        "@type": "dpv:UntilTimeDuration",
                        "rdf:value": ["@type": "xsd:dateTime", "@value": .string($0.rfc3339)],
                    ]
                }
            ), ("obhut:kind", .string(event.kind.rawValue)), ("obhut:purpose", .string(event.purpose)),
            ("obhut:source", .string(event.source)), ("obhut:setup", event.setup.map { .string("\($0)".lowercased()) }),
            ("obhut:proof", event.grounds.map { .string($0.proof.rawValue) }),
            ("obhut:explicit", event.grounds.map { .bool($0.isExplicit) }),
            ("obhut:ageConfirmed", event.grounds?.age.map { .number(String($0)) }),
            ("obhut:recordedAt", .string(event.recordedAt.rfc3339)),
            ("obhut:evidenceUntil", .string(event.evidenceUntil.rfc3339)), ("obhut:evidence", event.evidence),
            ("obhut:evidenceHash", .string(event.evidenceHash.hexadecimal)),
            ("obhut:sequence", .number(String(event.sequence))),
            ("obhut:previousHash", .string(event.previousHash.hexadecimal)),
            ("obhut:hash", .string(event.hash.hexadecimal)),
        ])
    }

    private static func status(_ state: ConsentState) -> String {
        switch state {
        case .none: "dpv:ConsentUnknown"
        case .requested: "dpv:ConsentRequested"
        case .granted, .confirmed: "dpv:ConsentGiven"
        case .refused: "dpv:ConsentRefused"
        case .withdrawn: "dpv:ConsentWithdrawn"
        case .expired: "dpv:ConsentExpired"
        case .superseded: "dpv:ConsentInvalidated"
        }
    }

    private static func status(_ kind: ConsentEventKind) -> String {
        switch kind {
        case .requested: "dpv:ConsentRequested"
        case .granted, .confirmed: "dpv:ConsentGiven"
        case .refused: "dpv:ConsentRefused"
        case .withdrawn: "dpv:ConsentWithdrawn"
        case .expired: "dpv:ConsentExpired"
        case .superseded: "dpv:ConsentInvalidated"
        }
    }
}

extension ConsentDossier.Event {
    /// Asking, and the end of a term, are no act of the person.
    var isByPerson: Bool {
        switch kind {
        case .granted, .confirmed, .refused, .withdrawn: true
        case .requested, .expired, .superseded: false
        }
    }

    /// What was done.
    var method: String? { evidence?["act"]?.string ?? evidence?["method"]?.string }
}
