import PluginKit

/// The cluster's port and passwords, chosen once. The port is chosen anew only when somebody else has taken it.
struct PostgresSecrets: Sendable {
    static let roles = ["postgres", "obhut_owner", "obhut_control", "obhut_app", "obhut_worker", "obhut_audit"]

    let port: Int
    let passwords: [String: String]

    init(_ folder: DataFolder) throws {
        let known = folder.json("secrets.json")
        let members = known?["passwords"]?.object?.members ?? []
        var passwords = Dictionary(members.map { ($0.name, $0.value.string ?? "") }, uniquingKeysWith: { $1 })
        for role in Self.roles where passwords[role, default: ""].isEmpty { passwords[role] = randomText() }
        let port = try known?["port"]?.int.flatMap { LocalPort.isFree($0) ? $0 : nil } ?? LocalPort.free()
        self.port = port
        self.passwords = passwords
        let sorted = passwords.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value)) }
        let json: JSON = ["port": .int(port), "passwords": .object(JSONObject(sorted))]
        try DataFolder.write(json.encoded(), to: folder.file("secrets.json"))
    }
}
