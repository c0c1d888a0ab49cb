/// A batch in flight on a connection, and what came back for it so far: a pure value.
struct RunningBatch: Sendable {
    /// What the server owes an answer for, in order.
    enum Step: Sendable {
        case prepare(StatementCache.Key)
        case statement(name: String)
    }

    /// The id of a batch that nobody waits for: it drops a statement that was prepared.
    static let drop: UInt64 = 0

    let id: UInt64
    let ending: Batch.Ending
    let completion: @Sendable (BatchResult) -> Void
    var steps: [Step] = []
    private var cursor = 0
    private var sawResult = false
    private(set) var results: [PostgresRows] = []
    private(set) var error: PostgresError?
    /// Whether the server itself refused a step, so that the batch is certainly undone.
    private(set) var isUndone = false
    var cancelRequested = false
    /// Whether all of it was written to the socket, or may have been.
    var isWritten = false
    var prepares = false

    init(id: UInt64, ending: Batch.Ending, completion: @escaping @Sendable (BatchResult) -> Void) {
        self.id = id
        self.ending = ending
        self.completion = completion
    }

    var currentStep: Step? { cursor < steps.count ? steps[cursor] : nil }

    var currentName: String? {
        for step in steps[min(cursor, steps.count)...] {
            if case .statement(let name) = step { return name }
        }
        for step in steps.reversed() {
            if case .statement(let name) = step { return name }
        }
        return nil
    }

    mutating func succeeded(_ rows: PostgresRows?) {
        sawResult = true
        if let rows { results.append(rows) }
    }

    mutating func skipped() {
        sawResult = true
    }

    mutating func failed(_ report: ServerReport) {
        sawResult = true
        guard error == nil else { return }
        let name = currentName ?? "unknown"
        if report.isFatal {
            var lost = PostgresError(.connectionLost, "the server ended the connection", queryName: name)
            lost.sqlState = report.state
            error = lost
            // A COMMIT cut short may have been done: the server reports its own end only afterwards.
            isUndone = !(ending == .commit && cursor >= steps.count - 1) && cursor < steps.count
        } else {
            error = report.error(name)
            isUndone = true
        }
    }

    /// libpq separates the steps' results by a null one.
    mutating func stepEnded() {
        guard sawResult else { return }
        sawResult = false
        cursor += 1
    }

    var outcome: BatchResult {
        guard let error else { return .success(results) }
        if cancelRequested, error.sqlState == .queryCanceled {
            return .failure(PostgresError(.cancelled, "the statement was cancelled", queryName: error.queryName))
        }
        return .failure(error)
    }

    /// What to tell when the connection broke. `sent`: whether the whole batch may have reached the server.
    func outcome(ofBreak reason: PostgresError, sent: Bool) -> BatchResult {
        if let error, isUndone { return .failure(error) }
        if ending == .commit, cursor >= steps.count, error == nil { return .success(results) }
        var lost = error ?? reason
        lost.queryName = lost.queryName ?? currentName
        if lost.code == .cancelled, !cancelRequested { lost.code = .connectionLost }
        if cancelRequested, reason.code == .cancelled || error == nil {
            lost.code = .cancelled
            lost.message = "the statement was cancelled, and its connection given up"
        }
        guard sent, ending != .open else { return .failure(lost) }
        lost.mayHaveTakenEffect = true
        if ending == .commit {
            lost.code = .unclearCommit
            lost.message = "the connection broke while COMMIT was in flight"
        }
        return .failure(lost)
    }
}
