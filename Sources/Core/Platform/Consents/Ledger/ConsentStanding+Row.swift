import Postgres

import struct Foundation.Date

extension ConsentStanding {
    /// Reads a row of `consents`, or of a query that brings its columns; none where there is no consent.
    /// - Parameters:
    ///   - column: of the state; the others have their own names.
    ///   - agreedAt: what the row has for it, where that is read.
    init(_ row: PostgresRow, state column: String = "state", agreedAt: Date? = nil) throws {
        guard let state = try row.decode(column, as: ConsentState?.self) else {
            self = .none
            return
        }
        self.init(
            state: state, since: try row.decode("since"), agreedAt: agreedAt, expiresAt: try row.decode("expires_at"),
            grounds: try ConsentGrounds(row))
    }
}

extension ConsentGrounds {
    /// Reads the columns of `consents` and `consent_events`.
    init(_ row: PostgresRow) throws {
        self.init(
            proof: try row.decode("proof", as: ConsentProof?.self) ?? .asserted,
            isExplicit: try row.decode("is_explicit", as: Bool?.self) ?? false,
            age: try row.decode("age_confirmed", as: Int16?.self).map(Int.init))
    }
}
