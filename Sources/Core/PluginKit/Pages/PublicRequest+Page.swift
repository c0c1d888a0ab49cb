extension PublicRequest {
    /// On which page a person acted, as evidence keeps it: origin and path, never a query, which may tell more than the place.
    ///
    /// A page can say only of its own origin where it is: the browser tells the origin, and no script can change that.
    /// - Parameter json: what the page's script said. Hostile input.
    public func page(_ json: JSON?) throws(ConsentRefusal) -> String {
        guard let page = json?.string, page.utf8.count <= 2000,
            !page.unicodeScalars.contains(where: { $0.value < 0x21 || $0.value == 0x7F })
        else { throw ConsentRefusal(field: "page", problem: "give the page's origin and path, at most 2000 bytes") }
        guard let origin else {
            throw ConsentRefusal(
                field: "page", problem: "this takes only what a browser sends from a page, with its Origin")
        }
        guard page == origin || page.hasPrefix(origin + "/") else {
            throw ConsentRefusal(field: "page", problem: "this is not on the origin that the browser tells")
        }
        return String(page.prefix { $0 != "?" && $0 != "#" })
    }
}

extension PublicAnswer {
    /// For a set-up on a page from which no chat can be opened.
    public static let noChat = PublicAnswer.problem(
        status: 503, code: "no_chat", title: "Service Unavailable",
        detail:
            "No chat can be opened here at the moment: the set-up has no channel whose address is known, or nothing to agree to."
    )
}
