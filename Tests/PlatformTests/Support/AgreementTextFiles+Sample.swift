@testable import Platform

extension AgreementTextFiles {
    /// The standard text under another name.
    /// - Parameter mark: stands in the title of both files.
    static func sample(_ name: String = "clinics", _ version: Int = 1, mark: String = "") -> Self {
        func file(_ bytes: [UInt8]) -> String {
            String(decoding: bytes, as: UTF8.self)
                .replacing("id: standard", with: "id: \(name)", maxReplacements: 1)
                .replacing("version: \"1.0\"", with: "version: \"\(version)\"", maxReplacements: 1)
                .replacing("\ntitle: ", with: "\ntitle: \(mark)", maxReplacements: 1)
        }
        return AgreementTextFiles(
            german: file(PackageResources.standard_de_yaml), english: file(PackageResources.standard_en_yaml))
    }
}
