import Foundation
import PluginKit
import Testing

@testable import Platform

@Suite struct GateTests {
    static let now = Date(timeIntervalSince1970: 1_800_000_000)

    static func consent(
        _ state: ConsentState = .granted, until end: Date? = nil, proof: ConsentProof = .witnessed,
        explicit: Bool = false, age: Int? = 16
    ) -> ConsentStanding {
        ConsentStanding(
            state: state, expiresAt: end, grounds: ConsentGrounds(proof: proof, isExplicit: explicit, age: age))
    }

    /// The same consent on other grounds.
    static func weaken(_ question: inout GateQuestion, _ change: (inout ConsentGrounds) -> Void) {
        var grounds = question.consent.grounds
        change(&grounds)
        question.consent = ConsentStanding(
            state: question.consent.state, since: question.consent.since, expiresAt: question.consent.expiresAt,
            grounds: grounds)
    }

    /// A question that every rule allows.
    static let fine = GateQuestion(
        now: now, tenantState: .active, agreement: .inForce, coversSpecialCategory: true, isSpecialCategory: true,
        channelState: .active, contactErased: false, contactRestricted: false, purpose: "service",
        isAdvertisingPurpose: false,
        consent: consent(), specialCategoryConsent: consent(explicit: true), minimumAge: 16,
        content: .freeForm, window: ServiceWindow(lastInboundAt: now.addingTimeInterval(-60)), regionServing: true)

    struct Wrong: Sendable, CustomTestStringConvertible {
        let name: String
        let code: Refusal.Code
        let spoil: @Sendable (inout GateQuestion) -> Void

        init(_ name: String, _ code: Refusal.Code, _ spoil: @escaping @Sendable (inout GateQuestion) -> Void) {
            self.name = name
            self.code = code
            self.spoil = spoil
        }

        var testDescription: String { "\(name): \(code.rawValue)" }
    }

    /// Every single thing that can be wrong; each group stands for one rule, in the order in which the rules are asked.
    static let rules: [[Wrong]] = [
        [TenantState.draft, .onboarding, .suspended].map { state in
            Wrong("tenant \(state.rawValue)", .tenantNotActive) { $0.tenantState = state }
        }
            + [TenantState.terminated, .erased].map { state in
                Wrong("tenant \(state.rawValue)", .tenantTerminated) { $0.tenantState = state }
            },
        [Wrong("no agreement", .agreementMissing) { $0.agreement = nil }]
            + [Wrong("agreement suspended", .agreementSuspended) { $0.agreement = .suspended }]
            + [AgreementState.draft, .offered, .accepted, .superseded, .ended, .declined, .lapsed, .withdrawn].map {
                state in
                Wrong("agreement \(state.rawValue)", .agreementNotInForce) { $0.agreement = state }
            },
        [
            Wrong("tenant on its way", .tenantMoving) { $0.isMoving = true },
            Wrong("region away", .regionNotServing) { $0.regionServing = false },
            Wrong("region not covered", .regionNotCovered) { $0.regionCovered = false },
        ],
        [
            Wrong("channel stopped", .channelStopped) { $0.channelState = .stopped(reason: "quality") },
            Wrong("channel disconnected", .channelDisconnected) { $0.channelState = .disconnected },
        ],
        [Wrong("data flow not covered", .dataFlowNotCovered) { $0.dataFlowsCovered = false }],
        [Wrong("contact erased", .contactErased) { $0.contactErased = true }],
        [Wrong("contact restricted", .contactRestricted) { $0.contactRestricted = true }],
        [
            Wrong("an advertising template for service", .purposeNotAdvertising) {
                $0.content = .template(category: "MARKETING")
            }
        ],
        [
            Wrong("no purpose", .consentMissing) { $0.purpose = "" },
            Wrong("never asked", .consentMissing) { $0.consent = .none },
            Wrong("asked only", .consentMissing) { $0.consent = consent(.requested) },
            Wrong("refused", .consentRefused) { $0.consent = consent(.refused) },
            Wrong("withdrawn", .consentWithdrawn) { $0.consent = consent(.withdrawn) },
            Wrong("expired", .consentExpired) { $0.consent = consent(.expired) },
            Wrong("superseded", .consentSuperseded) { $0.consent = consent(.superseded) },
            Wrong("granted, over now", .consentExpired) {
                $0.consent = consent(until: now)
            },
            Wrong("confirmed, over since a second", .consentExpired) {
                $0.consent = consent(.confirmed, until: now.addingTimeInterval(-1))
            },
        ],
        [
            Wrong("declared without proof", .consentUnproven) { weaken(&$0) { $0.proof = .asserted } },
            Wrong("unproven and no answer to a service question", .consentUnproven) {
                weaken(&$0) { $0.proof = .asserted }
                $0.unproven = .serviceOnly
                if !$0.purpose.isEmpty { $0.purpose = "news" }
            },
            Wrong("unproven, and of a special category", .consentUnproven) {
                weaken(&$0) { $0.proof = .asserted }
                $0.unproven = .allow
            },
        ],
        [
            Wrong("nobody asked for the age", .ageNotConfirmed) { weaken(&$0) { $0.age = nil } },
            Wrong("a year too young", .ageNotConfirmed) { weaken(&$0) { $0.age = 15 } },
        ],
        [Wrong("health not covered", .specialCategoryNotCovered) { $0.coversSpecialCategory = false }],
        [ConsentState.none, .requested, .refused, .withdrawn, .expired].map { state in
            Wrong("health consent \(state.rawValue)", .specialCategoryConsentMissing) {
                $0.specialCategoryConsent = consent(state, explicit: true)
            }
        } + [
            Wrong("health granted, not expressly", .specialCategoryConsentMissing) {
                $0.specialCategoryConsent = consent()
            },
            Wrong("health consent over", .specialCategoryConsentMissing) {
                $0.specialCategoryConsent = consent(until: now, explicit: true)
            },
        ],
        [
            Wrong("person never wrote", .serviceWindowClosed) { $0.window = ServiceWindow(lastInboundAt: nil) },
            Wrong("person wrote 24 h ago", .serviceWindowClosed) {
                $0.window = ServiceWindow(lastInboundAt: now.addingTimeInterval(-86_400))
            },
        ],
    ]

