extension WithdrawalWord {
    /// Each language's words as a person writes them, in all official languages of the Union; under "" those that are used everywhere or
    /// in several languages, some of which differ in an accent alone. Only words that mean nothing else in any of the languages when they
    /// stand by themselves: "stad" ends something in Irish, and is a town in Dutch.
    static let spelt: [(language: String, words: [String])] = [
        (
            "",
            [
                "STOP", "STOPP", "STOP ALL", "STOPALL", "UNSUBSCRIBE", "OPT OUT", "OPTOUT", "СТОП", "LOPETA",
                "ODHLÁSIT", "PŘESTAŇTE", "ODJAVA", "ODJAVI ME", "ODJAVITE ME",
            ]
        ),
        (
            "de",
            [
                "ABMELDEN", "ABMELDUNG", "ABBESTELLEN", "AUSTRAGEN", "WIDERRUF", "WIDERRUFEN", "ICH WIDERRUFE",
                "KEINE NACHRICHTEN MEHR",
            ]
        ),
        ("en", ["WITHDRAW", "WITHDRAW CONSENT", "REMOVE ME", "NO MORE MESSAGES"]),
        ("fr", ["ARRÊT", "ARRÊTER", "DÉSABONNER", "ME DÉSABONNER", "DÉSINSCRIRE", "ME DÉSINSCRIRE", "DÉSINSCRIPTION"]),
        ("es", ["BAJA", "CANCELAR", "DARME DE BAJA", "DAR DE BAJA", "NO MÁS MENSAJES"]),
        ("it", ["BASTA", "CANCELLA", "CANCELLAMI", "DISISCRIVIMI", "ANNULLA ISCRIZIONE", "REVOCA"]),
        ("pl", ["REZYGNUJĘ", "WYPISZ", "WYPISZ MNIE", "WYCOFUJĘ ZGODĘ", "ODWOŁUJĘ ZGODĘ"]),
        ("nl", ["AFMELDEN", "UITSCHRIJVEN", "STOPPEN"]), ("pt", ["SAIR", "PARAR", "REMOVER"]),
        ("cs", ["ODHLÁSIT SE", "ODHLASTE MĚ", "ODVOLÁVÁM SOUHLAS"]), ("da", ["AFMELD"]),
        ("sv", ["AVSLUTA", "AVREGISTRERA"]), ("ro", ["DEZABONARE"]), ("hu", ["LEIRATKOZÁS"]),
        ("bg", ["СПРЕТЕ", "ОТПИСВАНЕ", "ОТПИШИ МЕ", "ОТПИШЕТЕ МЕ", "ОТТЕГЛЯМ СЪГЛАСИЕТО СИ"]),
        ("hr", ["PRESTANI", "PRESTANITE", "ODJAVLJUJEM SE", "POVLAČIM PRIVOLU", "NE PIŠITE MI VIŠE"]),
        ("et", ["LÕPETAGE", "LOOBUN", "VÕTAN NÕUSOLEKU TAGASI"]),
        ("fi", ["LOPETTAKAA", "POISTA MINUT LISTALTA", "EI ENÄÄ VIESTEJÄ", "PERUUTAN SUOSTUMUKSENI"]),
        (
            "el",
            [
                "ΣΤΟΠ", "ΣΤΑΜΑΤΑ", "ΣΤΑΜΑΤΗΣΤΕ", "ΔΙΑΚΟΠΗ", "ΔΙΑΓΡΑΦΗ", "ΑΠΕΓΓΡΑΦΗ", "ΚΑΤΑΡΓΗΣΗ ΕΓΓΡΑΦΗΣ",
                "ΟΧΙ ΑΛΛΑ ΜΗΝΥΜΑΤΑ", "ΑΝΑΚΑΛΩ ΤΗ ΣΥΓΚΑΤΑΘΕΣΗ ΜΟΥ",
            ]
        ),
        ("ga", ["STAD LE DO THOIL", "DÍLIOSTÁIL", "DÍLIOSTÁIL MÉ", "TARRAINGÍM SIAR MO THOILIÚ"]),
        ("lv", ["APTURĒT", "ATRAKSTĪTIES", "VAIRS NERAKSTIET", "ATSAUCU PIEKRIŠANU"]),
        (
            "lt",
            ["STABDYTI", "STABDYKITE", "ATSISAKYTI PRENUMERATOS", "NEBERAŠYKITE", "ATŠAUKIU SUTIKIMĄ"]
        ),
        ("mt", ["WAQQAF", "WAQQFU", "NEĦĦINI", "TIKTBULIX AKTAR", "NIRTIRA L-KUNSENS TIEGĦI"]),
        ("sk", ["ODHLÁSIŤ SA", "ODHLÁSTE MA", "ODHLÁS MA", "ODVOLÁVAM SÚHLAS"]),
        ("sl", ["NEHAJ", "NEHAJTE", "ODJAVLJAM SE", "NE PIŠITE MI VEČ", "PREKLICUJEM SOGLASJE"]),
    ]

    static let words: [String: String] = spelt.reduce(into: [:]) { words, entry in
        for word in entry.words {
            if let key = key(word) { words[key] = entry.language }
        }
    }

    /// What people say besides, and which changes nothing, as the words of their keys; the longest first.
    static let courtesies: [[Substring]] = Set(
        [
            "please", "pls", "plz", "thanks", "thank you", "thx", "bitte", "danke", "vielen dank", "s'il vous plaît",
            "s il vous plaît", "s'il te plaît", "s il te plaît", "svp", "stp", "merci", "por favor", "gracias",
            "obrigado", "obrigada", "per favore", "per piacere", "grazie", "proszę", "dziękuję", "alstublieft",
            "alsjeblieft", "dank u", "dank je", "bedankt", "prosím", "děkuji", "ďakujem", "venligst", "tak", "snälla",
            "tack", "vă rog", "te rog", "mulțumesc", "kérem", "köszönöm", "моля", "благодаря", "molim", "molim vas",
            "hvala", "palun", "aitäh", "kiitos", "ole hyvä", "παρακαλώ", "ευχαριστώ", "le do thoil",
            "go raibh maith agat", "lūdzu", "paldies", "prašau", "prašom", "ačiū", "jekk jogħġbok", "grazzi",
        ].compactMap(key)
    ).map { $0.split(separator: " ") }.sorted { $0.count > $1.count }
}
