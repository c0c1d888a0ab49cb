public import PluginKit

extension SignupWidget {
    /// The tag that a tenant puts into its pages, once for each set-up.
    ///
    /// It pins the script by its digest, so that the page runs what was looked at and nothing else; when the script changes, the old one
    /// goes on being asked for under its own name, and pages want a new snippet. With `pinned: false` the page always gets the newest.
    /// What the button needs before anything is loaded stands in the tag: colours, place, and the tenant's own labels.
    ///
    /// - Parameters:
    ///   - base: where `/sources` is reached from outside, without a slash at the end, e.g. `https://chat.provider.example`.
    ///   - setup: an active set-up of this plugin.
    public static func snippet(base: String, setup: SourceSetup, pinned: Bool = true) -> String {
        let (configuration, _) = WidgetConfiguration.read(setup.configuration)
        var attributes = [
            ("src", "\(base)/sources/\(name)/\(pinned ? WidgetFiles.pinned : "widget.js")")
        ]
        if pinned { attributes.append(("integrity", WidgetFiles.integrity)) }
        attributes += [("crossorigin", "anonymous"), ("referrerpolicy", "no-referrer"), ("data-setup", setup.id)]
        if configuration.mode != .floating { attributes.append(("data-mode", configuration.mode.rawValue)) }
        if configuration.corner != .bottomEnd { attributes.append(("data-corner", configuration.corner.rawValue)) }
        if configuration.scheme != .auto { attributes.append(("data-scheme", configuration.scheme.rawValue)) }
        if configuration.colours != .standard { attributes.append(("data-colours", configuration.colours.text)) }
        for (language, words) in configuration.words.sorted(by: { $0.key < $1.key }) {
            if let label = words["button"] { attributes.append(("data-label-\(language.lowercased())", label)) }
        }
        if let contact = configuration.contact { attributes.append(("data-contact", contact)) }
        return "<script " + attributes.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: " ") + " async></script>"
    }

    public func snippet(for setup: SourceSetup, base: String) -> String? { Self.snippet(base: base, setup: setup) }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("\"", with: "&quot;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;")
    }
}
