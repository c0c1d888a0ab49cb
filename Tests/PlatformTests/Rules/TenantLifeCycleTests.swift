import Testing

@testable import Platform

@Suite struct TenantLifeCycleTests {
    /// Every move there is, with what it takes. All other pairs are none.
    static let moves: [(from: TenantState, to: TenantState, permission: Permission)] = [
        (.draft, .onboarding, .tenantsWrite), (.draft, .terminated, .tenantsTerminate),
        (.onboarding, .active, .tenantsWrite), (.onboarding, .terminated, .tenantsTerminate),
        (.active, .suspended, .tenantsSuspend), (.active, .terminated, .tenantsTerminate),
        (.suspended, .active, .tenantsSuspend), (.suspended, .terminated, .tenantsTerminate),
        (.terminated, .erased, .tenantsTerminate),
    ]

    @Test(arguments: TenantState.allCases, TenantState.allCases)
    func `every pair of states is a move with its permission, or none`(from: TenantState, to: TenantState) {
        let wanted = Self.moves.first { $0.from == from && $0.to == to }?.permission
        #expect(TenantLifeCycle.permission(from: from, to: to) == wanted)
        #expect(TenantLifeCycle.next(from: from).contains(to) == (wanted != nil))
    }

    @Test(arguments: TenantState.allCases)
    func `from every state but the last the end can be reached, and from the last nothing`(state: TenantState) {
        var reached: Set<TenantState> = [state]
        for _ in TenantState.allCases {
            reached = reached.reduce(into: reached) { $0.formUnion(TenantLifeCycle.next(from: $1)) }
        }
        #expect(reached.contains(.erased))
        #expect(TenantLifeCycle.next(from: .erased).isEmpty)
    }

    @Test func `what is taken away needs a reason, and what goes live needs all to be there`() {
        #expect(TenantState.allCases.filter { TenantLifeCycle.needsReason($0) } == [.suspended, .terminated])
        #expect(TenantState.allCases.filter { TenantLifeCycle.needsReadiness($0) } == [.active])
        #expect(TenantState.allCases.filter { !TenantLifeCycle.allowsChanges($0) } == [.terminated, .erased])
        #expect(TenantState.allCases.filter { !TenantLifeCycle.takesAway($0) } == [.active])
    }

    @Test(arguments: Role.allCases)
    func `whoever may change tenants may call the route that suspends, so one route serves both`(role: Role) {
        let may = role.permissions
        if !may.isDisjoint(with: [.tenantsWrite, .tenantsTerminate]) { #expect(may.contains(.tenantsSuspend)) }
    }

    // MARK: - Going live

    private static let fine = GoLiveChecklist.Facts(
        missingDetails: [], agreement: .inForce, isRegionServing: true, channels: 1, keys: 1)

    private typealias Lack = (code: GoLiveChecklist.Item.Code, facts: GoLiveChecklist.Facts)

    private static func without(
        _ code: GoLiveChecklist.Item.Code, _ spoil: (inout GoLiveChecklist.Facts) -> Void
    ) -> Lack {
        var facts = fine
        spoil(&facts)
        return (code, facts)
    }

    private static let lacks: [Lack] =
        [
            without(.details) { $0.missingDetails = ["address"] }, without(.region) { $0.isRegionServing = false },
            without(.channel) { $0.channels = 0 }, without(.key) { $0.keys = 0 },
            without(.agreement) { $0.agreement = nil },
        ]
        + AgreementState.allCases.filter { $0 != .inForce }.map { state in
            without(.agreement) { $0.agreement = state }
        }

    @Test func `nothing is missing when all is there`() {
        #expect(GoLiveChecklist.items(Self.fine).filter { !$0.isSatisfied } == [])
        #expect(GoLiveChecklist.items(Self.fine).map(\.code) == GoLiveChecklist.Item.Code.allCases)
    }

    @Test(arguments: lacks.indices)
    func `each thing that lacks is named, and nothing else`(row: Int) {
        let missing = GoLiveChecklist.items(Self.lacks[row].facts).filter { !$0.isSatisfied }
        #expect(missing.map(\.code) == [Self.lacks[row].code])
        #expect(missing.allSatisfy { !$0.sentence.isEmpty && ($0.place != nil || $0.code == .region) })
    }
}
