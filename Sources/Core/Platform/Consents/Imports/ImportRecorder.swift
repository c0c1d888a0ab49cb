import PluginKit
import Postgres

import struct Foundation.Data
import struct Foundation.Date
import struct Foundation.UUID
import typealias Foundation.uuid_t

/// Records the declarations of one part of an import: people found or made, known events passed over, the rest added to the ledger.
struct ImportRecorder: Sendable {
    /// What became of a part.
    struct Outcome: Sendable {
        var counts = ConsentImport.Counts()
        var faults: [ConsentImportFault] = []
    }

    /// A declaration that nothing is wrong with.
    private struct Sound: Sendable {
        var line: Int
        var id: ConsentEventID
        var person: Person
        var draft: ConsentEventDraft
    }

    private enum Person: Sendable, Hashable {
        case contact(ContactID)
        case identity(IndexedIdentity)

        /// The same for the same address, whoever has it by now.
        var key: String {
            switch self {
            case .contact(let id): "contact/\(id)"
            case .identity(let identity): "identity/\(Data(identity.index.bytes).base64EncodedString())"
            }
        }
    }

    let importing: ConsentImport
    let defaults: JSONObject
    let caller: APIKeyID
    let plugins: PluginRegistry
    let keys: TenantKeys

    /// - Parameter lines: as the intake kept them.
    func record(_ lines: [JSON], _ tx: PostgresTransaction) async throws -> Outcome {
        var outcome = Outcome()
        outcome.counts.processed = lines.count
        let channel = try await ChannelStore.choose(keys.tenant, importing.channel, tx)
        guard let source = plugins.consentSources[importing.source] else {
            throw PlatformError(.unavailable, "The consent source \(importing.source) is not served here.")
        }
        let terms = try await DeclaredTerms(keys.tenant, tx)
        var sound: [Sound] = []
        for line in lines {
            let number = line["line"]?.int ?? 0
            do {
                sound.append(try check(line["declaration"]?.object ?? JSONObject(), number, source, channel, terms))
            } catch let fault as ConsentImportFault {
                outcome.faults.append(fault)
            }
        }
        let contacts = try await contacts(of: sound.map(\.person), plugin: channel.plugin, tx)
        var (fresh, seen) = ([ConsentLedger.NewEvent](), try await known(sound.map(\.id), tx))
        for declaration in sound {
            guard seen.insert(declaration.id).inserted else {
                outcome.counts.repeated += 1
                continue
            }
            switch contacts[declaration.person] {
            case .unknown?, nil:
                outcome.faults.append(
                    ConsentImportFault(
                        line: declaration.line, field: "contact.id", problem: "the tenant has no such contact"))
            case .known(let contact)?:
                fresh.append(.init(id: declaration.id, contact: contact, draft: declaration.draft))
            case .toBe?:
                // A trial makes nobody.
                fresh.append(.init(id: declaration.id, contact: .generate(), draft: declaration.draft))
            }
        }
        outcome.counts.recorded = fresh.count
        try await weigh(fresh, &outcome.counts, tx)
        outcome.counts.refused = outcome.faults.count
        if !importing.isTrial, !fresh.isEmpty {
            try await ConsentLedger.add(
                keys, fresh, channel: importing.channel, source: "\(importing.source)@\(source.manifest.version)",
                by: caller, tx)
        }
        outcome.faults.sort { $0.line < $1.line }
        return outcome
    }

    // MARK: - One line

    private func check(
        _ line: JSONObject, _ number: Int, _ source: any ConsentSourcePlugin, _ channel: ChosenChannel,
        _ terms: DeclaredTerms
    ) throws -> Sound {
        func fault(_ field: String, _ problem: String) -> ConsentImportFault {
            ConsentImportFault(line: number, field: field, problem: problem)
        }
        for name in ["channel_id", "source"] where line[name] != nil {
            throw fault(name, "say this for the whole import")
        }
        let body = JSON.object(line.over(defaults))
        do {
            let person = try person(body["contact"], channel)
            let draft = try source.consentEvent(from: ConsentSubmission(body: body, receivedAt: Date()))
            try ReservedPurpose.check(draft)
            // Its id is of what the line says, whatever the terms are by then.
            let id = id(person, draft, body["evidence"])
            return Sound(line: number, id: id, person: person, draft: try terms.fit(draft))
        } catch let refusal as ConsentRefusal {
            throw fault(refusal.field, refusal.problem)
        } catch let error as PlatformError {
            throw fault(error.fields.first?.path ?? "(line)", error.fields.first?.problem ?? error.message)
        }
    }

    private func person(_ json: JSON?, _ channel: ChosenChannel) throws -> Person {
        switch try RecipientReference(json, path: "contact", idName: "id") {
        case .contact(let id): return .contact(id)
        case .identity(let kind, let address):
            guard let identity = plugins.channels[channel.plugin]?.normalise(kind, address.revealed) else {
                throw PlatformError.invalid(
                    "contact.\(kind.rawValue)", PhoneNumber.problem(kind.rawValue, address.revealed))
            }
            return .identity(keys.indexed(identity, plugin: channel.plugin))
        }
    }