    private func code(_ question: GateQuestion) -> Refusal.Code? {
        guard case .refused(let refusal) = Gate.decide(question) else { return nil }
        return refusal.code
    }

    @Test func `nothing wrong is allowed`() {
        #expect(Gate.decide(Self.fine) == .allowed)
    }

    @Test(arguments: rules.joined())
    func `a single wrong condition refuses`(wrong: Wrong) {
        var question = Self.fine
        wrong.spoil(&question)
        #expect(code(question) == wrong.code)
    }

    @Test func `of two wrong conditions the earlier rule answers`() {
        for (place, earlier) in Self.rules.enumerated() {
            for one in earlier {
                for other in Self.rules[(place + 1)...].joined() {
                    var question = Self.fine
                    one.spoil(&question)
                    other.spoil(&question)
                    #expect(code(question) == one.code, "\(one.name), \(other.name)")
                }
            }
        }
    }

    @Test func `the table reaches every code`() {
        #expect(Set(Self.rules.joined().map(\.code)) == Set(Refusal.Code.allCases))
    }

    @Test func `every state of tenant, agreement and consent but the good ones refuses`() {
        for tenant in TenantState.allCases {
            for agreement in AgreementState.allCases {
                for consent in ConsentState.allCases {
                    var question = Self.fine
                    question.tenantState = tenant
                    question.agreement = agreement
                    question.consent = Self.consent(consent)
                    let good = tenant == .active && agreement == .inForce && [.granted, .confirmed].contains(consent)
                    #expect((Gate.decide(question) == .allowed) == good, "\(tenant) \(agreement) \(consent)")
                }
            }
        }
    }

    @Test func `advertising goes for a purpose of advertising alone`() {
        var question = Self.fine
        question.isAdvertisingPurpose = true
        question.content = .template(category: "MARKETING")
        #expect(Gate.decide(question) == .allowed)
        question.content = .template(category: "utility")
        #expect(Gate.decide(question) == .allowed)
    }

    @Test func `what the tenant takes upon itself needs no proof, and where no age is asked for none counts`() {
        var question = Self.fine
        question.isSpecialCategory = false
        question.consent = Self.consent(proof: .asserted, age: nil)
        question.minimumAge = nil
        #expect(code(question) == .consentUnproven)
        question.unproven = .serviceOnly
        #expect(Gate.decide(question) == .allowed)
        question.purpose = "marketing"
        #expect(code(question) == .consentUnproven)
        question.unproven = .allow
        #expect(Gate.decide(question) == .allowed)
        question.consent = Self.consent(proof: .documented, age: nil)
        question.unproven = .refuse
        #expect(Gate.decide(question) == .allowed)
    }

