import PluginKit
import Testing

@testable import Platform

@Suite struct WithdrawalWordTests {
    /// What somebody writes, and the language that shows: nil in the text for none, "-" for no withdrawal.
    static let texts: [(String, String)] = [
        ("STOP", ""), ("stop", ""), ("Stop.", ""), ("  stop  ", ""), ("\u{201E}STOP\u{201C}!!!", ""), ("STOP\n", ""),
        ("UNSUBSCRIBE", ""), ("opt-out", ""), ("Opt out", ""), ("ABMELDEN", "de"), ("Abmelden!", "de"),
        ("abbestellen", "de"), ("Widerruf", "de"), ("ich  widerrufe.", "de"), ("keine Nachrichten mehr", "de"),
        ("ARRET", "fr"), ("ARRÊT", "fr"), ("arre\u{302}t", "fr"), ("désabonner", "fr"), ("DESABONNER", "fr"),
        ("BAJA", "es"), ("baja", "es"), ("Cancelar", "es"), ("darme de baja", "es"), ("no mas mensajes", "es"),
        ("BASTA", "it"), ("Cancella", "it"), ("REZYGNUJĘ", "pl"), ("rezygnuje", "pl"), ("Wypisz", "pl"),
        ("WYPISZ MNIE", "pl"), ("afmelden", "nl"), ("odhlásit", ""), ("S\u{200B}TOP", ""), ("ＳＴＯＰ", ""),
        // In a sentence it is none.
        ("Please stop by tomorrow", "-"), ("STOP it", "-"), ("Wo kann ich mich abmelden?", "-"),
        ("Stopp den Wecker", "-"),
        ("cancella l'appuntamento", "-"), ("baja la calle", "-"), ("nicht abmelden", "-"), ("stop 5", "-"),
        ("5 stop", "-"), ("stopp?nein", "-"), ("basta cosi", "-"),
        // Words that look like one.
        ("STOPS", "-"), ("nonstop", "-"), ("bajada", "-"), ("S T O P", "-"), ("", "-"), ("   ", "-"), ("!", "-"),
        ("ja", "-"), ("START", "-"), ("https://stop", "-"), ("stop\u{0}", ""),
        (String(repeating: " ", count: 200) + "stop", "-"),
    ]

    /// Signs that say nothing, and words that are only polite.
    static let adorned: [(String, String)] = [
        ("STOP 🛑", ""), ("🛑🛑 stop 🛑🛑", ""), ("stop🙏🏽", ""), ("❤️ stop", ""), ("stop 👨‍👩‍👧", ""), ("STOP 🇩🇪", ""),
        ("*STOP*", ""), ("~stop~", ""), ("→ Abmelden ←", "de"), ("stop <3", "-"), ("STOP 1️⃣", "-"), ("🛑", "-"),
        ("❌", "-"),
        ("Stop bitte", ""), ("bitte stop!", ""), ("Bitte abmelden, danke.", "de"), ("stop please", ""),
        ("Please, stop. Thank you 🙏", ""), ("PLEASE UNSUBSCRIBE", ""), ("no more messages please", "en"),
        ("stop s'il vous plaît", ""), ("Désabonner svp", "fr"), ("baja por favor", "es"), ("basta grazie", "it"),
        ("stop proszę", ""), ("Stop alsjeblieft", ""), ("stopp tack", ""), ("stop prosím", ""), ("моля, спрете", "bg"),
        ("palun lõpetage", "et"), ("παρακαλώ σταματήστε", "el"), ("stop le do thoil", ""), ("lūdzu apturēt", "lv"),
        ("stop jekk jogħġbok", ""), ("stop hvala", ""),
        ("bitte", "-"), ("bitte danke", "-"), ("bitte nicht stop", "-"), ("please stop it", "-"),
        ("bitte stoppen sie den versand", "-"), ("danke für stop", "-"), ("stop bitte morgen um neun", "-"),
        ("thank you stop by", "-"), ("stopbitte", "-"),
    ]

