import ArgumentParser
import Foundation
import Logging
import Platform
import Postgres

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Issue a staff token for the admin API; it is shown once.")

    @OptionGroup var options: SettingsOptions

    @Option(help: "Whose token it is.")
    var label: String

    func run() async throws {
        let settings = try await options.load()
        LoggingSystem.bootstrap { JSONLogHandler(label: $0, level: .warning) }
        let database = PostgresClient(
            configuration: try PostgresConfiguration(url: try settings.text("control.url")),
            logger: Logger(label: "token"))
        print(try await AdminTokenService(database: database).issue(label: label).revealed)
        await database.close()
    }
}
