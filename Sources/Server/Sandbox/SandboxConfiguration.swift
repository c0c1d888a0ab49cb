/// Where the sandbox listens and what it remembers.
public struct SandboxConfiguration: Sendable {
    public var host: String
    /// 0 takes any free port; `onReady` tells which.
    public var port: Int
    /// A JSON-lines file that lets the sandbox survive a kill. Nil keeps everything in memory.
    public var journalFile: String?

    public init(host: String = "127.0.0.1", port: Int = 0, journalFile: String? = nil) {
        self.host = host
        self.port = port
        self.journalFile = journalFile
    }
}
