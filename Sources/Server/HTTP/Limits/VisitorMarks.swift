import Crypto
import Outbound
import Platform
import PluginKit

/// Tells one visitor of a page from another for as long as it takes to count, and no longer.
struct VisitorMark: Hashable, Sendable {
    fileprivate let bytes: [UInt8]
}

/// Makes visitors' marks: a MAC of network and set-up under a key that this process made for itself and that nothing else knows. Marks
/// stand in memory alone, so that no address of a visitor is kept, and none can be followed from one set-up to another or past a
/// restart (Art. 25 GDPR).
struct VisitorMarks: Sendable {
    private let key = SymmetricKey(size: .bits256)

    /// - Parameter network: nil for one that is not known; all such share a mark.
    func mark(of network: IPAddress?, on source: ConsentSourceID) -> VisitorMark {
        let text = "\(source) \(network?.description ?? "")"
        let code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)
        return VisitorMark(bytes: Array(code.prefix(16)))
    }
}
