import Foundation

@testable import Signing

/// An hour ahead, so that what openssl certifies during the tests is valid then; in whole seconds, as in a seal.
let soon = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 3600).rounded(.down))

func date(_ text: String) throws -> Date {
    try Date("\(text)T00:00:00Z", strategy: .iso8601)
}

func someIdentity(
    _ name: String = "Seals",
    validity: ClosedRange<Date> = soon.addingTimeInterval(-86_400)...soon.addingTimeInterval(86_400)
) throws -> SigningIdentity {
    try SigningIdentity.selfSigned(
        organisation: "Anbieter für Nachrichten GmbH", commonName: name, country: "DE", validity: validity)
}

let agreement = Array("Agreement under Article 28 of the GDPR\r\nbetween one and another\n".utf8)

/// The error that something throws; `nil` when it does not.
func failure<Result>(of body: () throws(SigningError) -> Result) -> SigningError? {
    do throws(SigningError) {
        _ = try body()
        return nil
    } catch {
        return error
    }
}

extension [UInt8] {
    /// The bytes with each occurrence of some replaced by as many others.
    func replacing(_ old: [UInt8], with new: [UInt8]) -> [UInt8] {
        var copy = self
        while let found = copy.firstRange(of: old) { copy.replaceSubrange(found, with: new) }
        return copy
    }
}
