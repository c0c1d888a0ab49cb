import Crypto
import Foundation
public import PluginKit

/// With what deliveries to one endpoint are signed (Standard Webhooks, "Signature scheme": `whsec_` and Base64 of 24 to 64 bytes).
public struct WebhookSecret: Sendable {
    static let prefix = "whsec_"

    /// Shown to the tenant once.
    public let text: Secret<String>
    private let key: SymmetricKey

    static func generate() -> WebhookSecret {
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        return WebhookSecret(bytes)
    }

    /// - Returns: nil for what `text` is not.
    init?(_ text: String) {
        guard text.hasPrefix(Self.prefix), let bytes = Data(base64Encoded: String(text.dropFirst(Self.prefix.count))),
            (24...64).contains(bytes.count)
        else { return nil }
        self.init(bytes)
    }

    private init(_ bytes: Data) {
        text = Secret(Self.prefix + bytes.base64EncodedString())
        key = SymmetricKey(data: bytes)
    }

    /// - Parameters:
    ///   - id: the event's, the same at every attempt.
    ///   - time: of the attempt, in seconds of the epoch.
    /// - Returns: `v1,` and Base64 of the HMAC-SHA-256 over `id.time.body`.
    func signature(id: String, time: Int, body: [UInt8]) -> String {
        let content = Array("\(id).\(time).".utf8) + body
        return "v1," + Data(HMAC<SHA256>.authenticationCode(for: content, using: key)).base64EncodedString()
    }
}
