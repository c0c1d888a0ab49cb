import PluginKit

/// Whether a configuration can be used with terms: what its plugin says, and what the platform wants of every one.
struct SetupCheck: Sendable {
    /// Bytes that a configuration may have, written as JSON.
    static let sizeLimit = 65_536
    static let depthLimit = 16

    let plugins: PluginRegistry

    /// - Throws: `.invalid` that tells which plugins there are.
    func plugin(_ name: String) throws(PlatformError) -> any ConfiguredConsentSource {
        if let plugin = plugins.consentSources[name] as? any ConfiguredConsentSource { return plugin }
        let known = plugins.consentSources.filter { $0.value is any ConfiguredConsentSource }.keys.sorted()
        let what = plugins.consentSources[name] == nil ? "there is no such consent source" : "this one is not set up"
        throw .invalid("plugin", "\(what); known are: \(known.joined(separator: ", "))")
    }

    /// All that is wrong, at once, by path in the request.
    /// - Parameter isActive: whether people are to be asked now.
    func problems(
        in configuration: JSON, of name: String, with terms: ConsentTerms, isActive: Bool
    ) -> [PlatformError.Field] {
        guard let plugin = plugins.consentSources[name] as? any ConfiguredConsentSource else {
            return [.init(path: "plugin", problem: "the server does not have it any more")]
        }
        let found = plugin.problems(in: configuration, with: terms).map { refusal in
            let path =
                refusal.field.isEmpty || refusal.field == "configuration"
                ? "configuration"
                : refusal.field.hasPrefix("[") ? "configuration\(refusal.field)" : "configuration.\(refusal.field)"
            return PlatformError.Field(path: path, problem: refusal.problem)
        }
        return found + (isActive ? TermsDuties.problems(terms) : [])
    }

    /// What no plugin has to look at.
    static func shape(of configuration: JSON) -> [PlatformError.Field] {
        func wrong(_ problem: String) -> [PlatformError.Field] { [.init(path: "configuration", problem: problem)] }
        guard configuration.object != nil else { return wrong("expected an object, found \(configuration.kind)") }
        guard isShallow(configuration, depthLimit) else { return wrong("values are nested too deep") }
        guard configuration.encoded().count <= sizeLimit else { return wrong("give \(sizeLimit) bytes at most") }
        guard !hasNull(configuration) else { return wrong("texts cannot hold the character U+0000") }
        return []
    }

    private static func isShallow(_ json: JSON, _ left: Int) -> Bool {
        switch json {
        case .array(let elements): left > 0 && elements.allSatisfy { isShallow($0, left - 1) }
        case .object(let object): left > 0 && object.members.allSatisfy { isShallow($0.value, left - 1) }
        default: true
        }
    }

    private static func hasNull(_ json: JSON) -> Bool {
        switch json {
        case .string(let text): text.utf8.contains(0)
        case .array(let elements): elements.contains(where: hasNull)
        case .object(let object): object.members.contains { $0.name.utf8.contains(0) || hasNull($0.value) }
        default: false
        }
    }
}
