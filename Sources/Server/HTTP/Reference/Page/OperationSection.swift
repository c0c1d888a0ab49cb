import Foundation
import HTTPTypes
import Platform
import PluginKit

/// One operation of the reference.
struct OperationSection: Sendable {
    private let operation: Operation
    private let description: JSON

    init(_ operation: Operation) {
        self.operation = operation
        description = OpenAPIDocument(operations: [operation], publicURL: "").describe(operation)
    }

    var html: HTML {
        let reference = operation.reference
        return .element(
            "section", ["class": "operation"],
            .element(
                "h3", ["id": reference.id], .link("#" + reference.id, reference.summary.heading)),
            .element(
                "p", ["class": "route"], .element("span", ["class": "method"], .text(operation.method.rawValue)),
                .text(" "), .code(operation.path)),
            HTML((reference.detail ?? "").split(separator: "\n\n").map { .element("p", [:], .prose(String($0))) }),
            .element("p", ["class": "caller"], .prose(description["description"]?.string?.lastParagraph ?? "")),
            parameters, body, answers, problems)
    }

    private var parameters: HTML {
        let rows = (description["parameters"]?.array ?? []).map { parameter -> [HTML] in
            let isRequired = parameter["required"]?.bool == true
            return [
                .code(parameter["name"]?.string ?? ""), .text(parameter["in"]?.string ?? ""),
                SchemaTable.kind(parameter["schema"] ?? .null), .text(isRequired ? "yes" : "no"),
                .prose(parameter["description"]?.string ?? ""),
            ]
        }
        return rows.isEmpty
            ? []
            : [
                .element("h4", [:], .text("Parameters")),
                .table(["Name", "In", "Kind", "Needed", ""], rows),
            ]
    }

    private var body: HTML {
        guard let schema = operation.reference.body else { return [] }
        return [
            .element("h4", [:], .text(operation.reference.isBodyOptional ? "Body, if any" : "Body")),
            SchemaTable(schema).html, example(schema),
        ]
    }

    private var answers: HTML {
        HTML(
            operation.reference.answers.map { answer in
                [
                    .element(
                        "h4", [:], .text("Answer \(answer.status)"),
                        .text(answer.contentType.map { ", " + $0 } ?? ", without a body")),
                    answer.schema.map { schema in
                        answer.contentType == "application/json" ? [SchemaTable(schema).html, example(schema)] : []
                    } ?? [],
                ]
            })
    }

    private func example(_ schema: Schema) -> HTML {
        guard let example = SchemaExample.of(schema.json) else { return [] }
        return .element(
            "details", [:], .element("summary", [:], .text("Example")),
            .element("pre", [:], .code(SchemaExample.pretty(example))))
    }

    private var problems: HTML {
        let statuses = OpenAPIDocument.problems(of: operation).sorted().filter { status in
            !operation.reference.answers.contains { $0.status == status }
        }
        let kinds = statuses.map { status -> HTML in
            let codes = ProblemKind.all.filter { $0.status == status }.map(\.code)
            return .element(
                "li", [:], .text("\(status) "),
                HTML(codes.flatMap { [.link("/docs/problems#\($0)", $0), .text(" ")] }))
        }
        return .element(
            "details", [:], .element("summary", [:], .text("Problems")),
            .element("ul", ["class": "problems"], HTML(kinds)))
    }
}

extension String {
    fileprivate var lastParagraph: String { components(separatedBy: "\n\n").last ?? self }
}
