/// How much is kept of one person on one channel before they agreed. For how long, the tenant's profile says (`ConsentRules`).
///
/// Without a limit, anybody who knows a number could fill a tenant's region with what nobody may read. What is beyond is counted and not
/// kept. A dialogue still hears it as long as it keeps up: a person who wrote too much must be able to answer.
struct QuarantineLimits: Sendable, Hashable {
    static let standard = QuarantineLimits(
        messages: 50, bytes: 256 * 1024, unheardMessages: 20, unheardBytes: 64 * 1024)

    /// Kept at most.
    var messages: Int
    var bytes: Int
    /// More than that, for as long as the dialogue has not heard them.
    var unheardMessages: Int
    var unheardBytes: Int

    /// Whether one more message may come in.
    func takes(_ size: Int, besides kept: QuarantineFill) -> Bool {
        kept.messages < messages + unheardMessages && kept.bytes + size <= bytes + unheardBytes
    }

    /// Whether what is there stays once it was heard.
    func keeps(_ kept: QuarantineFill) -> Bool { kept.messages <= messages && kept.bytes <= bytes }
}

/// What is kept of a person on a channel.
struct QuarantineFill: Sendable, Hashable {
    var messages = 0
    /// Of sealed content.
    var bytes = 0
}
