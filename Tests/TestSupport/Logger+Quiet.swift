public import Logging

extension Logger {
    /// Says nothing: what fails on purpose in a test must not flood the log of those that fail by mistake.
    public static var quiet: Logger { Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }) }
}
