/// Narrows a listing. A form by GET: the address says what is shown and can be kept.
struct Filter: Component {
    static let template = "filter"

    let label: String
    let action: String
    let fields: [Field]
    /// Shown when something is filtered.
    let clearHref: String?
}
