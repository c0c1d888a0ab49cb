extension Words {
    static let german = Words(
        yes: [
            "ja", "jawohl", "ok", "okay", "in ordnung", "einverstanden", "ja einverstanden", "ja ok", "ja okay",
            "ok ja",
        ],
        consent: [
            "ich stimme zu", "ja ich stimme zu", "stimme zu", "zustimmen", "ich stimme ausdrucklich zu",
            "ich willige ein",
            "ja ich willige ein", "ich willige ausdrucklich ein", "ich bin einverstanden", "ja ich bin einverstanden",
        ],
        no: [
            "nein", "nee", "jetzt nicht", "nicht jetzt", "nein jetzt nicht", "nicht einverstanden",
            "ich stimme nicht zu",
            "nein ich stimme nicht zu", "stimme nicht zu", "ich willige nicht ein", "nein ich willige nicht ein",
            "ich bin nicht einverstanden", "lieber nicht", "auf keinen fall", "kein interesse", "ablehnen",
            "ich lehne ab",
            "niemals", "nie", "ich mochte nicht", "ich will nicht",
        ],
        stop: [
            "stop", "stopp", "abmelden", "abbestellen", "widerruf", "widerrufen", "ich widerrufe",
            "ich widerrufe meine einwilligung", "einwilligung widerrufen", "keine nachrichten",
            "keine nachrichten mehr",
            "nicht mehr schreiben", "schreiben sie mir nicht mehr", "lassen sie mich in ruhe", "lass mich in ruhe",
        ],
        start: ["start", "starten", "beginnen", "neu beginnen"],
        please: ["bitte", "gern", "gerne", "sehr gern", "sehr gerne"],
        thanks: ["danke", "vielen dank", "danke schon", "danke sehr"],
        language: ["deutsch", "auf deutsch", "german"],
        common: [
            "und", "ich", "nicht", "ist", "das", "der", "die", "ein", "eine", "bitte", "habe", "guten", "tag", "mit",
            "fur",
            "termin", "wie", "kann", "mochte", "danke", "sie", "wir", "morgen", "frage", "sind", "mein", "meine",
            "haben", "auf",
            "wann", "brauche", "noch", "einen", "zum", "zur", "ihre", "ihnen",
        ],
        typical: ["hallo", "moin", "guten", "servus", "grussgott", "brauche", "mochte"])

    static let english = Words(
        yes: ["yes", "yep", "yeah", "ok", "okay", "yes ok", "yes okay", "ok yes"],
        consent: [
            "i agree", "yes i agree", "agree", "agreed", "yes agreed", "i consent", "yes i consent",
            "i give my consent",
            "i accept", "yes i accept", "accept",
        ],
        no: [
            "no", "nope", "not now", "no not now", "i do not agree", "i dont agree", "no i do not agree",
            "no i dont agree",
            "i disagree", "disagree", "i do not consent", "i dont consent", "i do not accept", "i dont accept",
            "decline",
            "i decline", "no way", "never", "not interested", "im not interested", "i dont want to", "i do not want to",
        ],
        stop: [
            "stop", "unsubscribe", "opt out", "stop it", "stop messaging me", "stop writing to me", "do not contact me",
            "dont contact me", "leave me alone", "withdraw", "i withdraw", "i withdraw my consent",
            "withdraw my consent",
            "no more messages",
        ],
        start: ["start", "begin", "start again"],
        please: ["please"],
        thanks: ["thanks", "thank you", "many thanks"],
        language: ["english", "in english", "englisch", "auf englisch", "anglais", "en anglais", "ingles", "inglese"],
        common: [
            "the", "and", "is", "you", "to", "of", "have", "i", "my", "please", "can", "would", "like", "what", "with",
            "for",
            "thanks", "appointment", "question", "do", "how", "need", "am", "are", "good", "morning", "about", "your",
            "when",
            "a", "could", "speak",
        ],
        typical: ["hello", "hi", "hey", "would", "appointment"])

    static let french = Words(
        yes: ["oui", "ok", "okay", "daccord", "d accord", "oui daccord", "oui d accord", "oui ok"],
        consent: [
            "jaccepte", "j accepte", "oui jaccepte", "oui j accepte", "je consens", "oui je consens", "je suis daccord",
            "je suis d accord", "oui je suis daccord", "oui je suis d accord", "je donne mon accord", "accepter",
            "je donne mon consentement", "oui je donne mon accord",
        ],
        no: [
            "non", "pas maintenant", "non pas maintenant", "je refuse", "non je refuse", "refuser", "pas daccord",
            "pas d accord", "je ne suis pas daccord", "je ne suis pas d accord", "je naccepte pas", "je n accepte pas",
            "je ne consens pas", "jamais", "pas interesse", "pas interessee", "je ne veux pas",
        ],
        stop: [
            "stop", "arret", "arreter", "arretez", "desabonner", "me desabonner", "desabonnement", "desinscription",
            "je retire mon consentement", "je retire mon accord", "ne mecrivez plus", "ne m ecrivez plus",
            "plus de messages",
            "laissez moi tranquille",
        ],
        start: ["start", "commencer", "recommencer"],
        please: ["sil vous plait", "s il vous plait", "svp", "stp", "volontiers"],
        thanks: ["merci", "merci beaucoup"],
        language: ["francais", "en francais", "french", "franzosisch"],
        common: [
            "je", "et", "est", "le", "la", "les", "un", "une", "vous", "pour", "avec", "merci", "rendez", "que", "pas",
            "mon", "ma",
            "avoir", "suis", "voudrais", "ai", "des", "question", "puis", "comment", "quand", "jai", "du", "de",
            "parler", "votre",
        ],
        typical: ["bonjour", "bonsoir", "salut", "voudrais", "rendez"],
        falseFriends: ["si"])

    static let spanish = Words(
        yes: ["si", "vale", "ok", "okay", "de acuerdo", "si vale", "si ok", "si de acuerdo"],
        consent: [
            "acepto", "si acepto", "lo acepto", "si lo acepto", "aceptar", "estoy de acuerdo", "si estoy de acuerdo",
            "consiento",
            "si consiento", "doy mi consentimiento", "si doy mi consentimiento",
        ],
        no: [
            "no", "ahora no", "no ahora no", "no acepto", "no lo acepto", "no estoy de acuerdo", "no consiento",
            "no quiero",
            "no me interesa", "nunca", "jamas", "rechazo", "rechazar", "no doy mi consentimiento",
        ],
        stop: [
            "stop", "baja", "parar", "pare", "darme de baja", "dar de baja", "retiro mi consentimiento",
            "no me escriba mas", "no me escriban mas", "no me escribas mas", "dejeme en paz", "no mas mensajes",
        ],
        start: ["start", "empezar", "comenzar"],
        please: ["por favor"],
        thanks: ["gracias", "muchas gracias"],
        language: ["espanol", "en espanol", "castellano", "spanish", "spanisch"],
        common: [
            "yo", "y", "es", "el", "la", "los", "una", "un", "para", "con", "gracias", "que", "cita", "mi", "quiero",
            "dias", "tardes",
            "por", "tengo", "pregunta", "como", "cuando", "puedo", "necesito", "me", "favor", "hablar", "quisiera",
            "de", "su",
        ],
        typical: ["hola", "buenos", "buenas", "quisiera", "necesito", "quiero"])

    static let italian = Words(
        yes: [
            "si", "ok", "okay", "va bene", "daccordo", "d accordo", "si va bene", "si daccordo", "si d accordo",
            "si ok",
        ],
        consent: [
            "acconsento", "si acconsento", "accetto", "si accetto", "accettare", "sono daccordo", "sono d accordo",
            "si sono daccordo", "si sono d accordo", "do il consenso", "do il mio consenso", "si do il consenso",
        ],
        no: [
            "no", "non ora", "non adesso", "no non ora", "non accetto", "no non accetto", "non acconsento",
            "no non acconsento", "non sono daccordo", "non sono d accordo", "rifiuto", "rifiutare", "mai",
            "non mi interessa", "non voglio",
        ],
        stop: [
            "stop", "basta", "disiscrivimi", "disiscrizione", "cancellatemi", "cancellami", "revoco",
            "revoco il consenso",
            "revoco il mio consenso", "non scrivetemi piu", "non mi scriva piu", "non mi scrivete piu",
            "lasciatemi in pace",
            "niente piu messaggi",
        ],
        start: ["start", "iniziare", "ricominciare"],
        please: ["per favore", "per piacere", "volentieri"],
        thanks: ["grazie", "grazie mille", "molte grazie"],
        language: ["italiano", "in italiano", "italian", "italienisch"],
        common: [
            "io", "e", "il", "la", "un", "una", "per", "con", "grazie", "che", "appuntamento", "mio", "ho", "sono",
            "domanda", "come",
            "quando", "posso", "di", "mi", "favore", "parlare", "vorrei", "del", "della", "ciao", "suo",
        ],
        typical: ["buongiorno", "buonasera", "salve", "vorrei", "appuntamento"],
        falseFriends: ["vale"])

    static let polish = Words(
        yes: ["tak", "ok", "okay", "zgoda", "tak zgoda", "dobrze", "tak dobrze", "tak ok"],
        consent: [
            "zgadzam sie", "tak zgadzam sie", "wyrazam zgode", "tak wyrazam zgode", "daje zgode", "akceptuje",
            "tak akceptuje",
        ],
        no: [
            "nie", "nie teraz", "teraz nie", "nie nie teraz", "nie zgadzam sie", "nie nie zgadzam sie",
            "nie wyrazam zgody",
            "odmawiam", "nigdy", "nie chce", "nie akceptuje", "nie jestem zainteresowany", "nie jestem zainteresowana",
        ],
        stop: [
            "stop", "wypisz", "wypisz mnie", "wypisuje sie", "rezygnuje", "cofam zgode", "wycofuje zgode",
            "prosze nie pisac",
            "prosze do mnie nie pisac", "nie pisz do mnie", "koniec", "dosc", "zadnych wiadomosci",
        ],
        start: ["start", "zacznij", "zaczynamy"],
        please: ["prosze", "prosze bardzo", "chetnie"],
        thanks: ["dziekuje", "dzieki", "dziekuje bardzo"],
        language: ["polski", "po polsku", "polish", "polnisch"],
        common: [
            "i", "jest", "nie", "sie", "na", "do", "prosze", "dziekuje", "mam", "pytanie", "wizyta", "wizyte", "jak",
            "kiedy", "czy", "z",
            "w", "moge", "umowic", "dobry", "chce", "po", "mowic", "panstwa",
        ],
        typical: ["czesc", "dzien", "witam", "chcialbym", "chcialabym", "wizyte", "pytanie"],
        // "Ja" is "I", and "no" a careless yes.
        falseFriends: ["ja", "no"])
}
