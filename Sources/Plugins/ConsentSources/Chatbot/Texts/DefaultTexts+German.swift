extension DefaultTexts {
    static let german = DefaultTexts(
        greeting: "Guten Tag, hier ist {controller}.",
        unclear: "Das haben wir leider nicht eindeutig verstanden. Bitte antworten Sie mit einem der Knöpfe.",
        reminder: "Ihre Antwort auf unsere Frage steht noch aus. Wir fragen nur dieses eine Mal nach.",
        stopped: "In Ordnung. Wir schreiben Ihnen hier nicht mehr. Erteilte Einwilligungen gelten als widerrufen.",
        age: """
            Bevor es losgeht: Sind Sie mindestens {age} Jahre alt?

            Datenschutzhinweise: {notice}
            Impressum: {imprint}
            """,
        yes: "Ja", no: "Nein",
        tooYoung: """
            Danke für Ihre ehrliche Antwort. Wer jünger als {age} Jahre ist, kann hier leider nicht selbst zustimmen. Bitte wenden \
            Sie sich gemeinsam mit Ihren Eltern auf einem anderen Weg an uns.
            """,
        deleted: "Ihre Nachricht wurde gelöscht.",
        first: """
            Bevor wir hier miteinander schreiben, bitten wir um Ihre Einwilligung:

            *{purpose.title}*
            {purpose.text}

            Verantwortlich: {controller}
            Datenschutzhinweise: {notice}
            Impressum: {imprint}

            Stimmen Sie zu? Ihre Entscheidung ist freiwillig.
            """,
        further: """
            Eine weitere Frage, unabhängig von der ersten:

            *{purpose.title}*
            {purpose.text}

            Verantwortlich: {controller}
            Datenschutzhinweise: {notice}

            Stimmen Sie auch dem zu? Es ist freiwillig.
            """,
        special: """
            Hier geht es um besonders geschützte Daten, zum Beispiel zu Ihrer Gesundheit. Dafür brauchen wir Ihre ausdrückliche \
            Einwilligung:

            *{purpose.title}*
            {purpose.text}

            Verantwortlich: {controller}
            Datenschutzhinweise: {notice}

            Willigen Sie ausdrücklich ein? Es ist freiwillig.
            """,
        footer: "Widerruf jederzeit: einfach {stop} schreiben.",
        agree: "Ich stimme zu", agreeExplicitly: "Ich willige ein", decline: "Jetzt nicht",
        handedOver: "Vielen Dank. Ihre Nachricht ist jetzt bei uns angekommen; wir melden uns hier bei Ihnen.",
        refused:
            "In Ordnung. Wir schreiben Ihnen nicht und haben Ihre Nachricht gelöscht. Falls Sie es sich anders überlegen, schreiben "
            + "Sie uns START.")
}
