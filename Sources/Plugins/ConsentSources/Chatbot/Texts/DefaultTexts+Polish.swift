extension DefaultTexts {
    static let polish = DefaultTexts(
        greeting: "Dzień dobry, tu {controller}.",
        unclear: "Niestety nie mamy pewności, co Państwo mają na myśli. Prosimy o odpowiedź jednym z przycisków.",
        reminder: "Nadal czekamy na Państwa odpowiedź. Więcej przypomnień nie będzie.",
        stopped: "Dobrze. Nie będziemy tu więcej do Państwa pisać. Udzielone zgody zostały wycofane.",
        age: """
            Zanim zaczniemy: czy mają Państwo ukończone {age} lat?

            Informacja o ochronie danych: {notice}
            O nas: {imprint}
            """,
        yes: "Tak", no: "Nie",
        tooYoung: """
            Dziękujemy za szczerą odpowiedź. Osoby, które nie ukończyły {age} lat, nie mogą tu samodzielnie wyrazić zgody. Prosimy o \
            kontakt w inny sposób, wspólnie z rodzicem.
            """,
        deleted: "Przesłana wiadomość została usunięta.",
        first: """
            Zanim zaczniemy tu ze sobą pisać, prosimy o zgodę:

            *{purpose.title}*
            {purpose.text}

            Administrator danych: {controller}
            Informacja o ochronie danych: {notice}
            O nas: {imprint}

            Czy wyrażają Państwo zgodę? Jest ona dobrowolna.
            """,
        further: """
            Jeszcze jedno pytanie, niezależne od pierwszego:

            *{purpose.title}*
            {purpose.text}

            Administrator danych: {controller}
            Informacja o ochronie danych: {notice}

            Czy na to również wyrażają Państwo zgodę? Jest ona dobrowolna.
            """,
        special: """
            Chodzi tu o dane szczególnie chronione, na przykład dotyczące zdrowia. Potrzebujemy na to wyraźnej zgody:

            *{purpose.title}*
            {purpose.text}

            Administrator danych: {controller}
            Informacja o ochronie danych: {notice}

            Czy wyraźnie się Państwo na to zgadzają? Zgoda jest dobrowolna.
            """,
        footer: "Zgodę można wycofać w każdej chwili: słowo {stop}.",
        agree: "Zgadzam się", agreeExplicitly: "Wyrażam zgodę", decline: "Nie teraz",
        handedOver: "Dziękujemy. Wiadomość do nas dotarła; odpowiemy tutaj.",
        refused:
            "Dobrze. Nie będziemy pisać, a Państwa wiadomość została usunięta. W razie zmiany zdania prosimy napisać START."
    )
}