    @Test func `a confirmation does not make a consent explicit, and leaves one that is`() {
        var question = Self.fine
        question.specialCategoryConsent = Self.consent(.confirmed)
        #expect(code(question) == .specialCategoryConsentMissing)
        question.specialCategoryConsent = Self.consent(.confirmed, explicit: true)
        #expect(Gate.decide(question) == .allowed)
    }

    @Test func `what is said in a dialogue about consent needs none, and an open window`() {
        var question = Self.fine
        question.isSpecialCategory = false
        question.purpose = "consent_dialogue"
        question.consent = .none
        // Nobody is being asked.
        #expect(code(question) == .consentMissing)
        question.dialogue = .open
        #expect(Gate.decide(question) == .allowed)
        question.dialogue = .refused
        #expect(code(question) == .consentRefused)
        question.dialogue = .withdrawn
        #expect(code(question) == .consentWithdrawn)
        question.dialogue = .open
        question.window = ServiceWindow(lastInboundAt: nil)
        #expect(code(question) == .serviceWindowClosed)
        // A template opens nothing that a dialogue may use.
        question.content = .template(category: "utility")
        #expect(code(question) == .serviceWindowClosed)
    }

    @Test(arguments: DialogueStatus.allCases)
    func `after a no nothing but its confirmation is said`(status: DialogueStatus) {
        let isNo = status == .refused || status == .withdrawn
        #expect((DialoguePermission(status, isConfirmation: false) == .open) != isNo)
        #expect(DialoguePermission(status, isConfirmation: true) == .open)
    }

    @Test(
        arguments: [
            ("marketing", nil, "marketing"), ("MARKETING", nil, "marketing"), ("utility", nil, "service"),
            ("authentication", nil, "service"), ("marketing", "news", "news"), (nil, nil, "service"),
            (nil, "health", "health"),
        ] as [(String?, String?, String)])
    func `the purpose is the one that is stated, or the template's`(category: String?, stated: String?, purpose: String)
    {
        let content =
            category.map { MessageContent(type: "template", fields: ["category": .string($0)]) } ?? .text("Hallo")
        #expect(MessagePurpose.of(stated: stated, content) == purpose)
    }

    @Test func `a template passes a closed window, but no other rule`() {
        var question = Self.fine
        question.content = .template(category: "utility")
        question.window = ServiceWindow(lastInboundAt: nil)
        #expect(Gate.decide(question) == .allowed)
        question.consent = .none
        #expect(code(question) == .consentMissing)
    }

    @Test func `an open conversation stands in for no consent`() {
        var question = Self.fine
        question.isSpecialCategory = false
        question.window = ServiceWindow(lastInboundAt: Self.now)
        question.consent = ConsentStanding(state: .requested)
        #expect(code(question) == .consentMissing)
    }

    @Test func `ordinary consent counts for nothing with health data, and health rules for nothing without`() {
        var question = Self.fine
        question.specialCategoryConsent = .none
        #expect(code(question) == .specialCategoryConsentMissing)
        question.isSpecialCategory = false
        question.coversSpecialCategory = false
        #expect(Gate.decide(question) == .allowed)
    }

    @Test func `only what passes by itself names a time to try again`() {
        for wrong in Self.rules.joined() {
            var question = Self.fine
            wrong.spoil(&question)
            guard case .refused(let refusal) = Gate.decide(question) else { continue }
            #expect((refusal.retryAfter != nil) == [.regionNotServing, .tenantMoving].contains(wrong.code))
            #expect(refusal.retryAfter.map { $0 > Self.now } ?? true)
        }
    }

    @Test func `a refusal repeats neither the purpose nor the channel's reason`() {
        for wrong in Self.rules.joined() {
            var question = Self.fine
            question.purpose = "Jane-Doe-4711"
            question.content = .template(category: "Jane-Doe-4711")
            wrong.spoil(&question)
            if case .stopped = question.channelState { question.channelState = .stopped(reason: "Jane-Doe-4711") }
            #expect(!"\(Gate.decide(question))".contains("4711"))
        }
    }

    @Test(arguments: Refusal.Code.allCases)
    func `every code has a sentence and a remedy, and Docs/gate.md tells both`(code: Refusal.Code) throws {
        let refusal = Refusal(code)
        #expect(refusal.sentence.hasSuffix(".") && refusal.remedy.hasSuffix("."))
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Docs/gate.md")
        let text = try String(contentsOf: page.standardized, encoding: .utf8)
        #expect(text.contains("| `\(code.rawValue)` | \(refusal.sentence) | \(refusal.remedy) |"))
    }
}
