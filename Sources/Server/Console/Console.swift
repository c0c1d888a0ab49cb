internal import Foundation
internal import Mustache

/// The provider's pages as HTML: templates, texts and assets, read once, and a function from a page's values to text.
///
/// It knows no route and no database. Whoever serves it fills a page model, says in which frame it stands, and sends
/// what `render` returns with `Console.headers(language:)`.
public struct Console: Sendable {
    let library: MustacheLibrary
    let catalogues: [Language: Catalogue]
    let assets: AssetFolder

    /// Reads and checks everything the pages are made of.
    /// - Throws: `ConsoleError`, one sentence that names the file that is missing or wrong.
    public static func load() throws -> Console {
        guard let resources else { throw ConsoleError("the resources of Console are missing") }
        return Console(
            library: try TemplateFolder.library(at: resources.appending(path: "Templates")),
            catalogues: try Catalogue.all(at: resources.appending(path: "Catalogues")),
            assets: try AssetFolder(at: resources.appending(path: "Assets")))
    }

    /// The folder of what is shipped beside the program.
    static var resources: URL? { Bundle.module.resourceURL }

    /// The page as an HTML document.
    public func render(_ page: some ConsolePage, in frame: Frame) -> String {
        let words = words(for: frame)
        let content = page.content(words)
        let document = Document(
            t: WordTree(words: words),
            frame: FrameView(frame, section: content.section, words: words, assets: assets),
            page: PageView(content))
        // `TemplateFolder` has checked that there is one.
        return library.render(document, withTemplate: Document.template) ?? ""
    }

    /// The bytes of an asset by the last part of its path, e.g. `console-1f3a….css`; nil when there is none.
    public func asset(_ path: String) -> Asset? { assets.byPath[path] }

    /// The paths of all assets, as `asset` takes them.
    public var assetPaths: [String] { assets.byPath.keys.sorted() }

    private func words(for frame: Frame) -> Words {
        // `Catalogue.all` has one for every language.
        Words(
            language: frame.language, catalogue: catalogues[frame.language] ?? Catalogue(texts: [:]),
            zone: frame.timeZone)
    }
}

/// What `document.mustache` is rendered with.
struct Document: Component {
    static let template = "document"

    let t: WordTree
    let frame: FrameView
    let page: PageView
}
