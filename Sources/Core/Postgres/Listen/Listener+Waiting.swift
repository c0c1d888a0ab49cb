extension Listener {
    enum Waking {
        case news, silence
    }

    /// Waits until something happened since `seen` was read, or nothing has for as long as `healthCheckInterval`.
    func waitForNews(after seen: UInt64) async -> Waking {
        let waiter = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let timer = reactor.schedule(at: .now + configuration.pool.healthCheckInterval) { [weak self] in
            self?.resume(waiter)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    guard state.news == seen, !Task.isCancelled else { return false }
                    state.waiting[waiter] = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            resume(waiter)
        }
        reactor.cancel(timer)
        return state.withLock { $0.news == seen } ? .silence : .news
    }

    /// Tells every reader that something happened.
    func wake() {
        let waiting = state.withLock { state in
            state.news += 1
            defer { state.waiting = [:] }
            return state.waiting
        }
        for continuation in waiting.values { continuation.resume() }
    }

    private func resume(_ waiter: UInt64) {
        state.withLock { $0.waiting.removeValue(forKey: waiter) }?.resume()
    }
}
