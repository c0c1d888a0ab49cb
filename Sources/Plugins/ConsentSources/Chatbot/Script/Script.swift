internal import PluginKit

/// What a dialogue says and asks, and in which order. Data: a set-up's configuration laid over the script that comes with the plugin.
struct Script: Sendable, Hashable {
    /// Those that are spoken, the one for people of whom nothing is known first.
    var languages: [String]
    var start: String
    /// Before the first question of a dialogue.
    var greeting: [String: String]
    /// Before a question that is asked again, because the answer was not plain.
    var unclear: [String: String]
    /// Confirms a refusal or withdrawal by a stop word.
    var stopped: [String: String]
    var reminder: Reminder?
    /// After a first agreement: how long a further question may hold up what the person wrote, in minutes.
    var waitMinutes: Int
    var steps: [String: Step]

    struct Reminder: Sendable, Hashable {
        /// After the person's last word, within the service window.
        var afterMinutes: Int
        /// Before the question that is asked again.
        var texts: [String: String]
    }

    struct Step: Sendable, Hashable {
        enum Kind: String, Sendable, CaseIterable {
            /// Says something and goes on.
            case say
            /// Asks whether the person is as old as the terms want; passed over when they want nothing.
            case age
            /// Asks what the script's author likes, with buttons that lead on.
            case choice
            /// Asks for each of its purposes by itself.
            case consent
            case end
        }

        enum Outcome: String, Sendable, CaseIterable {
            case admit, refuse, leave
        }

        struct Option: Sendable, Hashable {
            var id: String
            var titles: [String: String]
            var next: String
            /// Which the dialogue speaks from then on.
            var language: String?
        }

        var id: String
        var kind: Kind
        var condition: Condition?
        /// When the condition does not hold; `next` when there is none.
        var otherwise: String?
        var next: String?
        /// After a no; within `consent`, nil goes on to the next purpose.
        var declined: String?
        var texts: [String: String] = [:]
        /// What an end says on a page instead: there no message has come, and nobody is being written to yet.
        var page: [String: String] = [:]
        var footer: [String: String] = [:]
        var agree: [String: String] = [:]
        var decline: [String: String] = [:]
        var options: [Option] = []
        var purposes: Selection = .named([])
        /// Only a button or a sentence that says "I agree" counts.
        var isExplicit = false
        var outcome: Outcome = .leave
    }

    /// All that is given must hold; of several words one.
    struct Condition: Sendable, Hashable {
        /// Names of purposes; `*` is any.
        var agreed: [String]?
        var declined: [String]?
        var languages: [String]?
        var entries: [String]?
    }

    /// Purposes that a step asks for, each by itself.
    enum Selection: Sendable, Hashable {
        /// The first that concerns no special category.
        case first
        /// All others that concern none.
        case rest
        /// All that concern special categories.
        case special
        case named([String])

        func purposes(of terms: ConsentTerms) -> [ConsentTerms.Purpose] {
            let ordinary = terms.purposes.filter { !$0.isSpecialCategory }
            switch self {
            case .first: return Array(ordinary.prefix(1))
            case .rest: return Array(ordinary.dropFirst())
            case .special: return terms.purposes.filter(\.isSpecialCategory)
            case .named(let names): return names.compactMap { name in terms.purposes.first { $0.name == name } }
            }
        }
    }
}
