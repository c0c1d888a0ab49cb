import Foundation
import PluginKit
import Testing

@testable import Platform

@Suite struct OneTimeCodeTests {
    private static let code = OneTimeCode(secret: Secret(Array("12345678901234567890".utf8)))

    /// RFC 6238, appendix B, for SHA-1.
    @Test(arguments: [
        (59.0, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
    ])
    func `codes are those of the RFC`(_ seconds: Double, _ expected: String) {
        let step = OneTimeCode.step(at: Date(timeIntervalSince1970: seconds))
        #expect(Self.code.code(at: step, digits: 8) == expected)
        #expect(Self.code.code(at: step) == String(expected.suffix(6)))
    }

    @Test(arguments: [(-2, false), (-1, true), (0, true), (1, true), (2, false)])
    func `a clock may be off by one step`(_ off: Int, _ isTaken: Bool) {
        let now = Date(timeIntervalSince1970: 1_800_000_010)
        let step = OneTimeCode.step(at: now) + off
        #expect(Self.code.step(of: Self.code.code(at: step), at: now, after: 0) == (isTaken ? step : nil))
    }

    @Test func `a code is good once, and so are those before it`() {
        let now = Date(timeIntervalSince1970: 1_800_000_010)
        let step = OneTimeCode.step(at: now)
        #expect(Self.code.step(of: Self.code.code(at: step), at: now, after: step) == nil)
        #expect(Self.code.step(of: Self.code.code(at: step - 1), at: now, after: step) == nil)
        #expect(Self.code.step(of: Self.code.code(at: step + 1), at: now, after: step) == step + 1)
    }

    @Test(arguments: ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"])
    func `what is no code is none`(_ text: String) {
        #expect(Self.code.step(of: text, at: Date(timeIntervalSince1970: 1_800_000_010), after: 0) == nil)
    }

    /// RFC 4648, section 10, without padding.
    @Test(arguments: [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ])
    func `base 32 is that of the RFC`(_ plain: String, _ encoded: String) {
        #expect(Base32.encode(Array(plain.utf8)) == encoded)
    }

    @Test func `an app reads issuer, account and secret`() {
        let url = Self.code.url(issuer: "Obhut", account: Personal("a&b@c.example")).revealed
        #expect(
            url == "otpauth://totp/Obhut:a%26b%40c.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                + "&issuer=Obhut&algorithm=SHA1&digits=6&period=30")
    }

    @Test func `recovery codes are taken as people type them`() throws {
        let code = RecoveryCode.generate().text.revealed
        #expect(code.wholeMatch(of: /([A-Z2-7]{5}-){3}[A-Z2-7]{5}/) != nil)
        let hash = try #require(RecoveryCode.hash(code))
        #expect(RecoveryCode.hash(" \(code.lowercased().replacing("-", with: " ")) ") == hash)
        #expect(RecoveryCode.hash(String(code.dropLast())) == nil)
        #expect(RecoveryCode.hash(RecoveryCode.generate().text.revealed) != hash)
    }
}
