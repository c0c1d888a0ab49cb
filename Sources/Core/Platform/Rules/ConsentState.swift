public import PluginKit

public import struct Foundation.Date

/// What a person's consent for one purpose on one channel amounts to.
public enum ConsentState: String, Sendable, Hashable, CaseIterable {
    case none, requested, granted, confirmed, refused, withdrawn, expired, superseded
}

/// The state of a consent, since when it is so, and when it ends by itself.
public struct ConsentStanding: Sendable, Hashable {
    /// Nobody was asked, nobody agreed.
    public static let none = ConsentStanding(state: .none)

    public let state: ConsentState
    public let since: Date?
    /// Of a consent as it was derived: when the person agreed, of which a confirmation comes later. It is to the terms of that time.
    public let agreedAt: Date?
    /// The first instant at which it no longer holds; nil for no fixed end.
    public let expiresAt: Date?
    /// On what it stands; says nothing where there is no consent.
    public let grounds: ConsentGrounds

    public init(
        state: ConsentState, since: Date? = nil, agreedAt: Date? = nil, expiresAt: Date? = nil,
        grounds: ConsentGrounds = ConsentGrounds()
    ) {
        self.state = state
        self.since = since
        self.agreedAt = agreedAt
        self.expiresAt = expiresAt
        self.grounds = grounds
    }

    /// Whether there is a consent at that moment. It may have ended by itself since the standing was derived.
    public func permits(at now: Date) -> Bool {
        switch state {
        case .granted, .confirmed: !hasEnded(at: now)
        case .none, .requested, .refused, .withdrawn, .expired, .superseded: false
        }
    }

    /// As it is at a moment: one whose time is over has expired, whether or not anybody wrote that down.
    public func seen(at now: Date) -> ConsentStanding {
        guard state == .granted || state == .confirmed, hasEnded(at: now) else { return self }
        return ConsentStanding(state: .expired, since: expiresAt, expiresAt: expiresAt)
    }

    /// As it is when the terms were renewed at a moment: what was agreed to before is superseded, unless it had ended by then.
    func under(termsOf renewal: Date?) -> ConsentStanding {
        guard let renewal, state == .granted || state == .confirmed, agreedAt ?? .distantPast < renewal,
            !hasEnded(at: renewal)
        else { return self }
        return ConsentStanding(state: .superseded, since: renewal)
    }

    func hasEnded(at now: Date) -> Bool {
        expiresAt.map { $0 <= now } ?? false
    }
}

/// What the derivation needs to know of a consent event.
public struct ConsentFact: Sendable, Hashable {
    public let kind: ConsentEventKind
    /// When the person acted, as the source says.
    public let occurredAt: Date
    /// When we wrote it down.
    public let recordedAt: Date
    public let expiresAt: Date?
    public let grounds: ConsentGrounds
    /// Whether the person did it before us, in the chat, at the messenger or on a page, and nobody declared it for them.
    public let isOwn: Bool
    /// Of a declared agreement: whether its evidence says where what the person did can be looked up.
    public let hasReference: Bool

    public init(
        kind: ConsentEventKind, occurredAt: Date, recordedAt: Date, expiresAt: Date? = nil,
        grounds: ConsentGrounds = ConsentGrounds(), isOwn: Bool = false, hasReference: Bool = false
    ) {
        self.kind = kind
        self.occurredAt = occurredAt
        self.recordedAt = recordedAt
        self.expiresAt = expiresAt
        self.grounds = grounds
        self.isOwn = isOwn
        self.hasReference = hasReference
    }

    /// Nobody's act is later than our record of it. Without this, a source whose clock is ahead could make a consent that
    /// no withdrawal is later than.
    var effectiveAt: Date { min(occurredAt, recordedAt) }
}
