/// The languages that people of a country read, by the calling code of their number (ITU-T E.164): a first guess, before they say one.
enum CallingCode {
    /// - Parameter phone: digits, with the country's code and without a plus sign.
    /// - Returns: language tags, the likeliest first; none for a country that is not listed.
    static func languages(of phone: String) -> [String] {
        for length in stride(from: 3, through: 1, by: -1) {
            if let found = byCode[String(phone.prefix(length))] { return found }
        }
        return []
    }

    /// The European Economic Area, Switzerland and its neighbours.
    private static let byCode: [String: [String]] = [
        "1": ["en"], "30": ["el"], "31": ["nl"], "32": ["nl", "fr", "de"], "33": ["fr"], "34": ["es"], "36": ["hu"],
        "39": ["it"], "40": ["ro"], "41": ["de", "fr", "it"], "43": ["de"], "44": ["en"], "45": ["da"], "46": ["sv"],
        "47": ["nb"], "48": ["pl"], "49": ["de"], "90": ["tr"], "351": ["pt"], "352": ["fr", "de", "lb"],
        "353": ["en"], "354": ["is"], "356": ["mt", "en"], "357": ["el"], "358": ["fi", "sv"], "359": ["bg"],
        "370": ["lt"], "371": ["lv"], "372": ["et"], "380": ["uk"], "385": ["hr"], "386": ["sl"], "420": ["cs"],
        "421": ["sk"], "423": ["de"],
    ]
}
