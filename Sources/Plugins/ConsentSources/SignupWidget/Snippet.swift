public import PluginKit

extension SignupWidget {
    /// The tag that a tenant puts into its pages, once for each set-up. What the button needs before anything is loaded stands in it:
    /// colours, place, and the tenant's own labels.
    ///
    /// - Parameters:
    ///   - base: where `/sources` is reached from outside, without a slash at the end, e.g. `https://chat.provider.example`.
    ///   - setup: an active set-up of this plugin.
    public static func snippet(base: String, setup: SourceSetup, pinned: Bool = true) -> String {
        let (configuration, _) = WidgetConfiguration.read(setup.configuration)
        var data: [(name: String, value: String)] = []
        if configuration.mode != .floating { data.append(("mode", configuration.mode.rawValue)) }
        if configuration.corner != .bottomEnd { data.append(("corner", configuration.corner.rawValue)) }
        if configuration.scheme != .auto { data.append(("scheme", configuration.scheme.rawValue)) }
        if configuration.colours != .standard { data.append(("colours", configuration.colours.text)) }
        for (language, words) in configuration.words.sorted(by: { $0.key < $1.key }) {
            if let label = words["button"] { data.append(("label-\(language.lowercased())", label)) }
        }
        if let contact = configuration.contact { data.append(("contact", contact)) }
        return WidgetFiles.page.tag(plugin: name, base: base, setup: setup, data: data, pinned: pinned)
    }

    public func snippet(for setup: SourceSetup, base: String) -> String? { Self.snippet(base: base, setup: setup) }
}
