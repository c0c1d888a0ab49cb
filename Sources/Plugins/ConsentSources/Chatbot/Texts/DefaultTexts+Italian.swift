extension DefaultTexts {
    static let italian = DefaultTexts(
        greeting: "Buongiorno, Le scrive {controller}.",
        unclear: "Non siamo sicuri di aver capito bene. La preghiamo di rispondere con uno dei pulsanti.",
        reminder: "Siamo ancora in attesa della Sua risposta. Non invieremo altri promemoria.",
        stopped: "Va bene. Non Le scriveremo più qui. I consensi che ha eventualmente dato sono revocati.",
        age: """
            Prima di iniziare: ha compiuto {age} anni?

            Informativa sulla privacy: {notice}
            Note legali: {imprint}
            """,
        yes: "Sì", no: "No",
        tooYoung: """
            Grazie per la Sua sincerità. Chi ha meno di {age} anni non può dare qui il consenso da solo. La preghiamo di contattarci in \
            un altro modo, insieme a un genitore.
            """,
        deleted: "Il Suo messaggio è stato cancellato.",
        first: """
            Prima di scriverci qui, Le chiediamo il Suo consenso:

            *{purpose.title}*
            {purpose.text}

            Titolare del trattamento: {controller}
            Informativa sulla privacy: {notice}
            Note legali: {imprint}

            È d’accordo? La scelta è libera.
            """,
        further: """
            Un’altra domanda, indipendente dalla prima:

            *{purpose.title}*
            {purpose.text}

            Titolare del trattamento: {controller}
            Informativa sulla privacy: {notice}

            È d’accordo anche su questo? La scelta è libera.
            """,
        special: """
            Qui si tratta di dati particolarmente protetti, per esempio sulla Sua salute. Per questo abbiamo bisogno del Suo consenso \
            esplicito:

            *{purpose.title}*
            {purpose.text}

            Titolare del trattamento: {controller}
            Informativa sulla privacy: {notice}

            Dà espressamente il Suo consenso? La scelta è libera.
            """,
        footer: "Revoca possibile in ogni momento: scriva {stop}.",
        agree: "Accetto", agreeExplicitly: "Do il mio consenso", decline: "Non ora",
        handedOver: "Grazie. Il Suo messaggio ci è arrivato; Le risponderemo qui.",
        refused: "Va bene. Non Le scriveremo e il Suo messaggio è stato cancellato. Se cambia idea, ci scriva START.")
}
