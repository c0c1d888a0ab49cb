import HTTPTypes
import Hummingbird
import Outbound
import Platform

/// How often callers may come: tenants' keys, staff, and whoever brings neither, by address. What messengers post is not limited here:
/// they send again whatever is refused.
struct RequestLimits: Sendable {
    private let tenants: RateLimiter<APIKeyID>?
    private let staff: RateLimiter<StaffID>?
    private let anonymous: RateLimiter<IPAddress?>?
    private let sources: RateLimiter<ConsentSourceID>?
    private let visitors: RateLimiter<VisitorMark>?
    private let marks = VisitorMarks()

    /// Requests a second; 0 for no limit.
    init(tenant: Int, staff: Int, anonymous: Int) {
        // A page has many visitors; each of them agrees once.
        sources = RateLimit(perSecond: anonymous * 4).map { RateLimiter("source", $0) }
        visitors = RateLimit(perSecond: anonymous > 0 ? max(1, anonymous / 10) : 0).map { RateLimiter("visitor", $0) }
        tenants = RateLimit(perSecond: tenant).map { RateLimiter("tenant", $0) }
        self.staff = RateLimit(perSecond: staff).map { RateLimiter("staff", $0) }
        self.anonymous = RateLimit(perSecond: anonymous).map { RateLimiter("anonymous", $0) }
    }

    static let none = RequestLimits(tenant: 0, staff: 0, anonymous: 0)

    func take(_ key: APIKeyID, _ scope: RequestScope) throws { try note(tenants?.take(key), scope) }

    func take(_ member: StaffID, _ scope: RequestScope) throws { try note(staff?.take(member), scope) }

    /// What comes to one set-up of a consent source, from wherever.
    func take(_ source: ConsentSourceID, _ scope: RequestScope) throws { try note(sources?.take(source), scope) }

    /// What a visitor of a page does there, other than looking. Whoever it is, the address is not kept: see `VisitorMarks`.
    func take(actBy address: IPAddress?, on source: ConsentSourceID, _ scope: RequestScope) throws {
        try note(visitors?.take(marks.mark(of: address.map(Self.network), on: source)), scope)
    }

    /// - Parameter address: nil for one that is not known; all such share a bucket.
    func take(from address: IPAddress?, _ scope: RequestScope) throws {
        try note(anonymous?.take(address.map(Self.network)), scope)
    }

    /// Who has one address of IPv6 has 2⁶⁴ (RFC 6177).
    private static func network(_ address: IPAddress) -> IPAddress {
        if case .v6(let bits) = address.unmapped { .v6((bits >> 64) << 64) } else { address.unmapped }
    }

    private func note(_ note: RateLimitNote?, _ scope: RequestScope) throws {
        guard let note else { return }
        scope.notes.rateLimit = note
        if case .refused(let seconds) = note.verdict { throw Problem.rateLimited(retryAfter: seconds) }
    }
}

extension HTTPField.Name {
    static let rateLimit = HTTPField.Name("RateLimit") ?? .trailer
    static let rateLimitPolicy = HTTPField.Name("RateLimit-Policy") ?? .trailer
}
