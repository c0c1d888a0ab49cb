/// Terms and what they are: a definition list.
struct Facts: Component {
    static let template = "facts"

    struct Fact: Component {
        static let template = "fact"

        let term: String
        let value: Inline

        init(_ term: String, _ value: Inline) {
            self.term = term
            self.value = value
        }
    }

    let items: [Fact]

    init(_ items: [Fact]) { self.items = items }
}
