import Hummingbird
import NIOCore
import PluginKit
import Synchronization

/// The reference of what is served, for readers and tools: open to anybody, as it tells nothing that this page does not.
struct ReferenceRoutes: Sendable {
    let book: OperationBook
    let publicURL: String

    func add(to surface: Surface) {
        surface.anyone(.get, "openapi.json", Self.aboutDocument) { _, _ in
            OpenAPIDocument(operations: book.operations, publicURL: publicURL).json.response()
        }
    }

    private static let aboutDocument = OperationReference(
        "openAPI", "This document (OpenAPI 3.1).", answers: .json(.anything))
}
