import Foundation
import PluginKit
import Testing

@testable import Platform

/// What of a region an agreement covers, and what of it is held back when it changes.
@Suite struct RegionKeysTests {
    private static let day = Date(timeIntervalSince1970: 1_800_000_000)
    private static let agreed = Jurisdiction(
        country: "DE", place: "Frankfurt", operator: "Rechenzentrum AG", operatorParent: "Gruppe SE",
        operatorParentCountry: "FR", subProcessors: ["Rack GmbH", "Tape Ltd."])

    private static func covered(_ jurisdiction: Jurisdiction, name: String = "eu") -> CoveredFlows {
        CoveredFlows(["whatsapp/delivery/0011"] + RegionKeys.keys(of: AgreementRegion(id: name, jurisdiction)))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let isCovered: Bool
        let change: @Sendable (inout Jurisdiction) -> Void

        init(_ name: String, _ isCovered: Bool, _ change: @escaping @Sendable (inout Jurisdiction) -> Void) {
            testDescription = name
            self.isCovered = isCovered
            self.change = change
        }
    }

    static let cases: [Case] = [
        Case("nothing changed", true) { _ in },
        Case("another order", true) { $0.subProcessors.reverse() },
        Case("somebody goes", true) { $0.subProcessors.removeFirst() },
        Case("the place is called otherwise", true) { $0.place = "Frankfurt am Main" },
        Case("somebody new", false) { $0.subProcessors.append("Hands Oy") },
        Case("somebody in another's place", false) { $0.subProcessors[0] = "Hands Oy" },
        Case("another operator", false) { $0.operator = "Anderes Rechenzentrum AG" },
        Case("another country", false) { $0.country = "FR" },
        Case("another group", false) { $0.operatorParent = "Holding Inc." },
        Case("the group moves", false) { $0.operatorParentCountry = "US" },
        Case("no group any more", false) { ($0.operatorParent, $0.operatorParentCountry) = (nil, nil) },
        Case("announced for later", true) {
            $0.comingSubProcessors = [ComingSubProcessor(name: "Hands Oy", from: day.addingTimeInterval(1))]
        },
        Case("announced for now", false) {
            $0.comingSubProcessors = [ComingSubProcessor(name: "Hands Oy", from: day)]
        },
        Case("announced, and known already", true) {
            $0.comingSubProcessors = [ComingSubProcessor(name: "Tape Ltd.", from: day)]
        },
    ]

    @Test(arguments: cases)
    func `what is new in a region is not covered by what was agreed`(_ each: Case) {
        var now = Self.agreed
        each.change(&now)
        let found = RegionKeys("eu", now).at(Self.day)
        #expect(Self.covered(Self.agreed).include(region: found) == each.isCovered)
        #expect(
            CoveredFlows(["whatsapp/delivery/0011"]).include(region: found),
            "an agreement from before there were such keys says nothing of regions")
        #expect(CoveredFlows(nil).include(region: found), "nor does one whose annexes are not known")
        #expect(!Self.covered(Self.agreed, name: "eu-other").include(region: found), "another region is another")
    }

    @Test func `an annex that names whom is announced covers them before and after their day`() {
        var announced = Self.agreed
        announced.comingSubProcessors = [ComingSubProcessor(name: "Hands Oy", from: Self.day)]
        let covered = Self.covered(announced)
        for seconds in [-1.0, 0, 86_400] {
            #expect(covered.include(region: RegionKeys("eu", announced).at(Self.day.addingTimeInterval(seconds))))
        }
        // Written into the configuration without the day, when that is past.
        var plain = Self.agreed
        plain.subProcessors.append("Hands Oy")
        #expect(covered.include(region: RegionKeys("eu", plain).at(Self.day)))
    }

    @Test func `what was objected to stays as it was agreed, and nothing else does`() {
        let agreed = AgreementRegion(id: "eu", Self.agreed)
        var wanted = Self.agreed
        wanted.operator = "Anderes Rechenzentrum AG"
        wanted.subProcessors = ["Rack GmbH", "Hands Oy", "Cable SARL"]
        let new = AgreementRegion(id: "eu", wanted)
        let hands = RegionKeys.key(of: "Hands Oy", in: "eu")
        let withoutHands = new.keeping(agreed, without: [hands])
        #expect(withoutHands.subProcessors == ["Rack GmbH", "Cable SARL"])
        #expect(withoutHands.operator == "Anderes Rechenzentrum AG")
        let withoutBoth = new.keeping(agreed, without: [hands, RegionKeys.baseKey(of: new)])
        #expect(withoutBoth.operator == "Rechenzentrum AG" && withoutBoth.subProcessors == ["Rack GmbH", "Cable SARL"])
        #expect(new.keeping(agreed, without: []) == new)
    }
}
