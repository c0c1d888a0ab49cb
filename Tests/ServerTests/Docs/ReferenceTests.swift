import Console
import Foundation
import Hummingbird
import Logging
import Outbound
import PluginKit
import Postgres
import Testing

@testable import Platform
@testable import Server

@Suite("The reference tells what is there, and nothing else")
struct ReferenceTests {
    private static func page(_ name: String) throws -> String {
        let docs = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Docs")
        return try String(contentsOf: docs.appending(path: name), encoding: .utf8)
    }

    /// What stands in backticks.
    private static func code(_ page: String) -> [String] {
        page.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
    }

    // MARK: - Routes

    private struct NoHTTP: OutboundHTTP {
        func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
            throw OutboundError(kind: .refusedAddress, beforeSending: true)
        }
    }

    /// The routes, without anything behind them.
    private static func routes() throws -> [String] {
        let book = OperationBook()
        let all = try router(book).routes.map { "\($0.method.rawValue) \($0.path)" }
        let pages = Set(book.pages.map { "\($0.method.rawValue) \($0.path)" })
        // The signatory's pages stand beside what their links do.
        return all.filter { !pages.contains($0) || !$0.contains(" /console") }
    }

    private static func router(_ book: OperationBook = OperationBook()) throws -> Router<RequestScope> {
        let nowhere = PostgresConfiguration(host: "/nowhere", database: "none", username: "none")
        let installation = Installation(
            InstallationConfiguration(controlURL: Secret(""), regions: []), plugins: try BuiltInPlugins.registry(),
            control: PostgresClient(configuration: nowhere, logger: Logger(label: "test")), controlKey: .generate(),
            directory: RegionDirectory(regions: [:], shards: [:]), http: NoHTTP(), logger: Logger(label: "test"))
        return ServerRouter.make(
            installation, console: try Console.load(), publicURL: "", metrics: PrometheusMetrics(), book: book)
    }

    @Test("every route stands in Docs/api.md, and every route that stands there exists")
    func routesAreTold() throws {
        let methods: Set<String> = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
        let told = Set(
            Self.code(try Self.page("api.md")).filter { text in
                let words = text.split(separator: " ")
                return words.count == 2 && methods.contains(String(words[0])) && words[1].hasPrefix("/")
            })
        let there = Set(try Self.routes())
        #expect(there.count > 30)
        #expect(there.subtracting(told).sorted() == [], "missing in Docs/api.md")
        #expect(told.subtracting(there).sorted() == [], "in Docs/api.md, but no route")
    }

    @Test("every route stands in the OpenAPI document, and every operation there is a route")
    func operationsAreRoutes() throws {
        let book = OperationBook()
        let all = Set(try Self.router(book).routes.map { "\($0.method.rawValue) \($0.path)" })
        let pages = Set(book.pages.map { "\($0.method.rawValue) \($0.path)" })
        #expect(pages.isSubset(of: all))
        // What is no page of the console is open to whoever has a signed link, to be read.
        #expect(
            pages.filter { !$0.contains(" /console") }.sorted() == [
                "GET /agreements/{link}", "GET /consents/receipt/{link}", "GET /consents/withdrawal/{link}",
                "GET /notices/{link}",
            ])
        let routes = all.subtracting(pages)
        let paths = OpenAPIDocument(operations: book.operations, publicURL: "").json["paths"]?.object?.members ?? []
        let told = paths.flatMap { path in
            (path.value.object?.members ?? []).map { "\($0.name.uppercased()) \(path.name)" }
        }
        #expect(routes.subtracting(told).sorted() == [], "missing in the document")
        #expect(Set(told).subtracting(routes).sorted() == [], "in the document, but no route")
    }

    @Test("every page stands in Docs/console.md with its permission, and every one that stands there exists")
    func pagesAreTold() throws {
        let book = OperationBook()
        _ = try Self.router(book)
        let there = book.pages.map { page in
            let permission = page.permission.map { "`\($0.rawValue)` " } ?? ""
            return "| `\(page.method.rawValue) \(page.path)` | \(permission)|"
        }
        let told = try Self.page("console.md").split(separator: "\n").map(String.init).filter {
            $0.hasPrefix("| `GET /") || $0.hasPrefix("| `POST /")
        }
        #expect(there.count > 50)
        #expect(Set(there).subtracting(told).sorted() == [], "missing in Docs/console.md")
        #expect(Set(told).subtracting(there).sorted() == [], "in Docs/console.md, but no page")
    }

    @Test(
        "every component that the OpenAPI document refers to is there, every component is used, and every operation has its own id"
    )
    func componentsAreThere() throws {
        let book = OperationBook()
        _ = try Self.router(book)
        let document = OpenAPIDocument(operations: book.operations, publicURL: "").json
        var referred: Set<String> = []
        Self.visit(document) { if let name = $0["$ref"]?.string { referred.insert(name) } }
        let there = (document["components"]?["schemas"]?.object?.members ?? []).map {
            "#/components/schemas/\($0.name)"
        }
        #expect(referred.subtracting(there).sorted() == [])
        #expect(Set(there).subtracting(referred).sorted() == [])
        #expect(Set(there).count == there.count)
        let ids = book.operations.map(\.reference.id)
        #expect(Set(ids).count == ids.count)
    }

    private static func visit(_ json: JSON, _ body: (JSON) -> Void) {
        body(json)
        for member in json.object?.members ?? [] { visit(member.value, body) }
        for element in json.array ?? [] { visit(element, body) }
    }

    @Test("every code of a problem stands in Docs/api.md", arguments: PlatformError.Code.allCases)
    func codesAreTold(_ code: PlatformError.Code) throws {
        #expect(ProblemKind.codes.contains(code.rawValue))
    }

    @Test("Docs/api.md and the page of problems tell the same of every code, and of no other")
    func kindsAreTold() throws {
        let rows = try Self.page("api.md").split(separator: "\n").filter { row in
            row.prefixMatch(of: /\| [45]\d\d \| `[a-z_]+` \|/) != nil
        }
        let told = ProblemKind.all.map { "| \($0.status) | `\($0.code)` | \($0.meaning) | \($0.remedy) |" }
        #expect(rows.map(String.init) == told)
    }

    @Test("every code that the server writes is a kind of problem")
    func writtenCodesAreKinds() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../Sources/Server/HTTP")
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)?.allObjects ?? []
        var written: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /status: \d+, code: "([a-z_]+)"/) { written.insert(String(match.1)) }
        }
        #expect(written.count > 8)
        #expect(written.subtracting(ProblemKind.codes).sorted() == [])
    }

    @Test("every operation stands on the page of the reference, with a place that can be linked to")
    func operationsAreOnThePage() throws {
        let book = OperationBook()
        _ = try Self.router(book)
        let page = ReferencePage(operations: book.operations, publicURL: "https://wa.example").html
        for operation in book.operations {
            #expect(page.contains("id=\"\(operation.reference.id)\""))
            #expect(page.contains("<code>\(operation.path)</code>"))
        }
        let targets = Set(page.matches(of: /href="#([^"]+)"/).map { String($0.1) })
        let places = Set(page.matches(of: /id="([^"]+)"/).map { String($0.1) })
        #expect(targets.subtracting(places).sorted() == [], "a link within the page leads nowhere")
        #expect(!page.contains("<script") && !page.contains("style=\"") && !page.contains("src="))
    }

    @Test("every code of a problem has its place on the page that its type leads to")
    func codesAreOnThePage() {
        for code in ProblemKind.codes { #expect(ProblemsPage.html.contains("id=\"\(code)\"")) }
    }

    // MARK: - Roles

    @Test("Docs/roles.md shows the matrix as it is")
    func matrixIsTold() throws {
        let rows = try Self.page("roles.md").split(separator: "\n").filter { $0.hasPrefix("| ") }.map { row in
            row.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map {
                $0.trimmingCharacters(in: .whitespaces)
            }
        }
        #expect(rows.first == ["permission", ""] + Role.allCases.map(\.rawValue))
        let told = rows.dropFirst(2).map { [$0[0]] + $0.dropFirst(2) }
        let there = Permission.allCases.map { permission in
            ["`\(permission.rawValue)`"] + Role.allCases.map { $0.permissions.contains(permission) ? "yes" : "" }
        }
        #expect(told == there)
        #expect(rows.allSatisfy { $0[0] == "permission" || !$0[1].isEmpty })
    }

    // MARK: - Settings

    @Test("every setting stands in Docs/configuration.md with its default, and every one that stands there exists")
    func settingsAreTold() throws {
        let page = try Self.page("configuration.md")
        for key in SettingKey.all {
            let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `\(key.name)` ") }
            #expect(rows.count == 1, "\(key.name) stands in \(rows.count) rows")
            if let fallback = key.fallback, !fallback.isEmpty {
                #expect(rows.first?.contains("| `\(fallback)` |") == true, "\(key.name) has the default \(fallback)")
            }
        }
        let keys = Set(SettingKey.all.map(\.name) + Self.regionKeys())
        let told = page.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { row in
            Self.code(String(row.split(separator: "|").first ?? ""))
        }
        #expect(Set(told).subtracting(keys).sorted() == [], "in Docs/configuration.md, but no setting")
    }

    @Test("every key of a storage region stands in Docs/configuration.md")
    func regionKeysAreTold() throws {
        let told = Set(Self.code(try Self.page("configuration.md")))
        #expect(Set(Self.regionKeys()).subtracting(told).sorted() == [])
    }

    private static func regionKeys() -> [String] {
        let regions = (try? BuiltInPlugins.registry())?.storageRegions.values.map(\.regionSchema) ?? []
        return regions.flatMap { $0.fields.map { "region.<name>.\($0.key)" } }
    }
}
