public import struct Foundation.Date

extension TenantPage {
    /// A tenant's move to another region or shard, under way or the last.
    public struct RegionMove: Sendable, Codable {
        public enum Stage: String, Sendable, Codable, CaseIterable {
            case waiting = "waiting_for_notice"
            case holding, copying, switched, done, cancelled, failed
        }

        public var stage: Stage
        public var from: String
        public var to: String
        public var since: Date
        public var isEnding: Bool

        /// - Parameters:
        ///   - from: a region's or a shard's name.
        ///   - since: when it was decided on.
        ///   - isEnding: whether what was begun is being put back.
        public init(stage: Stage, from: String, to: String, since: Date, isEnding: Bool = false) {
            self.stage = stage
            self.from = from
            self.to = to
            self.since = since
            self.isEnding = isEnding
        }

        var badge: (String, Badge.Tone) {
            if isEnding, ![.cancelled, .failed].contains(stage) { return ("ending", .warning) }
            return (
                stage.rawValue,
                stage == .done ? .good : stage == .failed ? .bad : stage == .cancelled ? .neutral : .warning
            )
        }

        /// Whether staff can still end it.
        var canEnd: Bool { !isEnding && [.waiting, .holding, .copying].contains(stage) }
    }

    /// What moving can be: fields of the forms that `ConsolePath.tenant(id, "region")` takes.
    public static let regionFields = ["region.to", "region.reason", "region.cancel_reason"]

    /// The same with what they are called, in order.
    static func regionFieldNames(_ words: Words) -> [(String, String)] {
        [
            ("region.to", words["tenant.region.to"]),
            ("region.reason", words["tenant.region.ask"] + ", " + words["field.reason"]),
            ("region.cancel_reason", words["tenant.region.cancel"] + ", " + words["field.reason"]),
        ]
    }

    func regionSection(_ words: Words) -> Section {
        var blocks = [Block(region.facts(words))]
        if let move = regionMove {
            let badge = move.badge
            blocks.append(
                Block(
                    Facts([
                        .init(
                            words["tenant.region.move"], .badge(Badge(words["tenant.region.move.\(badge.0)"], badge.1))),
                        .init(words["tenant.region.from_to"], .text("\(move.from) → \(move.to)")),
                        .init(words["tenant.region.since"], .moment(words.moment(move.since))),
                    ])))
        }
        if mayMove { blocks.append(Block(Actions(regionActions(words)))) }
        return Section("region", words["tenant.region"], blocks)
    }

    private func regionActions(_ words: Words) -> [Block] {
        if regionMove?.canEnd == true {
            return [
                Block(
                    Disclosure(
                        summary: words["tenant.region.cancel"], isDangerous: false,
                        isOpen: form.problems["region.cancel_reason"] != nil,
                        explanation: words["tenant.region.cancel.text"],
                        form: Form(
                            to: ConsolePath.tenant(id, "region", "cancel"), submit: words["tenant.region.cancel"],
                            groups: [.init([.reason("region.cancel_reason", in: form, words)])], isDangerous: false,
                            confirmation: nil)))
            ]
        }
        guard !destinations.isEmpty else { return [] }
        let target = Field(
            "region.to", .radios, words["tenant.region.to"], in: form,
            choices: destinations.map { place in
                (
                    value: place.id, text: "\(place.place), \(words.country(place.country))",
                    hint: place.operatorName + (place.isUnderForeignLaw ? " · " + words["region.foreign_law"] : "")
                )
            })
        return [
            Block(
                Disclosure(
                    summary: words["tenant.region.ask"], isDangerous: true,
                    isOpen: Self.regionFields.contains { form.problems[$0] != nil },
                    explanation: words["tenant.region.ask.text"],
                    form: Form(
                        to: ConsolePath.tenant(id, "region"), submit: words["tenant.region.ask"],
                        groups: [.init([target, .reason("region.reason", in: form, words)])], isDangerous: true,
                        confirmation: words("tenant.region.ask.confirm", ["name": name]))))
        ]
    }
}
