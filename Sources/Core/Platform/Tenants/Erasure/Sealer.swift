/// Seals a document so that anybody can check who issued it and that it was not altered, such as by a CMS signature.
public protocol Sealer: Sendable {
    /// - Returns: the detached seal.
    func seal(_ document: [UInt8]) async throws -> [UInt8]
}