    @Test(arguments: adorned) func `signs and politeness change nothing, any other word does`(
        text: String, language: String
    ) {
        let word = WithdrawalWord(.text(text))
        #expect((word == nil) == (language == "-"), "\(text)")
        if let word { #expect(word.language ?? "" == language) }
    }

    /// As people write it, with and without the marks of their alphabet; each with a sentence that has the word in it.
    static let languages: [(String, String, none: String)] = [
        ("стоп", "", "стоп машината"), ("Спрете!", "bg", "спрете колата"), ("отпиши ме", "bg", "не ме отписвай"),
        ("odjava", "", "kako ide odjava"), ("Prestanite", "hr", "prestanite pušiti"),
        ("ne pišite mi više", "hr", "ne pišite mi više o tome"), ("lõpeta", "", "lõpeta ära see jutt"),
        ("Loobun", "et", "loobun ajast"), ("lopeta", "", "lopeta tupakointi"),
        ("EI ENÄÄ VIESTEJÄ", "fi", "ei enää viestejä illalla"), ("στοπ", "el", "στοπ στη γωνία"),
        ("Διαγραφή", "el", "διαγραφή ραντεβού"), ("κατάργηση εγγραφής", "el", "η κατάργηση εγγραφής μου"),
        ("díliostáil", "ga", "stad"), ("apturēt", "lv", "apturēt zāles"), ("atrakstities", "lv", "kā atrakstīties"),
        ("STABDYKITE", "lt", "stabdykite vaistus"), ("neberasykite", "lt", "neberašykite recepto"),
        ("Waqqaf", "mt", "waqqaf il-mediċina"), ("neħħini", "mt", "neħħini mil-lista tal-lum"),
        ("nehhini", "mt", "nehhini illum"), ("odhlásiť", "", "chcem sa odhlásiť"),
        ("odvolavam suhlas", "sk", "neodvolávam súhlas"), ("Nehajte", "sl", "nehajte kaditi"),
        ("PREKLICUJEM SOGLASJE", "sl", "ne preklicujem soglasje"), ("wycofuje zgode", "pl", "nie wycofuję zgody"),
    ]

    @Test(arguments: languages) func `every language of the Union has its words`(
        text: String, language: String, none: String
    ) {
        #expect(WithdrawalWord(text)?.language ?? "" == language && WithdrawalWord(text) != nil, "\(text)")
        #expect(WithdrawalWord(none) == nil, "\(none)")
    }

    @Test func `no official language of the Union is without words and confirmation`() {
        let official = "bg hr cs da nl en et fi fr de el hu ga it lv lt mt pl pt ro sk sl es sv".split(separator: " ")
        #expect(official.count == 24)
        let english = WithdrawalText.confirmation(in: "en")
        for language in official.map(String.init) {
            #expect(WithdrawalWord.spelt.contains { $0.language == language && !$0.words.isEmpty }, "\(language)")
            #expect((WithdrawalText.confirmation(in: language) == english) == (language == "en"), "\(language)")
        }
    }

    @Test(arguments: texts) func `a word alone in a message withdraws, in a sentence it does not`(
        text: String, language: String
    ) {
        let word = WithdrawalWord(.text(text))
        #expect((word == nil) == (language == "-"), "\(text)")
        if let word { #expect(word.language ?? "" == language) }
    }

    @Test(arguments: [
        (MessageContent(type: "button", fields: ["payload": "obhut:withdraw", "text": "Abmelden"]), true),
        (MessageContent(type: "button", fields: ["payload": "order:7", "text": "STOP"]), false),
        (
            MessageContent(
                type: "interactive",
                fields: ["type": "button_reply", "button_reply": ["id": "obhut:withdraw", "title": "x"]]), true
        ),
        (
            MessageContent(
                type: "interactive",
                fields: ["type": "list_reply", "list_reply": ["id": "obhut:withdraw", "title": "x"]]), true
        ),
        (
            MessageContent(
                type: "interactive", fields: ["type": "button_reply", "button_reply": ["id": "a", "title": "STOP"]]),
            false
        ),
        (MessageContent(type: "image", fields: ["caption": "STOP", "id": "1"]), false),
        (.text("obhut:withdraw"), false),
    ])
    func `a button withdraws by what it carries, whatever it says`(content: MessageContent, withdraws: Bool) {
        #expect((WithdrawalWord(content) != nil) == withdraws)
    }

    @Test func `every word is found as it is spelt, and none belongs to two languages`() {
        var seen: [String: String] = [:]
        for (language, words) in WithdrawalWord.spelt {
            for text in words {
                #expect(WithdrawalWord(text)?.language ?? "" == language, "\(text)")
                let key = WithdrawalWord.key(text) ?? ""
                #expect(seen.updateValue(language, forKey: key) == nil, "\(text)")
            }
            let confirmation = WithdrawalText.confirmation(in: language.isEmpty ? "en" : language)
            #expect(
                language == "en" || language.isEmpty || confirmation != WithdrawalText.confirmation(in: "en"),
                "\(language)")
        }
    }
}

/// In the chat, from the person's message to the confirmation.
@Suite struct WithdrawalInChatTests {
    private let person = Person(1)

