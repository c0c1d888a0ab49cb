import PluginKit

/// What the platform counts where it happens. `Docs/api.md` lists the names.
enum PlatformMetrics {
    private static let events = CounterFamily("ingress_events_total", labels: ["plugin", "outcome"])
    private static let deliveries = CounterFamily("deliveries_total", labels: ["plugin", "outcome"])

    private static let webhooks = CounterFamily("webhook_attempts_total", labels: ["outcome"])

    static func countWebhook(isTaken: Bool) { webhooks.add(1, [isTaken ? "taken" : "failed"]) }

    /// - Parameter plugin: one that is registered.
    static func count(_ receipt: IngressReceipt, plugin: String) {
        events.add(receipt.stored, [plugin, "stored"])
        events.add(receipt.duplicates, [plugin, "duplicate"])
        events.add(receipt.unroutable, [plugin, "unroutable"])
        events.add(receipt.discarded, [plugin, "discarded"])
        events.add(receipt.dropped, [plugin, "dropped"])
    }

    static func count(_ outcome: DeliveryOutcome, plugin: String) {
        let word =
            switch outcome {
            case .accepted: "accepted"
            case .retry: "retry"
            case .wait: "wait"
            case .giveUp: "give_up"
            case .withdrawn: "withdrawn"
            case .stopChannel: "stop_channel"
            case .unclear: "unclear"
            }
        deliveries.add(1, [plugin, word])
    }
}
