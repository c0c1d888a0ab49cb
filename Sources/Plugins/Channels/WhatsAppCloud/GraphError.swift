import PluginKit

/// Meta's error object, and what its code means for a message on its way (Cloud API, "error codes").
struct GraphError {
    let code: Int
    let message: String
    let details: String?

    /// From an answer: `{"error": {…}}`.
    init?(answer: JSON) {
        guard let error = answer["error"], let code = error["code"]?.int else { return nil }
        self.code = code
        message = error["message"]?.string ?? "no message"
        details = error["error_data"]?["details"]?.string
    }

    /// From a status's `errors[]`.
    init(status error: JSON) {
        code = error["code"]?.int ?? 0
        message = error["title"]?.string ?? error["message"]?.string ?? "no message"
        details = error["error_data"]?["details"]?.string
    }

    /// Meta's own words may quote an address, so known codes are told in ours, and unknown ones by their number.
    var fault: ChannelFault {
        let known = Self.meanings[code]
        return ChannelFault(
            code: String(code), message: known?.message ?? "Meta refused with error \(code).", remedy: known?.remedy)
    }

    func outcome(httpStatus: Int) -> DeliveryOutcome {
        switch code {
        case 0, 190, 3, 10, 200...299: .stopChannel(fault)
        case 1, 2, 131000, 131016, 133004: .retry(fault)
        case 4, 80007, 130429: .wait(fault, scope: .channel)
        case 131056: .wait(fault, scope: .conversation)
        case 131050: .withdrawn(fault, purpose: "marketing")
        case 131048, 131064, 130497, 368, 131031, 131037, 131042, 131045, 133010: .stopChannel(fault)
        case _ where httpStatus == 429 && Self.meanings[code] == nil: .wait(fault, scope: .channel)
        default: httpStatus >= 500 && Self.meanings[code] == nil ? .retry(fault) : .giveUp(fault)
        }
    }

    private static let meanings: [Int: (message: String, remedy: String?)] = [
        0: ("Meta does not accept the access token.", "Connect the channel again with a valid token."),
        1: ("Meta has a temporary problem.", nil),
        2: ("Meta's service is temporarily unavailable.", nil),
        3: ("The token lacks a permission.", "Give the system user whatsapp_business_messaging."),
        4: ("The app sends too many requests.", nil),
        10: ("The token lacks a permission.", "Give the system user whatsapp_business_messaging for this account."),
        33: ("Meta does not know the number's id.", "Check phone_number_id."),
        100: ("Meta found a parameter that is not right.", "Check the message's content."),
        190: ("The access token is invalid or has expired.", "Connect the channel again with a valid token."),
        368: ("The account is blocked for violating a policy.", "See the account's quality page at Meta."),
        80007: ("The account sends too many messages.", nil),
        130429: ("The number sends faster than Meta allows.", nil),
        130472: ("The person is part of an experiment of Meta's and gets no such messages.", nil),
        130497: (
            "The account may not message people in this country.", "Ask Meta for the permission, or message others."
        ),
        131000: ("Meta has a temporary problem.", nil),
        131008: ("A parameter is missing.", "Check the message's content."),
        131009: ("A parameter's value is not right.", "Check the message's content."),
        131016: ("Meta's service is overloaded.", nil),
        131026: ("The message cannot be delivered to this person: not on WhatsApp, blocked, or an old version.", nil),
        131031: ("The account is locked.", "See the account's page at Meta."),
        131037: ("The number's display name is not approved.", "Have the display name approved at Meta."),
        131042: ("There is a payment problem with the account.", "Mend the payment method at Meta."),
        131045: ("The number is not registered correctly.", "Register the number again."),
        131047: ("The service window is closed: more than 24 hours since the person wrote.", "Send a template."),
        131048: (
            "Meta restricts the number because of spam reports.", "Stop what was reported; see the number's quality."
        ),
        131049: ("Meta chose not to deliver this marketing message.", "Not again within 24 hours."),
        131050: (
            "The person has stopped marketing messages of this business.", "Only the person can allow them again."
        ),
        131051: ("WhatsApp does not know this type of message.", "Send another type."),
        131052: ("Meta could not fetch the media.", "Upload it again."),
        131053: ("Meta could not take the media.", "Check type and size."),
        131056: ("Too many messages to this person in a short time.", nil),
        131064: (
            "Meta restricts the number because of spam reports.", "Stop what was reported; see the number's quality."
        ),
        132000: ("The number of the template's parameters is not right.", "Check the template."),
        132001: ("The template does not exist in this language.", "Check the template's name and language."),
        132005: ("The template's translated text is too long.", "Shorten the parameters."),
        132007: ("The template violates a policy.", "Change the template."),
        132012: ("A template parameter has the wrong format.", "Check the parameters."),
        132015: ("The template is paused for low quality.", "Improve the template or use another."),
        132016: ("The template is disabled for low quality.", "Use another template."),
        132018: ("A template parameter is not right.", "Check the parameters."),
        132068: ("The flow is blocked.", "Check the flow."),
        133004: ("Meta's server is temporarily unavailable.", nil),
        133005: ("The PIN is not that of the number.", "Give its two-step verification PIN, or set a new one at Meta."),
        133006: ("The number has to be verified before it is registered.", "Verify it by code in WhatsApp manager."),
        133008: ("Too many wrong PINs were tried.", "Wait as long as WhatsApp manager says, then try again."),
        133009: ("PINs were tried too fast.", "Try again in a few minutes."),
        133010: ("The number is not registered.", "Register the number."),
        133015: ("The number was deregistered a moment ago.", "Try again in five minutes."),
        133016: (
            "The number was registered and deregistered too often.", "Meta lets it be registered again after 72 hours."
        ),
        135000: ("Meta reports an error without a reason.", nil),
    ]
}
