import Chatbot
import Declared
import PluginKit
import SelfHosted
import SignupWidget
import WhatsAppCloud

/// The plugins that come with Obhut. A new one is a folder under `Sources/Plugins` and a line here.
enum BuiltInPlugins {
    static func registry() throws(PluginRefusal) -> PluginRegistry {
        var registry = PluginRegistry()
        try registry.register(channel: WhatsAppCloud())
        try registry.register(consentSource: Declared())
        try registry.register(consentSource: Chatbot())
        try registry.register(consentSource: SignupWidget())
        try registry.register(storageRegion: SelfHosted())
        return registry
    }
}
