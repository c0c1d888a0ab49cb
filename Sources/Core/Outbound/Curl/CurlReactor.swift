internal import CCurl
internal import Logging

/// curl's multi handle and its transfers, on the one thread that may touch them.
final class CurlReactor {
    private let inbox: CurlInbox
    private let multi: UnsafeMutableRawPointer
    private let settings: CurlSettings
    private let logger: Logger
    private let clock = ContinuousClock()

    private var transfers: [UInt64: CurlTransfer] = [:]
    private var idsByHandle: [UnsafeMutableRawPointer: UInt64] = [:]
    private var nextSweep = ContinuousClock.now

    /// How late a transfer that waits for a free connection may notice its deadline: curl times only those that dial.
    private static let sweepMilliseconds: Int32 = 100
    private static let idleMilliseconds: Int32 = 60_000

    /// Takes over the multi handle and frees it at the end of `run`.
    init(inbox: CurlInbox, multi: UnsafeMutableRawPointer, settings: CurlSettings, logger: Logger) {
        self.inbox = inbox
        self.multi = multi
        self.settings = settings
        self.logger = logger
    }

    /// Serves until the inbox is closed. Blocks its thread.
    func run() {
        while true {
            let batch = inbox.take()
            for job in batch.jobs { begin(job) }
            for id in batch.cancelled { abort(id, .cancelled, "the caller was cancelled") }
            if let end = batch.closesAt, transfers.isEmpty || clock.now >= end { break }

            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            harvest()
            expire()
            wait(isClosing: batch.closesAt != nil)
        }
        for id in Array(transfers.keys) { abort(id, .shutDown, "the client was shut down") }
        for job in inbox.detach() {
            job.end(.failure(OutboundError(kind: .shutDown, beforeSending: true, detail: "the client is shut down")))
        }
        curl_multi_cleanup(multi)
        inbox.retire()
    }

    private func begin(_ job: CurlJob) {
        let transfer: CurlTransfer
        do throws(OutboundError) {
            transfer = try CurlTransfer(job, settings: settings, now: clock.now)
        } catch {
            job.end(.failure(error))
            return
        }
        guard curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
            job.end(.failure(transfer.error(.connect, "curl took no further transfer")))
            return
        }
        transfers[job.id] = transfer
        idsByHandle[transfer.easy] = job.id
    }

    /// Ends the transfers that curl reports as done.
    private func harvest() {
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(multi, &remaining) {
            // curl frees the message with the handle: copy what it says first.
            let (kind, easy, code) = (message.pointee.msg, message.pointee.easy_handle, message.pointee.data.result)
            guard kind == CURLMSG_DONE, let easy, let id = idsByHandle[easy], let transfer = remove(id) else {
                continue
            }
            let result = transfer.result(of: code)
            if case .failure(let error) = result, error.kind == .refusedAddress {
                logger.notice(
                    "egress policy refused to dial",
                    metadata: ["origin": "\(error.origin)", "reason": "\(error.detail)"])
            }
            transfer.job.end(result)
        }
    }

    private func expire() {
        let now = clock.now
        guard now >= nextSweep else { return }
        nextSweep = now + .milliseconds(Int64(Self.sweepMilliseconds))
        let late = transfers.filter { $0.value.job.deadline <= now }.map(\.key)
        for id in late { abort(id, .timeout, "the request took too long") }
    }

    private func wait(isClosing: Bool) {
        let limit = transfers.isEmpty ? (isClosing ? 0 : Self.idleMilliseconds) : Self.sweepMilliseconds
        guard curl_multi_poll(multi, nil, 0, limit, nil) != CURLM_OK else { return }
        // Out of memory or descriptors: do not spin while that lasts.
        logger.error("waiting for outbound connections failed")
        pauseThread(milliseconds: 50)
    }

    private func abort(_ id: UInt64, _ kind: OutboundError.Kind, _ detail: String) {
        guard let transfer = remove(id) else { return }
        transfer.job.end(.failure(transfer.error(kind, detail)))
    }

    /// Takes the transfer from curl, which closes its connection if it was in use.
    private func remove(_ id: UInt64) -> CurlTransfer? {
        guard let transfer = transfers.removeValue(forKey: id) else { return nil }
        idsByHandle[transfer.easy] = nil
        curl_multi_remove_handle(multi, transfer.easy)
        return transfer
    }
}
