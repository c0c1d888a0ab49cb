import PluginKit

import struct Foundation.Date
import struct Foundation.UUID

/// All that is known of a person's consents, with what shows that they were given (GDPR Art. 7(1)), as it stood at one moment.
///
/// A record for machines (`jsonLD`) and a document for people (`ConsentProofDocument`) are made from the same one.
struct ConsentDossier: Sendable {
    /// Who is part of it, as far as they told.
    struct Party: Sendable {
        var name: String
        var register: String?
        var address: String?
        var representative: String?
        var officer: String?
        var contact: String?
        /// ISO 3166-1 alpha-2.
        var country: String?
    }

    /// One fact, with its place in the chain.
    struct Event: Sendable {
        var id: ConsentEventID
        var kind: ConsentEventKind
        /// `all` for a withdrawal of everything.
        var purpose: String
        var source: String
        var setup: UUID?
        var occurredAt: Date
        var recordedAt: Date
        var expiresAt: Date?
        var grounds: ConsentGrounds?
        /// Nil when it was destroyed after its time.
        var evidence: JSON?
        var evidenceUntil: Date
        var sequence: Int
        var hash: [UInt8]
        var previousHash: [UInt8]
        var evidenceHash: [UInt8]
    }

    /// One purpose on one channel.
    struct Consent: Sendable {
        var channel: ChannelID
        var channelAddress: String?
        var plugin: String
        var purpose: String
        var isSpecialCategory: Bool
        /// The version to which the person agreed; nil when nothing says which. A later one would claim what nobody was shown.
        var definition: KeptPurpose?
        var standing: ConsentStanding
        /// In the order in which they happened.
        var events: [Event]

        /// The one by which the consent stands or stood.
        var agreeing: Event? { events.last { $0.kind == .granted || $0.kind == .confirmed } }
    }

    struct Person: Sendable {
        var id: ContactID
        var name: Personal<String>?
        /// Kind and address.
        var addresses: [(kind: String, address: Personal<String>)]
    }

    var tenant: TenantID
    var person: Person
    var controller: Party
    var provider: Party?
    var region: AgreementRegion
    var profile: KeptProfile?
    var consents: [Consent]
    /// Whom each channel plugin hands data to.
    var recipients: [String: [AgreementRecipient]]
    /// How far the tenant's chain had come.
    var chain: ConsentHead
    var at: Date
}

extension ConsentDossier.Consent {
    /// The privacy notice that the person was shown; nil when the evidence does not say.
    var notice: (url: String, version: String?, sha256: String?)? {
        let evidence = agreeing?.evidence
        if let notice = evidence?["notice"], let url = notice["url"]?.string {
            return (url, notice["version"]?.string, notice["sha256"]?.string)
        }
        return (evidence?["privacy_notice_url"]?.string).map { ($0, nil, nil) }
    }

    /// In which language the person agreed.
    var language: String? { agreeing?.evidence?["language"]?.string }

    /// The words to which the person agreed.
    var textShown: String? { agreeing?.evidence?["text"]?.string }

    func title(in language: String) -> String {
        guard let texts = definition?.definition.texts, let best = LanguageChoice.best([language], of: texts.keys)
        else {
            return purpose
        }
        return texts[best]?.title ?? purpose
    }
}
