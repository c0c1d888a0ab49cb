/// Which wording an agreement is to be made with.
public struct AgreementTextChoice: Sendable, Hashable {
    public var name: AgreementTextName
    /// Nil for the newest that is not withdrawn. The standard text has only the one that comes with the platform.
    public var version: Int?

    public static let standard = AgreementTextChoice(.standard)

    public init(_ name: AgreementTextName, version: Int? = nil) {
        self.name = name
        self.version = version
    }
}
