extension DefaultTexts {
    static let english = DefaultTexts(
        greeting: "Hello, this is {controller}.",
        unclear: "Sorry, we are not sure what you mean. Please answer with one of the buttons.",
        reminder: "We are still waiting for your answer. This is the only time we will remind you.",
        stopped: "All right. We will not write to you here any more. Any consent you gave has been withdrawn.",
        age: """
            Before we begin: are you {age} or older?

            Privacy notice: {notice}
            About us: {imprint}
            """,
        yes: "Yes", no: "No",
        tooYoung: """
            Thank you for your honest answer. If you are under {age}, you cannot give consent here yourself. Please contact us in \
            another way, together with a parent.
            """,
        deleted: "Your message has been deleted.",
        first: """
            Before we write to each other here, we ask for your consent:

            *{purpose.title}*
            {purpose.text}

            Controller: {controller}
            Privacy notice: {notice}
            About us: {imprint}

            Do you agree? The choice is yours.
            """,
        further: """
            One more question, separate from the first:

            *{purpose.title}*
            {purpose.text}

            Controller: {controller}
            Privacy notice: {notice}

            Do you agree to this as well? The choice is yours.
            """,
        special: """
            This is about specially protected data, for example about your health. For this we need your explicit consent:

            *{purpose.title}*
            {purpose.text}

            Controller: {controller}
            Privacy notice: {notice}

            Do you expressly consent? The choice is yours.
            """,
        footer: "Withdraw at any time: just write {stop}.",
        agree: "I agree", agreeExplicitly: "I consent", decline: "Not now",
        handedOver: "Thank you. Your message has reached us, and we will answer you here.",
        refused:
            "All right. We will not write to you, and your message has been deleted. If you change your mind, just write START."
    )
}
