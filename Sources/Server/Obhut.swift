import ArgumentParser
import Configuration
import Hummingbird

@main
struct Obhut: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "obhut", abstract: "The platform a European WhatsApp provider runs.")
}
