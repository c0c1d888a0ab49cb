extension DefaultTexts {
    static let spanish = DefaultTexts(
        greeting: "Buenos días, le atiende {controller}.",
        unclear: "No estamos seguros de haberle entendido. Por favor, responda con uno de los botones.",
        reminder: "Todavía no hemos recibido su respuesta. No volveremos a recordárselo.",
        stopped: "De acuerdo. No le escribiremos más por aquí. Los consentimientos que haya dado quedan retirados.",
        age: """
            Antes de empezar: ¿tiene usted {age} años o más?

            Información de privacidad: {notice}
            Aviso legal: {imprint}
            """,
        yes: "Sí", no: "No",
        tooYoung: """
            Gracias por su sinceridad. Con menos de {age} años no es posible dar el consentimiento aquí por cuenta propia. Por favor, \
            póngase en contacto con nosotros de otra manera, junto con su padre o su madre.
            """,
        deleted: "Hemos borrado su mensaje.",
        first: """
            Antes de escribirnos por aquí, le pedimos su consentimiento:

            *{purpose.title}*
            {purpose.text}

            Responsable: {controller}
            Información de privacidad: {notice}
            Aviso legal: {imprint}

            ¿Está de acuerdo? La decisión es libre.
            """,
        further: """
            Otra pregunta, independiente de la primera:

            *{purpose.title}*
            {purpose.text}

            Responsable: {controller}
            Información de privacidad: {notice}

            ¿También está de acuerdo con esto? La decisión es libre.
            """,
        special: """
            Se trata aquí de datos especialmente protegidos, por ejemplo sobre su salud. Para ello necesitamos su consentimiento \
            explícito:

            *{purpose.title}*
            {purpose.text}

            Responsable: {controller}
            Información de privacidad: {notice}

            ¿Da usted su consentimiento expreso? La decisión es libre.
            """,
        footer: "Puede retirarlo cuando quiera: escriba {stop}.",
        agree: "Acepto", agreeExplicitly: "Sí, consiento", decline: "Ahora no",
        handedOver: "Gracias. Hemos recibido su mensaje y le responderemos por aquí.",
        refused: "De acuerdo. No le escribiremos y hemos borrado su mensaje. Si cambia de opinión, escríbanos START.")
}
