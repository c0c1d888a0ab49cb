internal import Foundation
internal import Mustache

/// Reads the templates and checks that every partial a template names is there: the library renders a missing one as
/// nothing, and nothing is easily overlooked.
enum TemplateFolder {
    static func library(at folder: URL) throws -> MustacheLibrary {
        let sources = try sources(at: folder)
        var library = MustacheLibrary()
        for (name, source) in sources {
            do {
                try library.register(source, named: name)
            } catch {
                throw ConsoleError("the template \(name).mustache cannot be parsed: \(error)")
            }
        }
        for (name, source) in sources {
            for match in source.matches(of: /\{\{>\s*([a-z][a-z-]*)\s*\}\}/) where sources[String(match.1)] == nil {
                throw ConsoleError("the template \(name).mustache wants \(match.1).mustache, which is missing")
            }
        }
        guard sources[Document.template] != nil else { throw ConsoleError("document.mustache is missing") }
        return library
    }

    /// The text of every template by name.
    static func sources(at folder: URL) throws -> [String: String] {
        var sources: [String: String] = [:]
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        where file.pathExtension == "mustache" {
            sources[file.deletingPathExtension().lastPathComponent] = try String(contentsOf: file, encoding: .utf8)
        }
        return sources
    }
}
