internal import PluginKit

/// A refusal as the Graph API words it. The codes, titles and HTTP statuses are those of Meta's page "Error codes".
struct GraphError: Error, Sendable, Equatable {
    var status: Int
    var code: Int
    var message: String
    var type = "OAuthException"
    var subcode: Int?
    var details: String?

    init(_ code: Int, details: String? = nil, status: Int? = nil, subcode: Int? = nil, message: String? = nil) {
        let known = Self.catalogue[code]
        self.code = code
        self.status = status ?? known?.status ?? 400
        self.message = message ?? "(#\(code)) \(known?.title ?? "Unknown error")"
        self.details = details
        self.subcode = subcode
    }

    /// The title a `failed` status shows for a code.
    static func title(of code: Int) -> String { catalogue[code]?.title ?? "Unknown error" }

    static func missing(_ parameter: String) -> GraphError {
        GraphError(
            100, details: "The parameter \(parameter) is required.",
            message: "(#100) The parameter \(parameter) is required.")
    }

    static func tooLong(_ parameter: String, limit: Int) -> GraphError {
        let sentence = "Param \(parameter) must be at most \(limit) characters long."
        return GraphError(100, details: sentence, message: "(#100) \(sentence)")
    }

    static let invalidToken = GraphError(
        190, message: "Invalid OAuth access token - Cannot parse access token")

    static func unknownObject(_ id: String, method: String) -> GraphError {
        var error = GraphError(
            100, subcode: 33,
            message:
                "Unsupported \(method.lowercased()) request. Object with ID '\(id)' does not exist, cannot be loaded "
                + "due to missing permissions, or does not support this operation")
        error.type = "GraphMethodException"
        return error
    }

    /// `{"error":{…}}`, with a trace id that differs each time, as Meta's does.
    var json: JSON {
        var error = JSONObject([
            ("message", .string(message)), ("type", .string(type)), ("code", JSON(integerLiteral: code)),
        ])
        if let details {
            error["error_data"] = ["messaging_product": "whatsapp", "details": .string(details)]
        }
        if let subcode { error["error_subcode"] = JSON(integerLiteral: subcode) }
        error["fbtrace_id"] = .string("A" + Wamid.randomHex(11))
        return .object(JSONObject([("error", .object(error))]))
    }

    private static let catalogue: [Int: (title: String, status: Int)] = [
        0: ("AuthException", 401), 1: ("API Unknown", 400), 2: ("API Service", 503), 3: ("API Method", 500),
        4: ("API Too Many Calls", 429), 10: ("Permission Denied", 403), 100: ("Invalid parameter", 400),
        190: ("Access token has expired", 401), 368: ("Temporarily blocked for policies violations", 403),
        80007: ("Rate limit issues", 429), 130429: ("Rate limit hit", 429),
        130472: ("User's number is part of an experiment", 400),
        130497: ("Business account is restricted from messaging users in this country", 403),
        131000: ("Something went wrong", 500), 131005: ("Access denied", 403),
        131008: ("Required parameter is missing", 400), 131009: ("Parameter value is not valid", 400),
        131016: ("Service unavailable", 500), 131026: ("Message undeliverable", 400),
        131031: ("Account has been locked", 403), 131037: ("Display name approval needed", 400),
        131042: ("Business eligibility payment issue", 400), 131045: ("Incorrect certificate", 500),
        131047: ("Re-engagement message", 400), 131048: ("Spam rate limit hit", 429),
        131049: ("Meta chose not to deliver", 400), 131050: ("User has stopped marketing messages", 400),
        131051: ("Unsupported message type", 400), 131052: ("Media download error", 400),
        131053: ("Media upload error", 400), 131056: ("(Business Account, Consumer Account) pair rate limit hit", 429),
        132000: ("Template Param Count Mismatch", 400), 132001: ("Template does not exist", 404),
        132005: ("Template Hydrated Text Too Long", 400), 132007: ("Template Format Character Policy Violated", 400),
        132012: ("Template Parameter Format Mismatch", 400), 132015: ("Template is Paused", 400),
        132016: ("Template is Disabled", 400), 132068: ("Flow is blocked", 400),
        133004: ("Server Temporarily Unavailable", 503), 133005: ("Two step verification PIN Mismatch", 400),
        133006: ("Phone number Re-verification Needed", 400),
        133008: ("Too many two step verification PIN guesses", 400),
        133009: ("Two step verification PIN Guessed Too Fast", 400), 133015: ("Please wait a few minutes", 400),
        133016: ("Account register deregister rate limit exceeded", 400),
        133010: ("Phone number Not Registered", 400), 135000: ("Generic user error", 400),
    ]
}
