/// Which revisions of a thing a change is meant for: what the caller saw last. So that of two people who change the same thing, the
/// second is told, and does not undo what the first did (RFC 9110, 13.1.1).
///
/// Whoever changes a row asks `check` in the transaction that changes it, with the row held:
///
///     try expected.check(row.decode("revision"))
public struct Expected: Sendable, Hashable {
    /// Nil for any.
    private let revisions: Set<Int>?

    /// Whatever it is now.
    public static let any = Expected(revisions: nil)

    /// One of these; of none, it never fits.
    public init(_ revisions: Set<Int>) { self.init(revisions: revisions) }

    private init(revisions: Set<Int>?) { self.revisions = revisions }

    /// - Throws: `.preconditionFailed` when it is another.
    public func check(_ found: Int) throws(PlatformError) {
        guard let revisions, !revisions.contains(found) else { return }
        throw PlatformError(
            .preconditionFailed, "It was changed since you saw it.",
            remedy: "Read it again, look at what changed, and repeat with its new ETag.")
    }
}
