import Testing

@testable import Platform

@Suite struct WebhookSecretTests {
    private static let text = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

    /// Computed with Python's hmac.
    @Test func `a signature is HMAC-SHA-256 over id, time and body`() throws {
        let secret = try #require(WebhookSecret(Self.text))
        #expect(
            secret.signature(id: "msg_1", time: 1_700_000_000, body: Array(#"{"type":"x"}"#.utf8))
                == "v1,Lb2lGY1NwLU374cIn8s002qG1XvdHK6XToSjcNFDuCg=")
    }

    @Test func `what is made can be read again, and no two are the same`() throws {
        let made = (0..<50).map { _ in WebhookSecret.generate() }
        #expect(Set(made.map(\.text.revealed)).count == 50)
        for secret in made {
            let again = try #require(WebhookSecret(secret.text.revealed))
            #expect(again.signature(id: "a", time: 1, body: [2]) == secret.signature(id: "a", time: 1, body: [2]))
        }
    }

    @Test(arguments: [
        "", "whsec_", "whsec_!!!!", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "whsec_AAECAwQFBgcICQoLDA0ODxARE",
        "whsec_plJ3nmyCDGBKInavdOK15jsl",
    ])
    func `what is too short, or no secret at all, is none`(text: String) {
        #expect(WebhookSecret(text) == nil)
    }

    @Test(arguments: [
        "", "crm.example", "ftp://crm.example/", "https://", "https://user:pass@crm.example/",
        "https://crm.example/#part",
        "javascript:alert(1)", "https://crm.example/" + String(repeating: "a", count: 2000),
    ])
    func `a URL to which nothing could go is refused`(url: String) {
        #expect(throws: PlatformError.self) { try WebhookEndpoint.checked(url: url) }
    }
}
