import PluginKit

/// What a person is told who withdrew, once, in the chat.
enum WithdrawalText {
    private static let confirmations: [String: String] = [
        "de": "Sie haben Ihre Einwilligung widerrufen. Wir schreiben Ihnen hier nicht mehr.",
        "en": "You have withdrawn your consent. We will not write to you here any more.",
        "fr": "Vous avez retiré votre consentement. Nous ne vous écrirons plus ici.",
        "es": "Ha retirado su consentimiento. No le escribiremos más por aquí.",
        "it": "Ha revocato il Suo consenso. Non Le scriveremo più qui.",
        "pl": "Zgoda została wycofana. Nie będziemy już tutaj do Państwa pisać.",
        "nl": "U hebt uw toestemming ingetrokken. Wij schrijven u hier niet meer.",
        "pt": "Retirou o seu consentimento. Não lhe escreveremos mais por aqui.",
        "cs": "Odvolali jste svůj souhlas. Už vám sem nebudeme psát.",
        "da": "Du har trukket dit samtykke tilbage. Vi skriver ikke mere til dig her.",
        "sv": "Du har återkallat ditt samtycke. Vi skriver inte mer till dig här.",
        "ro": "V-ați retras consimțământul. Nu vă vom mai scrie aici.",
        "hu": "Visszavonta a hozzájárulását. Ide többé nem írunk Önnek.",
        "bg": "Вие оттеглихте съгласието си. Повече няма да Ви пишем тук.",
        "hr": "Povukli ste svoju privolu. Više Vam ovdje nećemo pisati.",
        "et": "Olete oma nõusoleku tagasi võtnud. Me ei kirjuta Teile siia enam.",
        "fi": "Olet peruuttanut suostumuksesi. Emme enää kirjoita sinulle tänne.",
        "el": "Ανακαλέσατε τη συγκατάθεσή σας. Δεν θα σας γράψουμε ξανά εδώ.",
        "ga": "Tá do thoiliú tarraingthe siar agat. Ní scríobhfaimid chugat anseo a thuilleadh.",
        "lv": "Jūsu piekrišana ir atsaukta. Mēs Jums šeit vairs nerakstīsim.",
        "lt": "Jūs atšaukėte savo sutikimą. Daugiau Jums čia neberašysime.",
        "mt": "Int irtirajt il-kunsens tiegħek. Mhux se niktbulek aktar hawn.",
        "sk": "Odvolali ste svoj súhlas. Už Vám sem nebudeme písať.",
        "sl": "Preklicali ste svoje soglasje. Tukaj Vam ne bomo več pisali.",
    ]

    /// The confirmation in the word's language; for a word without one in that of the number's country; English else.
    static func confirmation(_ word: WithdrawalWord, of identities: [IndexedIdentity]) -> MessageContent {
        let number = identities.first { $0.identity.kind == .phone }?.identity.address.revealed
        return .text(confirmation(in: word.language ?? number.flatMap { language(ofNumber: $0) } ?? "en"))
    }

    /// What is likely spoken where a number is from; nil for countries whose languages have no text here.
    static func language(ofNumber number: String) -> String? {
        CallingCode.languages(of: String(number.drop { $0 == "+" })).first { confirmations[$0] != nil }
    }

    /// One of those that there are texts in, for a language tag.
    static func language(_ tag: String) -> String? {
        let primary = tag.prefix { $0 != "-" }.lowercased()
        return confirmations[primary] == nil ? nil : primary
    }

    static func confirmation(in language: String) -> String { confirmations[language] ?? confirmations["en"] ?? "" }
}
