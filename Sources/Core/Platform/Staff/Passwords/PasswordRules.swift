import Foundation
import PluginKit

/// What a password must be (NIST SP 800-63B, 5.1.1.2): long, and none that everybody tries first. No rules on what it
/// is made of.
enum PasswordRules {
    static let lengths = 12...1024

    /// - Parameter email: the member's address, which is no password either.
    /// - Returns: what is wrong with it; nil when nothing is.
    static func problem(_ password: Secret<String>, email: Personal<String>) -> String? {
        let text = normalised(password)
        guard text.unicodeScalars.count >= lengths.lowerBound else { return "give 12 characters or more" }
        guard text.utf8.count <= lengths.upperBound else { return "give at most 1024 bytes" }
        guard !text.utf8.contains(0) else { return "leave out the character U+0000" }
        let plain = text.lowercased()
        if CommonPasswords.contains(plain) || plain == email.revealed.lowercased() {
            return "this is one of the first that anybody would try; choose another"
        }
        return nil
    }

    /// The one form that equal passwords share, whatever keyboard they come from (RFC 8265, 4.2.2: NFC).
    static func normalised(_ password: Secret<String>) -> String {
        password.revealed.precomposedStringWithCanonicalMapping
    }
}
