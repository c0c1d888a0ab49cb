import Crypto
import Foundation
import PluginKit

/// Links by which a person reaches their own consents without an account: to withdraw, and to read what they agreed to.
///
/// A link holds ids and a MAC over them, nothing of the person, and ends never: withdrawing is possible at any time (Art. 7(3) GDPR). It is
/// stored nowhere.
struct PersonLinks: Sendable {
    enum Kind: UInt8, Sendable, CaseIterable {
        case withdrawal = 1
        case receipt = 2
    }

    /// Whose consents on which channel.
    struct Target: Sendable, Hashable {
        var tenant: TenantID
        var channel: ChannelID
        var contact: ContactID
    }

    private static let macLength = 16
    private let key: SymmetricKey

    init(_ controlKey: DataKey) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: controlKey.secret.revealed), info: Array("obhut/person-links".utf8),
            outputByteCount: 32)
    }

    func make(_ kind: Kind, _ target: Target) -> String {
        let content = Self.content(kind, target)
        let mac = HMAC<SHA256>.authenticationCode(for: content, using: key).prefix(Self.macLength)
        return Data(content + mac).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").filter { $0 != "=" }
    }

    /// - Returns: nil for what is no link of ours, or one of another kind.
    func read(_ text: String, as kind: Kind) -> Target? {
        let length = 49 + Self.macLength
        guard text.utf8.count == (length * 4 + 2) / 3 else { return nil }
        let padding = String(repeating: "=", count: (3 - length % 3) % 3)
        let plain = text.replacing("-", with: "+").replacing("_", with: "/") + padding
        guard let data = Data(base64Encoded: plain), data.count == length, data.first == kind.rawValue else {
            return nil
        }
        let bytes = Array(data)
        func id(_ place: Int) -> UUID {
            bytes[(1 + place * 16)..<(17 + place * 16)].withUnsafeBytes {
                UUID(uuid: $0.loadUnaligned(as: uuid_t.self))
            }
        }
        let target = Target(
            tenant: TenantID(rawValue: id(0)), channel: ChannelID(rawValue: id(1)), contact: ContactID(rawValue: id(2)))
        // In one form only, and compared in constant time over all of it.
        let expected = HMAC<SHA256>.authenticationCode(for: Self.content(kind, target), using: key)
        let given = Array(bytes.suffix(Self.macLength))
        let difference = zip(expected.prefix(Self.macLength), given).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        return difference == 0 && make(kind, target) == text ? target : nil
    }

    private static func content(_ kind: Kind, _ target: Target) -> [UInt8] {
        [target.tenant.rawValue, target.channel.rawValue, target.contact.rawValue].reduce(into: [kind.rawValue]) {
            bytes, id in withUnsafeBytes(of: id.uuid) { bytes += $0 }
        }
    }
}

extension PersonLinks {
    /// Paths below the installation's public address.
    static func path(_ kind: Kind, _ link: String) -> String {
        switch kind {
        case .withdrawal: "/consents/withdrawal/\(link)"
        case .receipt: "/consents/receipt/\(link)"
        }
    }
}
