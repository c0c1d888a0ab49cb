import Foundation
import PluginKit
import Testing
import WhatsAppCloud

@Suite struct ChatLinkTests {
    @Test(arguments: [
        ("+49 30 901820", "https://wa.me/4930901820"), ("+49 (30) 90-18.20", "https://wa.me/4930901820"),
        ("4930901820", "https://wa.me/4930901820"), ("+1 202-555-0147", "https://wa.me/12025550147"),
        ("+49\u{a0}30\u{a0}901820", "https://wa.me/4930901820"), ("030 901820", nil), ("+49", nil), ("", nil),
        ("+4930901820123456", nil), ("Praxis", nil), ("+49 30 90182O", nil), ("+49٣٠901820", nil),
        ("+49 30 901820?text=x", nil),
    ])
    func `a number opens its chat, however it is spelt, and nothing else does`(address: String, link: String?) {
        #expect(WhatsAppCloud().chatLink(to: address, text: "") == link)
    }

    @Test(arguments: ["Hallo! Code: 7K3F9-Q2MXA", "a&b=c#d%20+", "Grüße 👋\nzweite Zeile", "?text=", "ع"])
    func `the text comes back as it was`(text: String) throws {
        let link = try #require(WhatsAppCloud().chatLink(to: "+4930901820", text: text))
        let parts = try #require(URLComponents(string: link))
        #expect(parts.host == "wa.me" && parts.path == "/4930901820")
        #expect(parts.queryItems == [URLQueryItem(name: "text", value: text)])
        #expect(!link.contains("+") && link.allSatisfy(\.isASCII))
    }
}
