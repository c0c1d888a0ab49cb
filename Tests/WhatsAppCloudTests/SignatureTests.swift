import Crypto
import PluginKit
import Testing

@testable import WhatsAppCloud

@Suite struct SignatureTests {
    static let secret = "app-secret"
    /// Computed with Python's hmac module over the bytes `{"a":"\u00fc"}`, escape and all.
    static let body = Array(#"{"a":"\u00fc"}"#.utf8)
    static let digits = "42a9dd8d7b945c777058c8954dda7ea7deed6dd3b9dc62fd9540d5a56db424d1"
    static let header = "sha256=" + digits

    private func check(_ header: String?, _ body: [UInt8] = body, secret: String = secret) throws {
        try Signature.check(header, body: body, appSecret: secret)
    }

    @Test(arguments: [
        (header, body), ("sha256=" + digits.uppercased(), body),
        ("sha256=8dd3f3779d0528064ea2f08f671ab7f136660b95b23cfe08aa20bf9487e6e70b", Array("Grüße".utf8)),
    ])
    func `the right signature over the raw bytes is taken`(header: String, body: [UInt8]) throws {
        try check(header, body)
    }

    @Test func `one bit changed anywhere in body or signature is noticed`() {
        for place in Self.body.indices {
            for bit in 0..<8 {
                var body = Self.body
                body[place] ^= 1 << UInt8(bit)
                #expect(throws: IngressRefusal.signatureWrong, "body byte \(place), bit \(bit)") {
                    try check(Self.header, body)
                }
            }
        }
        for place in 0..<64 {
            var digits = Array(Self.digits)
            digits[place] = digits[place] == "0" ? "1" : "0"
            #expect(throws: IngressRefusal.signatureWrong, "digit \(place)") { try check("sha256=" + String(digits)) }
        }
    }

    @Test func `what the bytes mean does not count, only the bytes`() {
        #expect(throws: IngressRefusal.signatureWrong) { try check(Self.header, Array(#"{"a":"ü"}"#.utf8)) }
        #expect(throws: IngressRefusal.signatureWrong) { try check(Self.header, Self.body + [0x0A]) }
        #expect(throws: IngressRefusal.signatureWrong) { try check(Self.header, Self.body.dropLast()) }
        #expect(throws: IngressRefusal.signatureWrong) { try check(Self.header, []) }
    }

    static let malformed: [String] = [
        "", "sha256", "sha256=", digits, "SHA256=" + digits, "sha1=" + digits, "sha256:" + digits, " sha256=" + digits,
        "sha256= " + digits, header + " ", header + "0", String(header.dropLast()),
        "sha256=" + String(repeating: "g", count: 64),
        "sha256=0x" + digits.dropFirst(2), header + "," + header, "sha256=sha256=" + digits.dropFirst(7),
        "sha256=" + String(repeating: "é", count: 32), "sha256=" + String(repeating: "٤", count: 32),
        "sha256=+" + digits.dropFirst(1), "sha256=" + String(repeating: "0", count: 64),
        "sha256=" + String(repeating: "a", count: 1_000_000),
    ]

    @Test(arguments: malformed)
    func `a malformed signature is a wrong one`(header: String) {
        #expect(throws: IngressRefusal.signatureWrong) { try check(header) }
    }

    @Test func `no signature is told apart from a wrong one`() {
        #expect(throws: IngressRefusal.signatureMissing) { try check(nil) }
    }

    @Test func `an empty secret takes nothing, not even what it signs`() {
        // An empty key cannot be made into a signature that counts, though HMAC itself would take one.
        let code = HMAC<SHA256>.authenticationCode(for: Self.body, using: SymmetricKey(data: [UInt8]()))
        let header = "sha256=" + code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(throws: IngressRefusal.signatureWrong) { try check(header, secret: "") }
        #expect(throws: IngressRefusal.signatureWrong) { try check(Self.header, secret: "app-secreT") }
    }

    @Test(arguments: ["X-Hub-Signature-256", "x-hub-signature-256", "X-HUB-SIGNATURE-256"])
    func `the plugin finds the header however it is spelt`(name: String) throws {
        let ingress = try WhatsAppCloud().ingressSchema.validate(["app_secret": Self.secret, "verify_token": "v"]).get()
        try WhatsAppCloud().verify(headers: IngressHeaders([(name, Self.header)]), body: Self.body, ingress: ingress)
    }

    @Test func `the older SHA-1 signature does not stand in`() throws {
        let ingress = try WhatsAppCloud().ingressSchema.validate(["app_secret": Self.secret, "verify_token": "v"]).get()
        let headers = IngressHeaders([("X-Hub-Signature", Self.header)])
        #expect(throws: IngressRefusal.signatureMissing) {
            try WhatsAppCloud().verify(headers: headers, body: Self.body, ingress: ingress)
        }
    }
}
