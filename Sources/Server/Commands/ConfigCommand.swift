import ArgumentParser
import PluginKit

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "List every setting, its default and what it is now.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.load()
        for key in SettingKey.all {
            if key.isPattern {
                print(key.name)
                print("    \(key.help)")
            } else {
                Self.show(key.field, settings)
            }
        }
        for region in settings.known.regions.keys.sorted() {
            for field in settings.known.fields(ofRegion: region) { Self.show(field, settings) }
        }
        for provider in settings.known.providers.sorted() {
            for field in settings.known.fields(ofProvider: provider) { Self.show(field, settings) }
        }
    }

    private static func show(_ field: ConfigurationSchema.Field, _ settings: Settings) {
        print(field.key)
        print("    \(field.help)")
        if let fallback = field.fallback { print("    default: \(fallback.isEmpty ? "(empty)" : fallback)") }
        let value = settings.optional(field.key) ?? field.fallback
        let now = field.secret && value != nil ? "(set)" : value ?? "(not set)"
        print("    environment: \(SettingsEnvironment.name(of: field.key)); now: \(now)")
    }
}
