import PluginKit
import Testing

@Suite struct ConfigurationSchemaTests {
    static let schema = ConfigurationSchema([
        .init("name", help: "A name."),
        .init("port", .integer(1...65535), fallback: "5432", help: "A port."),
        .init("verbose", .boolean, required: false, help: "Whether to talk."),
        .init("endpoint", .url, required: false, help: "Where."),
        .init("mode", .oneOf(["fast", "safe"]), required: false, help: "How."),
        .init("hosts", .list, required: false, help: "Which."),
        .init("token", secret: true, help: "A secret."),
        .init("pin", .integer(100_000...999_999), required: false, secret: true, help: "Six digits."),
        .init("callback", .url, required: false, secret: true, help: "Has a password in it."),
        .init("level", .oneOf(["low", "high"]), required: false, secret: true, help: "A secret choice."),
    ])

    static let good = ["name": "n", "token": "t"]

    private func problems(_ change: [String: String?]) -> [ConfigurationProblem] {
        var given = Self.good
        for (key, value) in change { given[key] = value }
        guard case .failure(let failure) = Self.schema.validate(given) else { return [] }
        return failure.problems
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        var change: [String: String?]
        var told: String
        var testDescription: String { told }

        init(_ key: String, _ value: String?, _ told: String) {
            change = [key: value]
            self.told = "\(key): \(told)"
        }
    }

    private static let url = "expected a URL that starts with https:// (http:// only for local installations), found"

    static let wrong: [Wrong] = [
        Wrong("name", nil, "expected text, found nothing"),
        Wrong("name", "", "expected text, found an empty value"),
        Wrong("name", " \t\n", "expected text, found \" \t\n\""),
        Wrong("port", "x", #"expected a whole number from 1 to 65535, found "x""#),
        Wrong("port", "", "expected a whole number from 1 to 65535, found an empty value"),
        Wrong("port", "0", #"expected a whole number from 1 to 65535, found "0""#),
        Wrong("port", "65536", #"expected a whole number from 1 to 65535, found "65536""#),
        Wrong("port", "80.0", #"expected a whole number from 1 to 65535, found "80.0""#),
        Wrong("port", " 80", #"expected a whole number from 1 to 65535, found " 80""#),
        Wrong(
            "port", "99999999999999999999", #"expected a whole number from 1 to 65535, found "99999999999999999999""#),
        Wrong("verbose", "yes", #"expected true or false, found "yes""#),
        Wrong("verbose", "TRUE", #"expected true or false, found "TRUE""#),
        Wrong("endpoint", "graph.test", "\(url) \"graph.test\""),
        Wrong("endpoint", "ftp://graph.test", "\(url) \"ftp://graph.test\""),
        Wrong("endpoint", "https://", "\(url) \"https://\""),
        Wrong("endpoint", "HTTPS:graph.test", "\(url) \"HTTPS:graph.test\""),
        Wrong("endpoint", "", "\(url) an empty value"),
        Wrong("mode", "Fast", #"expected one of fast, safe, found "Fast""#),
        Wrong("token", nil, "expected text, found nothing"),
        Wrong("token", "", "expected text, found a value that is not"),
        Wrong("pin", "4711", "expected a whole number from 100000 to 999999, found a value that is not"),
        Wrong("callback", "ftp://u:hunter2@h", "\(url) a value that is not"),
        Wrong("level", "hunter2", "expected one of low, high, found a value that is not"),
        Wrong(
            "nme", "n",
            "expected one of name, port, verbose, endpoint, mode, hosts, token, pin, callback, level, found an unknown key"
        ),
    ]

    @Test(arguments: wrong)
    func `a wrong value names the key, what was expected and what was found`(row: Wrong) {
        #expect(problems(row.change).map(\.description) == [row.told])
    }

    @Test func `everything that is wrong is told at once, unknown keys first`() {
        let problems = problems(["zzz": "1", "aaa": "1", "name": .none, "port": "x", "token": .none])
        #expect(problems.map(\.key) == ["aaa", "zzz", "name", "port", "token"])
        let text = ConfigurationProblems(problems: problems).description
        #expect(text.components(separatedBy: "; ") == problems.map(\.description))
    }

    @Test func `a value given for a secret, or for a key that is not known, is in no message`() {
        let change: [String: String?] = [
            "pin": "hunter2", "callback": "hunter2", "level": "hunter2", "acces_token": "hunter2", "name": .none,
        ]
        let problems = problems(change)
        #expect(problems.count == 5)
        for text in ["\(problems)", "\(ConfigurationProblems(problems: problems))", String(reflecting: problems)] {
            #expect(!text.contains("hunter2"))
        }
    }

    @Test func `a schema without keys says that it takes none`() {
        guard case .failure(let failure) = ConfigurationSchema([]).validate(["x": "1"]) else {
            Issue.record("an unknown key was taken")
            return
        }
        #expect(failure.description == "x: expected no keys, found an unknown key")
    }

    @Test func `what is absent is filled by its fallback, or stays absent`() throws {
        let configuration = try Self.schema.validate(Self.good).get()
        #expect(configuration.text("name") == "n")
        #expect(configuration.integer("port") == 5432)
        #expect(configuration.boolean("verbose") == nil)
        #expect(configuration.list("hosts") == [])
        #expect(configuration.text("endpoint") == nil)
        #expect(configuration.secret("token") == Secret("t"))
        #expect(configuration.revealed == ["name": "n", "token": "t", "port": "5432"])
    }

    @Test func `what is given is read as its kind`() throws {
        let given = [
            "name": " n ", "token": "t", "port": "1", "verbose": "false", "endpoint": "http://127.0.0.1:1",
            "mode": "safe",
            "hosts": " a, b ,,c\n, ", "pin": "123456",
        ]
        let configuration = try Self.schema.validate(given).get()
        #expect(configuration.text("name") == " n ")
        #expect(configuration.integer("port") == 1)
        #expect(configuration.boolean("verbose") == false)
        #expect(configuration.text("endpoint") == "http://127.0.0.1:1")
        #expect(configuration.list("hosts") == ["a", "b", "c"])
        #expect(configuration.integer("pin") == 123456)
        #expect(configuration.text("unknown") == nil && configuration.integer("name") == nil)
        #expect(configuration.revealed == given)
    }

    @Test func `a fallback is checked as a given value is`() {
        let schema = ConfigurationSchema([.init("port", .integer(1...9), fallback: "10", help: "A port.")])
        guard case .failure(let failure) = schema.validate([:]) else {
            Issue.record("a fallback outside of the range was taken")
            return
        }
        #expect(failure.description == #"port: expected a whole number from 1 to 9, found "10""#)
    }
}
