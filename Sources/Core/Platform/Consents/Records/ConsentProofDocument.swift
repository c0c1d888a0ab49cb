import Documents
import PluginKit

import struct Foundation.Date

/// The dossier for people: what a court, an authority or the person asks to see (GDPR Art. 7(1)). Becomes a PDF.
struct ConsentProofDocument {
    let dossier: ConsentDossier
    let language: DocumentLanguage
    /// Of the sealed record for machines that was made from the same dossier.
    let recordSHA256: [UInt8]

    private func callAsFunction(_ german: String, _ english: String) -> String {
        BilingualText(german: german, english: english)[language]
    }

    func make() -> Document {
        var blocks = people
        for (number, consent) in dossier.consents.enumerated() { blocks += part(consent, number + 3) }
        if dossier.consents.isEmpty {
            blocks.append(
                .paragraph(
                    RichText(
                        self(
                            "Von dieser Person ist keine Einwilligung aufgezeichnet.",
                            "No consent of this person is recorded."))))
        }
        blocks += checking
        return Document(
            title: self("Nachweis der Einwilligungen", "Proof of consents"),
            subtitle: self("Art. 7 Abs. 1 DSGVO", "Art. 7(1) GDPR"), language: language,
            reference: dossier.person.id.description, author: dossier.controller.name, created: dossier.at,
            blocks: blocks)
    }

    // MARK: - Who

    private var people: [Block] {
        var person = [Definition(self("Kennung", "Id"), RichText([.code(dossier.person.id.description)]))]
        if let name = dossier.person.name { person.append(Definition("Name", name.revealed)) }
        person += dossier.person.addresses.map { Definition($0.kind, RichText([.code($0.address.revealed)])) }
        person.append(Definition(self("Stand", "As of"), time(dossier.at)))
        return [
            .heading(level: 1, number: "1", text: self("Beteiligte", "Parties")),
            .definitions(party(dossier.controller, self("Verantwortlicher", "Controller"))),
            .definitions(dossier.provider.map { party($0, self("Auftragsverarbeiter", "Processor")) } ?? []),
            .definitions([
                Definition(
                    self("Speicherort", "Stored in"),
                    "\(dossier.region.place), \(dossier.region.country) (\(dossier.region.operator))")
            ]),
            .heading(level: 1, number: "2", text: self("Person", "Person")), .definitions(person),
        ]
    }

    private func party(_ party: ConsentDossier.Party, _ role: String) -> [Definition] {
        let more: [(String, String?)] = [
            (self("Register", "Register"), party.register), (self("Anschrift", "Address"), party.address),
            (self("Datenschutzbeauftragter", "Data protection officer"), party.officer),
        ]
        return [Definition(role, party.name)] + more.compactMap { label, text in text.map { Definition(label, $0) } }
    }

    // MARK: - A consent

    private func part(_ consent: ConsentDossier.Consent, _ number: Int) -> [Block] {
        let title = consent.title(in: language.rawValue)
        var facts = [
            Definition(
                self("Zweck", "Purpose"),
                consent.definition.map { "\(title) (\($0.name)@\($0.version))" } ?? consent.purpose),
            Definition(self("Kanal", "Channel"), consent.channelAddress ?? consent.channel.description),
            Definition(self("Stand", "State"), RichText([.strong(word(consent.standing.state))])),
            Definition(
                self("Rechtsgrundlage", "Legal basis"),
                consent.definition?.definition.legalBasis
                    ?? (consent.isSpecialCategory ? "Art. 9(2)(a) GDPR" : "Art. 6(1)(a) GDPR")),
        ]
        if let since = consent.standing.since { facts.append(Definition(self("Seit", "Since"), time(since))) }
        if let end = consent.standing.expiresAt { facts.append(Definition(self("Bis", "Until"), time(end))) }
        let notice = consent.notice.map { notice in
            [notice.url, notice.version, notice.sha256.map { "SHA-256 \($0)" }].compactMap(\.self).joined(
                separator: "\n")
        }
        facts.append(
            Definition(
                self("Datenschutzhinweis", "Privacy notice"),
                notice ?? self("Nicht aufgezeichnet", "Not recorded")))
        let columns = [
            Table.Column(self("Nr.", "No."), share: 0.6), Table.Column(self("Wann", "When"), share: 1.6),
            Table.Column(self("Was", "What"), share: 1.4), Table.Column(self("Wie", "How"), share: 1.8),
            Table.Column(self("Aufgezeichnet", "Recorded"), share: 1.6),
        ]
        let rows = consent.events.map { event in
            [
                RichText(String(event.sequence)), RichText(time(event.occurredAt)), RichText(word(event.kind)),
                RichText([event.method, event.source].compactMap(\.self).joined(separator: ", ")),
                RichText(time(event.recordedAt)),
            ]
        }
        return [
            .heading(level: 1, number: String(number), text: title), .definitions(facts),
            .table(Table(columns: columns, rows: rows)),
        ]
            + consent.events.flatMap(evidence)
    }

