import Foundation
import Logging
import Testing

@testable import Server

@Suite struct SettingsTests {
    private func settings(_ file: String? = nil, _ flags: [String] = []) throws -> Settings {
        guard let file else { return try Settings(file: nil, flags: flags, environment: [:]) }
        return try ConfigurationFile.with(file) { try Settings(file: $0, flags: flags, environment: [:]) }
    }

    private func sentence(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func `what nobody set has its default`() throws {
        let settings = try settings()
        #expect(try settings.integer("http.port") == 8080)
        #expect(try settings.text("http.host") == "127.0.0.1")
        #expect(try settings.boolean("workers.enabled"))
        #expect(try settings.logLevel() == .info)
        #expect(settings.list("egress.exceptions") == [])
        #expect(settings.optional("control.url") == nil)
    }

    @Test func `providers of the sign-in are read as they are named`() throws {
        let file = #"""
            {"oidc": {"providers": ["corp"], "corp": {"issuer": "https://id.example", "client_id": "obhut",
             "client_secret": "s"}, "unused": {"issuer": "https://other.example"}}}
            """#
        let providers = try settings(file).openIDProviders()
        #expect(providers.map(\.name) == ["corp"] && providers[0].label == "corp")
        #expect(providers[0].issuer == "https://id.example")
        #expect(
            sentence { _ = try settings(file, ["oidc.providers=corp,unused"]).openIDProviders() }?.contains(
                "oidc.unused.client_id is not set") == true)
        #expect(
            sentence { _ = try settings(file, ["oidc.corp.isuer=x"]) }?.contains("did you mean oidc.corp.issuer?")
                == true)
        #expect(sentence { _ = try settings(file, ["oidc.corp.issuer=x"]) }?.contains("oidc.corp.issuer") == true)
        #expect(try settings().openIDProviders().isEmpty)
    }

    @Test func `a flag is stronger than the file, and the last of two flags counts`() throws {
        let settings = try settings(
            #"{"http": {"port": "9000", "host": "::1"}, "workers": {"enabled": "false"}}"#,
            ["http.port=9001", "http.port=9002", "egress.exceptions=a=b, c"])
        #expect(try settings.integer("http.port") == 9002)
        #expect(try settings.text("http.host") == "::1")
        #expect(try !settings.boolean("workers.enabled"))
        #expect(settings.list("egress.exceptions") == ["a=b", "c"])
    }

    /// A number written as one was passed over without a word, and the default taken.
    @Test func `the file's numbers, booleans and lists count as they are written in JSON`() throws {
        let settings = try settings(
            #"{"http": {"port": 9000}, "workers": {"enabled": false}, "database.connections": 3, "regions": ["eu-a", "eu-b"], "log": null}"#
        )
        #expect(try settings.integer("http.port") == 9000)
        #expect(try !settings.boolean("workers.enabled"))
        #expect(try settings.integer("database.connections") == 3)
        #expect(settings.list("regions") == ["eu-a", "eu-b"])
        #expect(try settings.logLevel() == .info)
    }

    static let files: [(String, String)] = [
        ("", "is not JSON: the document is empty, at byte 0"),
        (#"{"http": {"port": 9000}"#, "is not JSON: the document ends too early, at byte 23"),
        ("[]", "holds an array, not an object"), ("http.port=9000", "is not JSON: unexpected character, at byte 0"),
    ]

    @Test(arguments: files)
    func `a file that cannot be read is told by name, with its place`(text: String, why: String) throws {
        try ConfigurationFile.with(text) { path in
            #expect(sentence { _ = try Settings(file: path, flags: []) } == "the configuration file \(path) \(why)")
        }
    }

    @Test func `a file that is not there is told by name, in one line`() throws {
        let told = try #require(sentence { _ = try Settings(file: "/nowhere/obhut.json", flags: []) })
        #expect(told.hasPrefix("the configuration file /nowhere/obhut.json cannot be read: "))
        #expect(!told.contains("\n"))
    }

    @Test func `a list of lists is refused by its key`() throws {
        let told = try #require(sentence { _ = try settings(#"{"regions": [[1]]}"#) })
        #expect(told.hasPrefix("regions (") && told.hasSuffix("): expected a list separated by commas, found an array"))
    }

    @Test(arguments: ["x", "=x", ""])
    func `a flag without a key is refused`(flag: String) {
        #expect(sentence { _ = try settings(nil, [flag]) } == "--set \(flag): expected key=value")
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        var flags: [String]
        var told: String
        var read: @Sendable (Settings) throws -> Void
        var testDescription: String { told }

        init(_ flag: String?, _ told: String, _ read: @escaping @Sendable (Settings) throws -> Void) {
            flags = flag.map { [$0] } ?? []
            self.told = told
            self.read = read
        }
    }

    private static let load: @Sendable (Settings) throws -> Void = { _ in }

    static let wrong: [Wrong] = [
        Wrong("http.port=x", #"http.port (--set): expected a whole number from 1 to 65535, found "x""#, load),
        Wrong("http.port=0", #"http.port (--set): expected a whole number from 1 to 65535, found "0""#, load),
        Wrong("http.port=65536", #"http.port (--set): expected a whole number from 1 to 65535, found "65536""#, load),
        Wrong("http.port=80.5", #"http.port (--set): expected a whole number from 1 to 65535, found "80.5""#, load),
        Wrong("http.port=", "http.port (--set): expected a whole number from 1 to 65535, found an empty value", load),
        Wrong("workers.enabled=yes", #"workers.enabled (--set): expected true or false, found "yes""#, load),
        Wrong(
            "log.level=verbose",
            #"log.level (--set): expected one of trace, debug, info, notice, warning, error, critical, found "verbose""#,
            load),
        Wrong(
            "http.prt=1",
            "http.prt (--set): expected a key that obhut config lists, found an unknown one; did you mean http.port?",
            load),
        Wrong(nil, "control.url is not set. Control database, as obhut_control. See obhut config.") {
            _ = try $0.text("control.url")
        },
        Wrong(nil, "regions is not set: name at least one region. See obhut config.") {
            _ = try $0.regions(BuiltInPlugins.registry())
        },
        Wrong("regions=EU Central", #"regions: "EU Central" is no name; use a-z, 0-9 and -"#) {
            _ = try $0.regions(BuiltInPlugins.registry())
        },
    ]

    @Test(arguments: wrong)
    func `a value that is missing or wrong is one sentence that names the key`(row: Wrong) throws {
        #expect(sentence { try row.read(try settings(nil, row.flags)) } == row.told)
    }

    @Test func `a region gets the values that its plugin's schema names`() throws {
        let settings = try settings(
            #"{"regions": " eu-central,eu-north ", "region": {"eu-central": {"data_folder": "/d", "country": "DE"}}}"#)
        let regions = try settings.regions(BuiltInPlugins.registry())
        #expect(regions.map(\.id.rawValue) == ["eu-central", "eu-north"])
        #expect(regions.map(\.plugin) == ["self-hosted", "self-hosted"])
        #expect(regions[0].values == ["data_folder": "/d", "country": "DE"])
        #expect(regions[1].values.isEmpty)
    }

    @Test func `what a region's plugin does not know, and a plugin that is not there, are refused`() throws {
        let key = try #require(sentence { _ = try settings(#"{"region": {"eu-a": {"colour": "red"}}}"#) })
        #expect(key.hasPrefix("region.eu-a.colour (") && key.hasSuffix("found an unknown one"))
        let plugin = try #require(
            sentence { _ = try settings(nil, ["region.eu-a.plugin=other", "region.eu-a.place=x"]) })
        #expect(plugin == #"region.eu-a.plugin (--set): expected one of self-hosted, found "other""#)
    }

    @Test func `every key is listed once, with a sentence, and every URL of a database as a secret`() {
        #expect(Set(SettingKey.all.map(\.name)).count == SettingKey.all.count)
        #expect(SettingKey.all.allSatisfy { $0.help.hasSuffix(".") })
        for key in SettingKey.all where key.name.hasPrefix("control.") && key.name.hasSuffix("url") {
            #expect(key.isSecret)
        }
    }
}

enum ConfigurationFile {
    /// A file with this text, gone after the body.
    static func with<Value>(_ text: String, _ body: (String) throws -> Value) throws -> Value {
        let url = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString).json")
        try Data(text.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try body(url.path)
    }
}