    private func texts(_ region: Region) -> [String] { region.messenger.texts }

    @Test func `a word ends every consent on the channel, at once and for what is queued, and is confirmed once`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 2)
            let (channel, other) = (company.channels[0], company.channels[1])
            try await company.befriend(person)
            try await company.declare(by: person.byPhone, for: "news", on: channel)
            try await company.declare(by: person.byPhone, on: other)
            try await company.send("queued", to: person.byPhone, on: channel)
            let stop = channel.message("stop", from: [person.phone], "Abmelden!")
            try await company.receive(stop)
            // As messengers do.
            try await company.receive(stop)
            try await Hand(in: region).work()
            #expect(texts(region) == [WithdrawalText.confirmation(in: "de")])
            for purpose in ["service", "news"] {
                await expectRefusal(.consentWithdrawn) {
                    try await company.send("x", to: person.byPhone, for: purpose, on: channel)
                }
            }
            try await company.receive([other.message("there", from: [person.phone])], through: other)
            try await company.send("other channel", to: person.byPhone, on: other)
            // Once more: it is recorded with its time, and nothing is said.
            try await company.receive(channel.message("stop-2", from: [person.phone], "STOP"))
            try await Ear(in: region).work()
            try await Hand(in: region).work()
            #expect(texts(region) == [WithdrawalText.confirmation(in: "de"), "other channel"])
            #expect(try await region.number("SELECT count(*) FROM consent_events WHERE kind = 'withdrawn'") == 2)
            // Agreed anew, it can be withdrawn anew.
            try await company.declare(by: person.byPhone, on: channel)
            try await company.receive(channel.message("stop-3", from: [person.phone], "STOP"))
            try await Hand(in: region).work()
            #expect(texts(region).count == 3 && texts(region).last == WithdrawalText.confirmation(in: "de"))
            #expect(try await region.installation.consentVerifier.verify(company.id)[0].isWhole)
            #expect(try await region.queueFaults() == [])
        }
    }

    @Test func `a button withdraws, and a longer sentence does not`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(person)
            try await company.receive(company.channel.message("m", from: [person.phone], "Stop by tomorrow"))
            try await company.send("Gerne", to: person.byPhone)
            let button = MessageContent(
                type: "interactive",
                fields: ["type": "button_reply", "button_reply": ["id": "obhut:withdraw", "title": "Keine Werbung"]])
            try await company.receive(company.channel.message("b", from: [person.phone], content: button))
            await expectRefusal(.consentWithdrawn) { try await company.send("x", to: person.byPhone) }
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `words of many people, sends to them and repeated webhooks do not hold each other up`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let people = (0..<8).map { Person($0) }
            for person in people { try await company.befriend(person) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, person) in people.enumerated() {
                    for _ in 0..<2 {
                        group.addTask {
                            try await company.receive(
                                company.channel.message("stop-\(number)", from: [person.phone], "STOP"))
                        }
                    }
                    group.addTask { _ = try? await company.send("Hallo", to: person.byPhone) }
                    group.addTask { try await company.declare("withdrawn", by: person.byPhone, for: "news") }
                }
                try await group.waitForAll()
            }
            try await Hand(in: region).work()
            #expect(try await region.number("SELECT count(*) FROM consent_events WHERE purpose = 'all'") == 8)
            #expect(texts(region).filter { $0 == WithdrawalText.confirmation(in: "de") }.count == 8)
            #expect(try await region.installation.consentVerifier.verify(company.id)[0].isWhole)
        }
    }
}
