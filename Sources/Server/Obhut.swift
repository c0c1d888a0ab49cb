import ArgumentParser
import Logging

@main
struct Obhut: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "obhut",
        abstract: "A multi-tenant WhatsApp Business Solution Provider platform for Europe.",
        subcommands: [
            ServeCommand.self, MigrateCommand.self, PluginsCommand.self, ConfigCommand.self, TokenCommand.self,
            StaffCommand.self,
            SandboxCommand.self,
            DevCommand.self, DemoCommand.self,
            TenantCommand.self, AgreementCommand.self, ApprovalCommand.self, ChannelCommand.self, KeyCommand.self,
            DeadLetterCommand.self,
            RegionCommand.self, AuditCommand.self,
            ConsentCommand.self,
        ])
}
