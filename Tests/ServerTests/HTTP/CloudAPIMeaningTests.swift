import Platform
import Testing

@testable import Server

@Suite("What refusals are called in Meta's words")
struct CloudAPIMeaningTests {
    /// Codes on which a client made for Meta stops its whole number (Cloud API, "error codes").
    static let stopping: Set<Int> = [0, 3, 10, 190, 368, 130497, 131031, 131037, 131042, 131045, 133010]

    @Test("each refusal has the code that Meta uses for the like", arguments: Refusal.Code.allCases)
    func refusals(_ code: Refusal.Code) {
        let expected: (Int, Int) =
            switch code {
            case .purposeNotAdvertising, .consentMissing, .consentRefused, .consentWithdrawn, .consentExpired,
                .consentSuperseded,
                .consentUnproven, .ageNotConfirmed, .specialCategoryConsentMissing:
                (400, 131050)
            case .contactErased, .contactRestricted, .specialCategoryNotCovered: (400, 131026)
            case .serviceWindowClosed: (400, 131047)
            case .tenantNotActive, .tenantTerminated, .agreementMissing, .agreementNotInForce, .agreementSuspended,
                .regionNotCovered, .channelStopped, .dataFlowNotCovered:
                (403, 131031)
            case .channelDisconnected: (400, 133010)
            case .regionNotServing: (500, 131016)
            case .tenantMoving: (503, 131016)
            }
        let meaning = CloudAPIMeaning(Problem(PlatformError(Refusal(code))))
        #expect((meaning.status, meaning.code) == expected)
    }

    @Test("a refusal that concerns a person or a moment does not make a client stop its number")
    func onlyTheTenantsOwnStop() {
        let concernsTheNumber: Set<Refusal.Code> = [
            .tenantNotActive, .tenantTerminated, .agreementMissing, .agreementNotInForce, .agreementSuspended,
            .regionNotCovered, .channelStopped, .channelDisconnected, .dataFlowNotCovered,
        ]
        for code in Refusal.Code.allCases {
            #expect(Self.stopping.contains(CloudAPIMeaning(code).code) == concernsTheNumber.contains(code), "\(code)")
        }
    }

    @Test(
        "a problem that is no refusal is told by its status",
        arguments: [
            (401, 401, 190), (403, 403, 10), (404, 400, 100), (405, 405, 100), (408, 408, 2), (413, 400, 100),
            (415, 400, 100), (422, 400, 100),
            (429, 429, 130429), (500, 500, 2), (503, 503, 2),
        ])
    func others(_ row: (ours: Int, status: Int, code: Int)) {
        let meaning = CloudAPIMeaning(Problem(status: row.ours, code: "x", detail: "y"))
        #expect((meaning.status, meaning.code) == (row.status, row.code))
    }
}
