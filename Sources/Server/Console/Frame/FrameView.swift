/// The frame as its templates see it.
struct FrameView: Component {
    static let template = "frame"

    struct Link: Component {
        static let template = "navigation"

        let text: String
        let href: String
        let isCurrent: Bool
        let count: String?
    }

    struct LanguageLink: Component {
        static let template = "languages"

        let code: String
        let text: String
        let href: String
        let isCurrent: Bool
    }

    struct FlashView: Component {
        static let template = "flash"

        let tone: String
        let text: String
    }

    let language: String
    let installation: String
    let csrf: String
    let readerName: String?
    let readerRole: String?
    let navigation: [Link]
    let languages: [LanguageLink]
    let flashes: [FlashView]
    let styleSheet: String
    let icon: String
    let scripts: [String]
    let home: String
    let signOut: String

    init(_ frame: Frame, section: NavigationItem?, words: Words, assets: AssetFolder) {
        language = frame.language.rawValue
        installation = frame.installation
        csrf = frame.csrfToken
        readerName = frame.reader?.name
        readerRole = frame.reader.map { words.roles($0.roles) }
        navigation = NavigationItem.allCases.compactMap { item in
            guard let reader = frame.reader, item.permission.map(reader.may) ?? true else { return nil }
            let waits = item == .approvals && frame.openApprovals > 0
            return Link(
                text: words["navigation.\(item.rawValue)"], href: item.path, isCurrent: item == section,
                count: waits ? words.number(frame.openApprovals) : nil)
        }
        languages = Language.allCases.map { language in
            LanguageLink(
                code: language.rawValue, text: language.ownName, href: Self.path(frame.path, in: language),
                isCurrent: language == frame.language)
        }
        flashes = frame.flashes.map { flash in
            let tone: Badge.Tone =
                switch flash.kind {
                case .done: .good
                case .warning: .warning
                case .failed: .bad
                }
            return FlashView(tone: tone.rawValue, text: flash.text)
        }
        styleSheet = assets.href(AssetFolder.styleSheet)
        icon = assets.href(AssetFolder.icon)
        scripts = assets.scripts.map(assets.href)
        home = ConsolePath.root
        signOut = ConsolePath.signOut
    }

    /// The page's path, asking for a language. A path that could lead to another server is not repeated.
    static func path(_ path: String, in language: Language) -> String {
        let parts = (ConsolePath.own(path) ?? ConsolePath.root).split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let kept = parts.dropFirst().joined().split(separator: "&").filter { !$0.hasPrefix("lang=") }
        return parts[0] + "?" + (kept.map(String.init) + ["lang=\(language.rawValue)"]).joined(separator: "&")
    }
}
