/// The variables that begin with `OBHUT_`. One that is no setting is warned of, never refused: others use the prefix too.
enum SettingsEnvironment {
    static let prefix = "OBHUT_"

    /// `http.port` is `OBHUT_HTTP_PORT`.
    static func name(of key: String) -> String {
        prefix + key.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "_" }.joined()
    }

    static func warnings(_ environment: [String: String], _ known: KnownSettings) -> [String] {
        let names = Set(known.keys.map(name)).union(RemoteOptions.variables)
        return environment.keys.filter { $0.hasPrefix(prefix) && !names.contains($0) }.sorted().map { variable in
            let hint = EditDistance.nearest(to: variable, of: names).map { "; did you mean \($0)?" } ?? ""
            return "\(variable) in the environment is no setting and is not used\(hint)"
        }
    }
}