    /// The same for the same declaration, so that a line or a file that comes again records nothing again; another for one that brings
    /// other evidence.
    /// - Parameter evidence: as the line and the defaults have it: what a source makes of it also says when.
    private func id(_ person: Person, _ draft: ConsentEventDraft, _ evidence: JSON?) -> ConsentEventID {
        let said = [
            importing.source, importing.channel.description, person.key, draft.purpose, draft.kind.rawValue,
            draft.occurredAt.rfc3339, draft.expiresAt?.rfc3339 ?? "-",
            String(decoding: (evidence ?? .null).inOneOrder.encoded(), as: UTF8.self),
        ]
        var bytes = keys.index.index("consent-import", JSON.array(said.map { .string($0) }).encoded())
        // RFC 9562: version 8, made in a way of our own.
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        return ConsentEventID(rawValue: bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) })
    }

    // MARK: - Many at once

    /// Counts what the gate will not take for a proven consent: what brings nothing that proves it, and what comes after the person's own no.
    private func weigh(
        _ fresh: [ConsentLedger.NewEvent], _ counts: inout ConsentImport.Counts, _ tx: PostgresTransaction
    ) async throws {
        let agreements = fresh.filter { $0.draft.kind.agrees }
        guard !agreements.isEmpty else { return }
        let known = try await ConsentLedger.facts(
            keys.tenant, Array(Set(agreements.map(\.contact))), importing.channel, tx)
        let now = Date()
        for event in agreements {
            let fact = ConsentFact(declared: event.draft, at: now)
            let facts = [event.draft.purpose, ReservedPurpose.every].flatMap {
                known[.init(contact: event.contact, purpose: $0)] ?? []
            }
            let isAfterNo = ConsentState.isAfterOwnNo(fact, among: facts)
            if isAfterNo { counts.afterWithdrawal += 1 }
            if isAfterNo || fact.grounds.proof == .asserted { counts.unproven += 1 }
        }
    }

    private enum Found {
        case known(ContactID)
        case unknown
        /// Nobody yet, and a trial makes nobody.
        case toBe
    }

    /// Finds everybody, and makes who is not there yet.
    private func contacts(
        of people: [Person], plugin: String, _ tx: PostgresTransaction
    ) async throws -> [Person: Found] {
        var (named, addressed) = ([ContactID](), [IndexedIdentity]())
        for person in Set(people) {
            switch person {
            case .contact(let id): named.append(id)
            case .identity(let identity): addressed.append(identity)
            }
        }
        let rows = try await tx.pipeline([
            PostgresQuery(
                "consent-imports.shown",
                """
                SELECT named.contact_id, c.contact_id AS today
                FROM contacts named
                JOIN contacts c ON c.tenant_id = named.tenant_id AND c.contact_id = coalesce(named.merged_into, named.contact_id)
                WHERE named.tenant_id = $1 AND named.contact_id = ANY ($2) AND NOT c.hidden
                """, [keys.tenant, named]),
            IngestStore.identities(keys.tenant, addressed.map(\.index.bytes)),
        ])
        var found: [Person: Found] = [:]
        for id in named { found[.contact(id)] = .unknown }
        for row in rows[0] {
            found[.contact(try row.decode("contact_id"))] = .known(try row.decode("today"))
        }
        let stored = try PeopleFound(rows[1], keys)
        var (contacts, identities) = ([NewContact](), [NewIdentity]())
        for identity in addressed {
            if let known = ContactResolution([identity], found: stored.identities).contact {
                found[.identity(identity)] = .known(known)
            } else if importing.isTrial {
                found[.identity(identity)] = .toBe
            } else {
                let (contact, sealed) = try OpenContact.new(keys)
                let id = IdentityID.generate()
                contacts.append(
                    NewContact(id: contact.id, keyID: contact.key.id, keySealed: sealed, nameSealed: nil))
                identities.append(
                    NewIdentity(
                        id: id, contact: contact.id, plugin: plugin, kind: identity.identity.kind.rawValue,
                        index: identity.index.bytes,
                        sealed: try contact.seal(address: identity.identity.address.revealed, of: id), seenAt: Date()))
                found[.identity(identity)] = .known(contact.id)
            }
        }
        if !contacts.isEmpty {
            _ = try await tx.pipeline([
                IngestStore.addContacts(keys.tenant, contacts), IngestStore.addIdentities(keys.tenant, identities),
            ])
        }
        return found
    }

    private func known(_ ids: [ConsentEventID], _ tx: PostgresTransaction) async throws -> Set<ConsentEventID> {
        let rows = try await tx.query(
            PostgresQuery(
                "consent-imports.known",
                "SELECT consent_event_id FROM consent_events WHERE tenant_id = $1 AND consent_event_id = ANY ($2)",
                [keys.tenant, ids]))
        return Set(try rows.map { try $0.decode("consent_event_id", as: ConsentEventID.self) })
    }
}

extension JSON {
    /// What it says, however it was written: members by name, without those that say nothing.
    fileprivate var inOneOrder: JSON {
        if let array { return .array(array.map(\.inOneOrder)) }
        guard let object else { return self }
        let members = object.members.filter { !$0.value.isNull }.sorted { $0.name < $1.name }
        return .object(JSONObject(members.map { ($0.name, $0.value.inOneOrder) }))
    }
}

extension JSONObject {
    /// These members, and those of `defaults` that are not among them; objects within are joined in the same way.
    fileprivate func over(_ defaults: JSONObject) -> JSONObject {
        var joined = defaults
        for (name, value) in members where !value.isNull {
            if let inner = value.object, let below = defaults[name]?.object {
                joined[name] = .object(inner.over(below))
            } else {
                joined[name] = value
            }
        }
        return joined
    }
}
