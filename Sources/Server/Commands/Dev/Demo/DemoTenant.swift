import Foundation
import PluginKit

/// A demo tenant, as far as it is made.
struct DemoTenant: Sendable {
    let name: String
    let region: String
    let phoneNumberID: String
    let businessAccountID: String
    let displayPhoneNumber: String
    /// What its channel is configured with.
    let accessToken: String
    let appSecret: String
    let verifyToken: String

    var tenantID: String?
    var channelID: String?
    /// As the server gave it; its port may be another by now.
    var ingressURL: String?
    /// Where the channel finds the messenger.
    var messengerURL: String?
    var apiKey: String?

    /// - Parameter json: what an earlier start knew; what is missing in it is made.
    init(
        name: String, region: String, phoneNumberID: String, businessAccountID: String, displayPhoneNumber: String,
        known json: JSON?
    ) {
        self.name = name
        self.region = region
        self.phoneNumberID = phoneNumberID
        self.businessAccountID = businessAccountID
        self.displayPhoneNumber = displayPhoneNumber
        accessToken = json?["access_token"]?.string ?? "EAA" + randomText(40)
        appSecret = json?["app_secret"]?.string ?? randomText(32)
        verifyToken = json?["verify_token"]?.string ?? randomText(24)
        tenantID = json?["tenant_id"]?.string
        channelID = json?["channel_id"]?.string
        ingressURL = json?["ingress_url"]?.string
        messengerURL = json?["messenger_url"]?.string
        apiKey = json?["api_key"]?.string
    }

    /// What a client of the tenant needs.
    func facts(baseURL: String) -> JSON {
        let path = ingressURL.flatMap { URL(string: $0)?.path } ?? ""
        return [
            "tenant_id": .optional(tenantID), "name": .string(name), "region": .string(region),
            "api_key": .optional(apiKey), "channel_id": .optional(channelID), "phone_number_id": .string(phoneNumberID),
            "business_account_id": .string(businessAccountID), "display_phone_number": .string(displayPhoneNumber),
            "ingress_url": .string(baseURL + path), "app_secret": .string(appSecret),
            "verify_token": .string(verifyToken),
        ]
    }

    /// Who it is in law: made up, and complete.
    var controllerDetails: JSON {
        let person: JSON = [
            "name": "Kim Beispiel", "email": "datenschutz@example.org",
            "phone": .string(displayPhoneNumber.filter { $0 != " " }),
        ]
        return [
            "legal_name": .string(name + " GmbH"), "legal_form": "GmbH",
            "register": ["name": "Amtsgericht Musterstadt, HRB", "number": "4711"],
            "address": ["street": "Musterweg 1", "postal_code": "12345", "city": "Musterstadt", "country": "DE"],
            "representative": ["name": "Alex Muster", "function": "Geschäftsführung"],
            "data_protection_officer": person, "breach_contact": person, "purposes": ["Kundenservice"],
            "data_categories": ["Name, Rufnummer", "Nachrichten"], "person_categories": ["Kundinnen und Kunden"],
            "special_categories": ["processed": false], "retention": ["messages": 365, "contacts": 1095],
            "languages": ["de", "en"],
        ]
    }

    /// What the next start wants to know.
    var json: JSON {
        [
            "name": .string(name), "phone_number_id": .string(phoneNumberID), "access_token": .string(accessToken),
            "app_secret": .string(appSecret), "verify_token": .string(verifyToken), "tenant_id": .optional(tenantID),
            "channel_id": .optional(channelID), "ingress_url": .optional(ingressURL),
            "messenger_url": .optional(messengerURL), "api_key": .optional(apiKey),
        ]
    }
}
