import HTTPTypes
import Platform

/// One route: where it is, who may call it, and what the reference tells of it. The router and the OpenAPI document are made from the
/// same values, so neither knows a route that the other does not.
struct Operation: Sendable {
    enum Caller: Sendable, Hashable {
        case anyone
        /// The messenger: by signature over the body, which its plugin checks.
        case messenger
        /// Whoever has the signed link that the path holds.
        case link
        /// `metrics.token`, or staff.
        case watcher
        case tenant(Scope)
        case staff(Permission)
    }

    var method: HTTPRequest.Method
    /// A template, such as `/admin/v1/tenants/{tenant}`.
    var path: String
    var caller: Caller
    var reference: OperationReference

    /// Whether it changes what is there already.
    var changes: Bool { [.put, .patch, .delete].contains(method) || reference.isStep }

    /// Names of the template's parameters, in order.
    var pathParameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }
}

/// What the reference tells of a route.
struct OperationReference: Sendable {
    /// One that `operationId` takes: unique in the document.
    var id: String
    /// One sentence.
    var summary: String
    /// More, in Markdown.
    var detail: String?
    var query: [QueryParameter] = []
    /// The body it takes; nil for none.
    var body: Schema?
    var isBodyOptional = false
    /// Media types of a file that it takes instead of JSON.
    var fileTypes: [String] = []
    /// What it answers when all is well, by status.
    var answers: [Answer]
    /// Statuses of problems beyond those that every such route has.
    var problems: Set<Int> = []
    /// Whether an `Idempotency-Key` makes repeating safe.
    var takesIdempotencyKey = false
    /// Whether `If-Match` is looked at, and the answer has an `ETag`.
    var isVersioned = false
    /// Whether a POST changes what its path names, and makes nothing new.
    var isStep = false

    init(
        _ id: String, _ summary: String, detail: String? = nil, query: [QueryParameter] = [], body: Schema? = nil,
        answers: Answer..., problems: Set<Int> = []
    ) {
        self.id = id
        self.summary = summary
        self.detail = detail
        self.query = query
        self.body = body
        self.answers = answers
        self.problems = problems
    }

    struct Answer: Sendable {
        var status: Int
        var contentType: String?
        var schema: Schema?

        /// JSON.
        static func json(_ schema: Schema, status: Int = 200) -> Answer {
            Answer(status: status, contentType: "application/json", schema: schema)
        }

        /// A component by its name.
        static func named(_ name: String, status: Int = 200) -> Answer { .json(.named(name), status: status) }

        static func list(of name: String) -> Answer { .json(.list(of: name)) }

        static func empty(_ status: Int) -> Answer { Answer(status: status) }

        static func content(_ type: String, status: Int = 200) -> Answer {
            Answer(status: status, contentType: type, schema: .text())
        }
    }

    struct QueryParameter: Sendable {
        var name: String
        var schema: Schema
        var help: String
        var isRequired = false
    }

    /// Takes an `Idempotency-Key`.
    var repeatable: OperationReference { changed { $0.takesIdempotencyKey = true } }

    /// Looks at `If-Match` or `If-None-Match`, and answers with an `ETag`.
    var versioned: OperationReference { changed { $0.isVersioned = true } }

    /// Takes a file of one of these types.
    func takingFile(_ types: [String]) -> OperationReference { changed { $0.fileTypes = types } }

    /// A POST that changes what its path names, unless `If-Match` names another state of it.
    var conditional: OperationReference { versioned.changed { $0.isStep = true } }

    func changed(_ change: (inout OperationReference) -> Void) -> OperationReference {
        var copy = self
        change(&copy)
        return copy
    }
}

extension [OperationReference.QueryParameter] {
    /// `?limit=` and `?cursor=`.
    static let page: Self = [
        .init(name: "limit", schema: .integer(1...PageRequest.maximumLimit), help: "How many at most; 50 unless said."),
        .init(
            name: "cursor", schema: .text(1...1024, pattern: "^[A-Za-z0-9_-]+$"),
            help: "The next_cursor of the page before, unchanged."),
    ]
}