    /// What the person saw and did, as it was written down then.
    private func evidence(_ event: ConsentDossier.Event) -> [Block] {
        var lines = [
            Definition(self("Ereignis", "Event"), RichText([.code(event.id.description)])),
            Definition(self("Prüfsumme", "Hash"), RichText([.code(event.hash.hexadecimal)])),
        ]
        if let evidence = event.evidence {
            lines += Self.flat(evidence).map { Definition($0.name, $0.value) }
        } else {
            lines.append(
                Definition(
                    self("Belege", "Evidence"),
                    self(
                        "nach Ablauf der Frist vernichtet; die Prüfsumme bleibt",
                        "destroyed after its time; the hash stays")))
        }
        return [
            .heading(level: 2, number: nil, text: "\(event.sequence): \(word(event.kind)), \(time(event.occurredAt))"),
            .definitions(lines),
        ]
    }

    /// Members under their names, those within others with both.
    static func flat(_ json: JSON, _ path: String = "") -> [(name: String, value: String)] {
        switch json {
        case .object(let object):
            object.members.flatMap { flat($0.value, path.isEmpty ? $0.name : "\(path).\($0.name)") }
        case .array(let elements): elements.enumerated().flatMap { flat($0.element, "\(path)[\($0.offset)]") }
        case .null: []
        case .string(let text): [(path, text)]
        case .number(let text): [(path, text)]
        case .bool(let bool): [(path, bool ? "true" : "false")]
        }
    }

    // MARK: - Checking it

    private var checking: [Block] {
        [
            .heading(level: 1, number: nil, text: self("Prüfung", "Checking")),
            .paragraph(
                RichText(
                    self(
                        "Jedes Ereignis trägt die Prüfsumme des vorigen; keines kann geändert oder entfernt werden, ohne dass es auffällt. Die Kette und ihr Ende werden täglich gesiegelt. Derselbe Stand liegt als gesiegelte JSON-LD-Datei vor (ISO/IEC TS 27560); openssl cms -verify prüft das Siegel.",
                        "Each event carries the hash of the one before; none can be changed or removed without showing. The chain's head is sealed daily. The same state exists as a sealed JSON-LD file (ISO/IEC TS 27560); openssl cms -verify checks the seal."
                    ))),
            .definitions([
                Definition(self("Länge der Kette", "Length of the chain"), String(dossier.chain.length)),
                Definition(
                    self("Ende der Kette", "Head of the chain"), RichText([.code(dossier.chain.hash.hexadecimal)])),
                Definition(
                    self("SHA-256 der Datei", "SHA-256 of the file"), RichText([.code(recordSHA256.hexadecimal)])),
            ]),
        ]
    }

    // MARK: - Words

    private func time(_ date: Date) -> String { date.rfc3339 }

    private func word(_ state: ConsentState) -> String {
        switch state {
        case .none: self("keine", "none")
        case .requested: self("erbeten", "requested")
        case .granted: self("erteilt", "granted")
        case .confirmed: self("bestätigt", "confirmed")
        case .refused: self("abgelehnt", "refused")
        case .withdrawn: self("widerrufen", "withdrawn")
        case .expired: self("abgelaufen", "expired")
        case .superseded: self("abgelöst", "superseded")
        }
    }

    private func word(_ kind: ConsentEventKind) -> String {
        switch kind {
        case .requested: self("erbeten", "requested")
        case .granted: self("erteilt", "granted")
        case .confirmed: self("bestätigt", "confirmed")
        case .refused: self("abgelehnt", "refused")
        case .withdrawn: self("widerrufen", "withdrawn")
        case .expired: self("abgelaufen", "expired")
        case .superseded: self("abgelöst", "superseded")
        }
    }
}
