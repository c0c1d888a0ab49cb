/// Credentials and scope for signing a request with AWS Signature Version 4.
///
/// curl signs the request as it is finally sent, so the signature covers exactly the bytes on the wire.
/// For the service `s3` the field `x-amz-content-sha256`, which S3 demands, says `UNSIGNED-PAYLOAD` unless the request
/// brings the body's SHA-256 (hexadecimal) under that name: TLS guards the body then, so over plain `http` bring it.
/// The query is sent sorted by parameter, as it is signed; its percent-encoding must be RFC 3986's already.
public struct AWSSignature: Sendable {
    /// The access key's id (`AKIA...`).
    public var user: String
    /// The secret access key.
    public var key: String
    /// `eu-central-1`, or whatever name the S3-compatible store was given.
    public var region: String
    public var service: String

    public init(user: String, key: String, region: String, service: String = "s3") {
        self.user = user
        self.key = key
        self.region = region
        self.service = service
    }
}

extension AWSSignature {
    /// What CURLOPT_AWS_SIGV4 takes: provider, second provider, region and service.
    var scope: String { "aws:amz:\(region):\(service)" }

    /// A colon or a control character would change what the parts mean to curl.
    var isWellFormed: Bool {
        let parts = [user, key, region, service]
        let clean = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } }
        return clean && !region.contains(":") && !service.contains(":")
    }
}

extension AWSSignature: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "AWSSignature(\(region)/\(service))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["region": region, "service": service]) }
}
