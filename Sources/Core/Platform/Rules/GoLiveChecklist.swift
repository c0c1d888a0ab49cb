/// What must be there before a tenant may go live. One look for staff: what is missing, and where it is mended.
public enum GoLiveChecklist {
    public struct Facts: Sendable {
        /// Parts of the controller's details that are missing (Art. 28(3), 30(2) GDPR).
        public var missingDetails: [String]
        /// The agreement that counts; nil when there never was one.
        public var agreement: AgreementState?
        /// Whether the tenant's region answers.
        public var isRegionServing: Bool
        /// Channels that are not disconnected. A stopped one is connected: its reason is shown with it.
        public var channels: Int
        /// API keys that are in force.
        public var keys: Int

        public init(
            missingDetails: [String], agreement: AgreementState?, isRegionServing: Bool, channels: Int, keys: Int
        ) {
            self.missingDetails = missingDetails
            self.agreement = agreement
            self.isRegionServing = isRegionServing
            self.channels = channels
            self.keys = keys
        }
    }

    public struct Item: Sendable, Hashable {
        public enum Code: String, Sendable, Hashable, CaseIterable {
            case details = "controller_details"
            case agreement = "agreement_in_force"
            case region = "region_serving"
            case channel = "channel_connected"
            case key = "api_key"
        }

        public var code: Code
        public var isSatisfied: Bool
        /// How it stands.
        public var sentence: String
        /// The route that mends it, below `/admin/v1`, with the tenant's id to be put in; nil where nothing is to be done by a call.
        public var place: String?
    }

    public static func items(_ facts: Facts) -> [Item] {
        Item.Code.allCases.map { code in
            switch code {
            case .details:
                Item(
                    code: code, isSatisfied: facts.missingDetails.isEmpty,
                    sentence: facts.missingDetails.isEmpty
                        ? "The controller's details are complete."
                        : "Of the controller's details these are missing: \(facts.missingDetails.joined(separator: ", ")).",
                    place: "PATCH /admin/v1/tenants/{tenant}")
            case .agreement:
                Item(
                    code: code, isSatisfied: facts.agreement == .inForce,
                    sentence: facts.agreement == .inForce
                        ? "The data-processing agreement is in force."
                        : facts.agreement == nil
                            ? "There is no data-processing agreement."
                            : "The data-processing agreement is not in force.",
                    place: "POST /admin/v1/tenants/{tenant}/agreements")
            case .region:
                Item(
                    code: code, isSatisfied: facts.isRegionServing,
                    sentence: facts.isRegionServing
                        ? "The tenant's region is serving." : "The tenant's region does not answer here; see /readyz.",
                    place: nil)
            case .channel:
                Item(
                    code: code, isSatisfied: facts.channels > 0,
                    sentence: facts.channels > 0 ? "A channel is connected." : "No channel is connected.",
                    place: "POST /admin/v1/tenants/{tenant}/channels")
            case .key:
                Item(
                    code: code, isSatisfied: facts.keys > 0,
                    sentence: facts.keys > 0 ? "There is an API key in force." : "There is no API key in force.",
                    place: "POST /admin/v1/tenants/{tenant}/api-keys")
            }
        }
    }
}
