public import Documents

extension AgreementText {
    /// The text that comes with the platform: `Texts/standard.{language}.yaml`, compiled in, so that an installation cannot
    /// lack it.
    /// - Throws: `PlatformError` when the file is wrong, which the tests rule out.
    public static func standard(_ language: DocumentLanguage) throws -> AgreementText {
        switch language {
        case .german: try load(PackageResources.standard_de_yaml, file: "standard.de.yaml")
        case .english: try load(PackageResources.standard_en_yaml, file: "standard.en.yaml")
        }
    }
}
