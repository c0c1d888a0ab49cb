import Crypto
import PluginKit

import struct Foundation.Date

/// The keys of a region's facts, which an agreement covers as it covers data flows: `region/name/digest`. One stands for operator,
/// country and the operator's group, and one for each sub-processor: so somebody who goes takes nothing away.
struct RegionKeys: Sendable {
    /// What every key of a region begins with.
    static let prefix = "region/"

    private let present: [String]
    private let coming: [(from: Date, key: String)]

    init(_ region: String, _ jurisdiction: Jurisdiction) {
        present = Self.keys(of: AgreementRegion(id: region, jurisdiction, withComing: false))
        coming = jurisdiction.comingSubProcessors.map { ($0.from, Self.key(of: $0.name, in: region)) }
    }

    /// Those that must be covered at a moment.
    func at(_ moment: Date) -> [String] { present + coming.filter { $0.from <= moment }.map(\.key) }

    /// Of the region as an annex names it.
    static func keys(of region: AgreementRegion) -> [String] {
        [baseKey(of: region)] + region.subProcessors.map { key(of: $0, in: region.id) }
    }

    static func baseKey(of region: AgreementRegion) -> String {
        key(
            region.id,
            [
                "operator": .string(region.operator), "country": .string(region.country),
                "parent": region.operatorParent.map { .string($0) } ?? .null,
                "parent_country": region.operatorParentCountry.map { .string($0) } ?? .null,
            ])
    }

    static func key(of subProcessor: String, in region: String) -> String {
        key(region, ["sub_processor": .string(subProcessor)])
    }

    private static func key(_ region: String, _ facts: JSON) -> String {
        let digest = SHA256.hash(data: facts.encoded()).prefix(8)
        return "\(prefix)\(region)/" + AgreementEvidence.hex(Array(digest))
    }
}

extension AgreementRegion {
    /// The same without what the tenant did not want, which stays for it as it was agreed.
    /// - Parameter objected: keys of facts.
    func keeping(_ agreed: AgreementRegion, without objected: Set<String>) -> AgreementRegion {
        var kept = self
        if objected.contains(RegionKeys.baseKey(of: self)) {
            kept = agreed
            kept.subProcessors = subProcessors
            kept.subProcessorsFrom = subProcessorsFrom
        }
        kept.subProcessors.removeAll { objected.contains(RegionKeys.key(of: $0, in: id)) }
        return kept
    }
}
