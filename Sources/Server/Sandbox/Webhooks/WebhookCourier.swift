internal import Logging
internal import Outbound

/// Brings webhooks to their subscribers: in order for each number, numbers side by side, again until the answer is 200.
struct WebhookCourier: Sendable {
    let sandbox: Sandbox
    let outbound: any OutboundHTTP
    let logger: Logger

    /// Runs until cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await numberID in sandbox.queuesToDrain {
                group.addTask { await drain(numberID) }
            }
            group.cancelAll()
        }
    }

    private func drain(_ numberID: String) async {
        while !Task.isCancelled, let parcel = sandbox.nextParcel(numberID) {
            do {
                try await deliver(parcel)
            } catch {
                return
            }
        }
    }

    /// - Throws: only when cancelled.
    private func deliver(_ first: SandboxState.Parcel) async throws(CancellationError) {
        if first.delayMilliseconds > 0 { try await pause(.milliseconds(first.delayMilliseconds)) }
        var parcel = first
        var attempt = 1
        while true {
            if await post(parcel) {
                if parcel.isDuplicated { _ = await post(parcel) }
                sandbox.finish(parcel, isDelivered: true)
                return
            }
            if Task.isCancelled { throw CancellationError() }
            guard let current = sandbox.renewed(parcel) else { return }
            parcel = current
            sandbox.countRetry()
            try await wait(RetrySchedule.gap(after: attempt), orUntilMovedFrom: parcel)
            attempt += 1
        }
    }

    /// True when the subscriber answered 200.
    private func post(_ parcel: SandboxState.Parcel) async -> Bool {
        let request = OutboundRequest(
            method: "POST", url: parcel.url,
            headers: [
                ("Content-Type", "application/json"), ("User-Agent", "facebookexternalua"),
                ("X-Hub-Signature-256", EscapedJSON.signature(of: parcel.body, appSecret: parcel.appSecret)),
            ],
            body: parcel.body, timeout: .seconds(20))
        do throws(OutboundError) {
            let response = try await outbound.send(request)
            if response.status == 200 { return true }
            logger.debug("webhook not taken", metadata: ["status": "\(response.status)"])
        } catch {
            logger.debug("webhook not delivered", metadata: ["reason": "\(error.kind.rawValue)"])
        }
        return false
    }

    /// Waits in slices, so that a changed URL is tried soon and not only after the whole gap.
    private func wait(_ gap: Duration, orUntilMovedFrom parcel: SandboxState.Parcel) async throws(CancellationError) {
        let end = ContinuousClock.now + gap
        while ContinuousClock.now < end {
            try await pause(min(.milliseconds(500), end - .now))
            if sandbox.callbackURL(of: parcel.numberID) != parcel.url { return }
        }
    }

    private func pause(_ duration: Duration) async throws(CancellationError) {
        do {
            try await Task.sleep(for: duration)
        } catch {
            throw CancellationError()
        }
    }
}
