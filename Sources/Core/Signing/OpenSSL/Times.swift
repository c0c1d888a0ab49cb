internal import COpenSSL

internal import struct Foundation.Date

extension Date {
    /// Whole seconds since 1970, as ASN.1's times have them: none before 1970 and none after 9999.
    var asn1Seconds: Int {
        get throws(SigningError) {
            let seconds = timeIntervalSince1970.rounded(.down)
            guard seconds >= 0, seconds < 253_402_300_800 else { throw .invalidTime }
            return Int(seconds)
        }
    }

    /// `nil` when there is no time, or none that can be read.
    init?(_ time: UnsafePointer<ASN1_TIME>?) {
        var seconds: Int64 = 0
        guard obhut_seconds(time, &seconds) == 1 else { return nil }
        self.init(timeIntervalSince1970: Double(seconds))
    }
}
