import HTTPTypes
import Hummingbird
import NIOCore
import PluginKit

/// The reference of what is served, for readers and tools: open to anybody, as it tells nothing that the documentation does not.
struct ReferenceRoutes: Sendable {
    let book: OperationBook
    let publicURL: String

    func add(to surface: Surface) {
        surface.anyone(.get, "openapi.json", Self.aboutDocument) { _, _ in
            OpenAPIDocument(operations: book.operations, publicURL: publicURL).json.response()
        }
        surface.anyone(.get, "docs", Self.aboutPage) { _, _ in
            Self.page(ReferencePage(operations: book.operations, publicURL: publicURL).html)
        }
        surface.anyone(.get, "docs/problems", Self.aboutProblems) { _, _ in Self.page(ProblemsPage.html) }
        surface.anyone(.get, "docs/style.css", Self.aboutStyle) { _, _ in
            Self.answer(ReferenceStyle.css, Self.css, [.cacheControl: "public, max-age=300"])
        }
    }

    private static let html = "text/html; charset=utf-8"
    private static let css = "text/css; charset=utf-8"

    private static let aboutDocument = OperationReference(
        "openAPI", "This document (OpenAPI 3.1).", answers: .json(.anything))
    private static let aboutPage = OperationReference("reference", "The reference as a page.", answers: .content(html))
    private static let aboutProblems = OperationReference(
        "problems", "Explains the codes of problems.", answers: .content(html))
    private static let aboutStyle = OperationReference(
        "referenceStyle", "How these pages look.", answers: .content(css))

    /// The pages need their own style and nothing else: no script, no frame, nothing from elsewhere.
    private static let policy =
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    private static func page(_ html: String) -> Response {
        var headers: HTTPFields = [.contentSecurityPolicy: policy]
        headers[.referrerPolicy] = "no-referrer"
        return answer(html, Self.html, headers)
    }

    private static func answer(_ text: String, _ type: String, _ more: HTTPFields) -> Response {
        var headers = more
        headers[.contentType] = type
        headers[.xContentTypeOptions] = "nosniff"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}

extension HTTPField.Name {
    static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .trailer
}
