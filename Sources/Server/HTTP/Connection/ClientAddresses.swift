import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Outbound

/// Where a request comes from. A proxy in front is believed when it is named in `http.trusted_proxies`; nobody else is, as anybody can
/// write a header.
struct ClientAddresses: Sendable {
    private let trusted: [AddressBlock]

    init(trusting trusted: [AddressBlock] = []) { self.trusted = trusted }

    /// - Parameter ranges: addresses and CIDR ranges.
    init(trusting ranges: [String]) throws(SettingsError) {
        var blocks: [AddressBlock] = []
        for text in ranges {
            guard let block = AddressBlock(text) else {
                throw SettingsError(
                    description:
                        "http.trusted_proxies: expected addresses or ranges such as 10.0.0.0/8, found \"\(text)\"")
            }
            blocks.append(block)
        }
        trusted = blocks
    }

    func address(of request: Request, _ scope: RequestScope) -> IPAddress? {
        address(
            peer: scope.remoteAddress?.ipAddress.flatMap { IPAddress($0) }?.unmapped,
            forwardedFor: request.headers[.xForwardedFor], forwarded: request.headers[.forwarded])
    }

    /// The nearest hop that is none of our proxies, as the proxies tell it.
    /// - Returns: nil when it cannot be known: no peer, a hop that hides its address, or two headers that do not agree. One of them may
    ///   then be the client's own, which the proxy passed on.
    func address(peer: IPAddress?, forwardedFor: String?, forwarded: String?) -> IPAddress? {
        guard let peer, isTrusted(peer) else { return peer }
        let told = [
            forwardedFor.map { Self.hops(list: $0) }, forwarded.map { Self.hops(forwarded: $0) },
        ].compactMap { $0 }
        guard let first = told.first else { return peer }
        let address = nearest(first)
        return told.allSatisfy { nearest($0) == address } ? address : nil
    }

    /// - Parameter hops: the farthest first; nil for one that cannot be read.
    private func nearest(_ hops: [IPAddress?]) -> IPAddress? {
        for hop in hops.reversed() {
            guard let hop else { return nil }
            if !isTrusted(hop) { return hop }
        }
        return hops.first ?? nil
    }

    private func isTrusted(_ address: IPAddress) -> Bool { trusted.contains { $0.contains(address) } }

    /// `X-Forwarded-For: client, proxy`.
    private static func hops(list: String) -> [IPAddress?] {
        list.split(separator: ",", omittingEmptySubsequences: false).map { node(String($0)) }
    }

    /// `Forwarded: for="[2001:db8::1]:4711";proto=https, for=192.0.2.1` (RFC 7239, 4).
    private static func hops(forwarded: String) -> [IPAddress?] {
        forwarded.split(separator: ",", omittingEmptySubsequences: false).map { element in
            let pairs = element.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
            guard let pair = pairs.first(where: { $0.lowercased().hasPrefix("for=") }) else { return nil }
            return node(pair.dropFirst(4).trimmingCharacters(in: ["\""]))
        }
    }

    /// An address, perhaps with a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`.
    private static func node(_ text: String) -> IPAddress? {
        let text = text.trimmingCharacters(in: .whitespaces)
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            return IPAddress(String(text[text.index(after: text.startIndex)..<end]))?.unmapped
        }
        if let address = IPAddress(text) { return address.unmapped }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? IPAddress(String(parts[0])) : nil
    }
}

extension HTTPField.Name {
    static let forwarded = HTTPField.Name("Forwarded") ?? .trailer
    static let xForwardedFor = HTTPField.Name("X-Forwarded-For") ?? .trailer
}
