/// Where the sandbox listens and what it remembers.
public struct SandboxConfiguration: Sendable {
    public var host: String
    /// 0 takes any free port; `onReady` tells which.
    public var port: Int
    /// A JSON-lines file that lets the sandbox survive a kill. Nil keeps everything in memory.
    public var journalFile: String?
    /// What `/sandbox/health` is to show, so that whoever started the sandbox knows that it is the one that answers.
    public var instance: String?

    public init(host: String = "127.0.0.1", port: Int = 0, journalFile: String? = nil, instance: String? = nil) {
        self.host = host
        self.port = port
        self.journalFile = journalFile
        self.instance = instance
    }
}
