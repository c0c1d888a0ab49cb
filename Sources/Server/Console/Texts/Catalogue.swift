internal import Foundation

/// All texts of one language by key.
struct Catalogue: Sendable {
    let texts: [String: String]
    /// Told each key that is looked up, so that tests find the ones nobody wants.
    var onUse: (@Sendable (String) -> Void)?

    init(texts: [String: String]) { self.texts = texts }

    subscript(_ key: String) -> String? {
        onUse?(key)
        return texts[key]
    }

    /// A catalogue for every language, with the same keys in each.
    static func all(at folder: URL) throws -> [Language: Catalogue] {
        var catalogues: [Language: Catalogue] = [:]
        for language in Language.allCases {
            let file = folder.appending(path: "\(language.rawValue).json")
            do {
                let texts = try JSONDecoder().decode([String: String].self, from: Data(contentsOf: file))
                catalogues[language] = Catalogue(texts: texts)
            } catch {
                throw ConsoleError("the texts \(file.lastPathComponent) cannot be read: \(error)")
            }
        }
        let all = catalogues.values.reduce(into: Set<String>()) { $0.formUnion($1.texts.keys) }
        for (language, catalogue) in catalogues {
            if let missing = all.subtracting(catalogue.texts.keys).min() {
                throw ConsoleError("the texts \(language.rawValue).json lack \(missing)")
            }
        }
        return catalogues
    }
}
