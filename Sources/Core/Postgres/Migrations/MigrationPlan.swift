public import struct FoundationEssentials.Date

/// A migration and what the database knows of it.
public struct MigrationStatus: Sendable, Equatable {
    public enum State: String, Sendable {
        case applied, pending
        /// Applied, but the file has changed since.
        case edited
        /// Applied, but there is no such file.
        case missing
        /// Not applied, though a later one is.
        case outOfOrder = "out of order"
    }

    public var name: String
    public var state: State
    public var appliedAt: Date?
}

/// Compares the files with what was applied: a pure function.
enum MigrationPlan {
    struct Applied: Sendable, Equatable {
        var name: String
        var checksum: String
        var appliedAt: Date
    }

    /// - Parameter files: Each file's name and the SHA-256 of its text.
    static func compare(files: [(name: String, checksum: String)], applied: [Applied]) -> [MigrationStatus] {
        let known = Dictionary(applied.map { ($0.name, $0) }) { first, _ in first }
        let present = Set(files.map(\.name))
        let last = applied.map(\.name).max()
        var all = files.map { file -> MigrationStatus in
            if let entry = known[file.name] {
                let state: MigrationStatus.State = entry.checksum == file.checksum ? .applied : .edited
                return MigrationStatus(name: file.name, state: state, appliedAt: entry.appliedAt)
            }
            let isLate = last.map { file.name < $0 } ?? false
            return MigrationStatus(name: file.name, state: isLate ? .outOfOrder : .pending, appliedAt: nil)
        }
        all += applied.filter { !present.contains($0.name) }
            .map { MigrationStatus(name: $0.name, state: .missing, appliedAt: $0.appliedAt) }
        return all.sorted { $0.name < $1.name }
    }

    /// The first thing that forbids going on.
    static func refusal(_ statuses: [MigrationStatus]) -> MigrationError? {
        let newest = statuses.last { $0.state != .missing }?.name ?? ""
        for status in statuses {
            switch status.state {
            case .applied, .pending: continue
            case .edited:
                return MigrationError(
                    .edited,
                    "migration \(status.name) was edited after it was applied; restore the file and write a new migration instead"
                )
            case .missing where status.name > newest:
                return MigrationError(
                    .missing,
                    """
                    the database has migration \(status.name), which is newer than any here: a later version has migrated it; \
                    run that version, or restore a backup from before
                    """)
            case .missing:
                return MigrationError(
                    .missing, "migration \(status.name) is applied in the database, but its file is missing")
            case .outOfOrder:
                return MigrationError(
                    .outOfOrder,
                    "migration \(status.name) is not applied, but a later one is; give it a number after the last applied one"
                )
            }
        }
        return nil
    }
}
