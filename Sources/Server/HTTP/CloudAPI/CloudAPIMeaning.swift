import Platform

/// What a problem is called in Meta's words (Cloud API, "error codes"). Clients made for Meta act on the code: some give up this message,
/// some stop the whole number. So a refusal that concerns one person must never have a code of those that concern the number.
struct CloudAPIMeaning: Sendable, Hashable {
    var status: Int
    var code: Int
    var title: String
    var type = "OAuthException"

    init(status: Int, code: Int, title: String, type: String = "OAuthException") {
        self.status = status
        self.code = code
        self.title = title
        self.type = type
    }

    init(_ problem: Problem) {
        if let refusal = problem.refusal {
            self.init(refusal.code)
            return
        }
        switch problem.status {
        case 401: self.init(status: 401, code: 190, title: "Invalid OAuth access token")
        case 403: self.init(status: 403, code: 10, title: "Application does not have permission for this action")
        case 404:
            self.init(
                status: 400, code: 100, title: "Unsupported post request. Object does not exist",
                type: "GraphMethodException")
        case 405: self.init(status: 405, code: 100, title: "Unsupported request method", type: "GraphMethodException")
        case 408: self.init(status: 408, code: 2, title: "Request timed out")
        case 429: self.init(status: 429, code: 130429, title: "Rate limit hit")
        case 500...: self.init(status: problem.status, code: 2, title: "Service temporarily unavailable")
        default: self.init(status: 400, code: 100, title: "Invalid parameter")
        }
    }

    init(_ refusal: Refusal.Code) {
        switch refusal {
        // The person, or what the message is about: this one cannot go, others can.
        case .purposeNotAdvertising, .consentMissing, .consentRefused, .consentWithdrawn, .consentExpired,
            .consentSuperseded,
            .consentUnproven, .ageNotConfirmed,
            .specialCategoryConsentMissing:
            self.init(status: 400, code: 131050, title: "User has stopped marketing messages")
        case .contactErased, .contactRestricted, .specialCategoryNotCovered:
            self.init(status: 400, code: 131026, title: "Message undeliverable")
        case .serviceWindowClosed:
            self.init(status: 400, code: 131047, title: "Re-engagement message")
        // The tenant or its number: nothing goes until somebody acts.
        case .tenantNotActive, .tenantTerminated, .agreementMissing, .agreementNotInForce, .agreementSuspended,
            .regionNotCovered, .channelStopped, .dataFlowNotCovered:
            self.init(status: 403, code: 131031, title: "Account has been locked")
        case .channelDisconnected:
            self.init(status: 400, code: 133010, title: "Phone number not registered")
        // For now: try again.
        case .tenantMoving:
            self.init(status: 503, code: 131016, title: "Service unavailable")
        case .regionNotServing:
            self.init(status: 500, code: 131016, title: "Service unavailable")
        }
    }
}
