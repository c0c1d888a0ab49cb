import Platform
import PluginKit

/// The message that another one answers. Callers name it by our id; the messenger knows it by its own.
enum AnsweredMessage {
    static let path = "context.message_id"

    /// - Returns: the context as the messenger takes it.
    static func context(_ id: MessageID, _ caller: Caller, _ reading: ReadingService) async throws -> JSON {
        guard let provider = try await reading.providerID(of: id, caller) else {
            throw PlatformError.invalid(path, "that message has not reached the messenger yet")
        }
        return ["message_id": .string(provider.revealed)]
    }
}
