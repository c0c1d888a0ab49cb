import Console
import ConsoleSamples
import Foundation

// Writes every page in every state as static files, so that a browser can be driven over them without a server:
// `swift run ConsoleGallery FOLDER`. Beside them `manifest.json` lists the pages and the headers to serve.

guard CommandLine.arguments.count == 2 else {
    FileHandle.standardError.write(Data("usage: ConsoleGallery FOLDER\n".utf8))
    exit(2)
}
let folder = URL(filePath: CommandLine.arguments[1])
let console = try Console.load()

func write(_ bytes: Data, to path: String) throws {
    let file = folder.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try bytes.write(to: file)
}

for path in console.assetPaths {
    guard let asset = console.asset(path) else { continue }
    try write(Data(asset.bytes), to: String((ConsolePath.assets + "/" + path).dropFirst()))
}

var pages: [[String: String]] = []
for sample in Sample.all {
    let strained = try Strain.allCases.map { strain in
        (strain.rawValue, try sample.rewritten(strain.rawValue, strain.text))
    }
    for (strain, sample) in [("", sample)] + strained {
        for language in Language.allCases where strain.isEmpty || language == .german {
            let path = "pages/\(language.rawValue)/\(sample.name).html"
            try write(Data(console.render(sample.page, in: sample.frame(language)).utf8), to: path)
            pages.append(["path": "/" + path, "language": language.rawValue, "strain": strain])
        }
    }
}
let headers = Dictionary(uniqueKeysWithValues: Console.headers(language: .german).map { ($0.name, $0.value) })
let manifest = try JSONSerialization.data(
    withJSONObject: ["pages": pages, "headers": headers], options: [.prettyPrinted])
try write(manifest, to: "manifest.json")
print("\(pages.count) pages in \(folder.path)")
