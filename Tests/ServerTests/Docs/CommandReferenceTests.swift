import ArgumentParser
import Foundation
import Testing

@testable import Server

@Suite struct CommandReferenceTests {
    /// Every command that does something itself, such as `obhut tenant list`.
    private static func leaves(_ command: any ParsableCommand.Type, _ path: [String]) -> [String] {
        let configuration = command.configuration
        let name = configuration.commandName ?? kebab("\(command)")
        let path = path + [name]
        if configuration.subcommands.isEmpty { return [path.joined(separator: " ")] }
        return configuration.subcommands.flatMap { leaves($0, path) }
    }

    /// As ArgumentParser names a command after its type.
    private static func kebab(_ type: String) -> String {
        type.reduce(into: "") { name, letter in
            if letter.isUppercase, !name.isEmpty { name.append("-") }
            name += letter.lowercased()
        }
    }

    static let commands = leaves(Obhut.self, [])

    private static func page() throws -> String {
        let docs = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Docs/cli.md")
        return try String(contentsOf: docs, encoding: .utf8)
    }

    @Test func `every command stands in the reference, and every one that stands there exists`() throws {
        let rows = try Self.page().split(separator: "\n").filter { $0.hasPrefix("| `obhut ") }
        let told = rows.compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }
        #expect(Self.commands.count > 30)
        #expect(Set(Self.commands).subtracting(told).sorted() == [], "missing in Docs/cli.md")
        #expect(Set(told).subtracting(Self.commands).sorted() == [], "in Docs/cli.md, but no command")
        #expect(told.count == Set(told).count)
    }

    @Test func `every way to end stands in the reference`() throws {
        let page = try Self.page()
        for exit in CommandExit.allCases { #expect(page.contains("\n| \(exit.rawValue) | ")) }
    }

    @Test(arguments: [Obhut.self, TenantCommand.self, AuditCommand.self] as [any ParsableCommand.Type])
    func `help names every command`(_ command: any ParsableCommand.Type) {
        let help = command.helpMessage()
        for sub in command.configuration.subcommands {
            let name = sub.configuration.commandName ?? Self.kebab("\(sub)")
            #expect(help.contains("\n  \(name) "), "\(name)")
        }
    }
}
