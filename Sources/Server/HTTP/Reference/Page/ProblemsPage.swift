/// What each code of a problem means and what helps: where a problem's `type` leads.
enum ProblemsPage {
    static var html: String {
        HTML.page(
            title: "Problems of the Obhut API",
            .element(
                "main", ["class": "alone", "id": "content"],
                .element("p", [:], .link("/docs", "Obhut API")), .element("h1", [:], .text("Problems")),
                .element(
                    "p", ["class": "lead"],
                    .prose(
                        "Errors are `application/problem+json` (RFC 9457). Their `type` leads to this page; branch on `code`."
                    )
                ),
                HTML(ProblemKind.codes.map(section))))
    }

    private static func section(_ code: String) -> HTML {
        let kinds = ProblemKind.all.filter { $0.code == code }
        return .element(
            "section", ["class": "operation"], .element("h2", ["id": code], .link("#" + code, code)),
            .table(
                ["Status", "What it means", "What to do"],
                kinds.map { kind in
                    [
                        .text("\(kind.status) \(Problem.title(of: kind.status))"), .prose(kind.meaning),
                        .prose(kind.remedy),
                    ]
                }))
    }
}
