extension DefaultTexts {
    static let french = DefaultTexts(
        greeting: "Bonjour, vous êtes en contact avec {controller}.",
        unclear: "Nous ne sommes pas certains d’avoir bien compris. Merci de répondre à l’aide de l’un des boutons.",
        reminder: "Nous attendons encore votre réponse. Nous ne vous relancerons pas une seconde fois.",
        stopped: "C’est noté. Nous ne vous écrirons plus ici. Les consentements que vous aviez donnés sont retirés.",
        age: """
            Avant de commencer : avez-vous {age} ans ou plus ?

            Protection des données : {notice}
            Mentions légales : {imprint}
            """,
        yes: "Oui", no: "Non",
        tooYoung: """
            Merci pour votre franchise. Avant {age} ans, il n’est pas possible de donner soi-même son accord ici. Merci de nous \
            contacter autrement, avec l’un de vos parents.
            """,
        deleted: "Votre message a été supprimé.",
        first: """
            Avant d’échanger ici avec vous, nous vous demandons votre consentement :

            *{purpose.title}*
            {purpose.text}

            Responsable du traitement : {controller}
            Protection des données : {notice}
            Mentions légales : {imprint}

            Êtes-vous d’accord ? Vous êtes libre de votre choix.
            """,
        further: """
            Une autre question, indépendante de la première :

            *{purpose.title}*
            {purpose.text}

            Responsable du traitement : {controller}
            Protection des données : {notice}

            Êtes-vous également d’accord ? Vous êtes libre de votre choix.
            """,
        special: """
            Il s’agit ici de données particulièrement protégées, par exemple relatives à votre santé. Il nous faut pour cela votre \
            consentement explicite :

            *{purpose.title}*
            {purpose.text}

            Responsable du traitement : {controller}
            Protection des données : {notice}

            Donnez-vous expressément votre consentement ? Vous êtes libre de votre choix.
            """,
        footer: "Retrait possible à tout moment : écrivez {stop}.",
        agree: "J’accepte", agreeExplicitly: "Je consens", decline: "Pas maintenant",
        handedOver: "Merci. Votre message nous est bien parvenu ; nous vous répondrons ici.",
        refused:
            "C’est noté. Nous ne vous écrirons pas et votre message a été supprimé. Si vous changez d’avis, écrivez-nous START."
    )
}
