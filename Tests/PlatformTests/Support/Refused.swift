import Testing

@testable import Platform

/// Expects the gate to refuse.
func expectRefusal(
    _ code: Refusal.Code, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> some Sendable
) async {
    let error = await #expect(throws: PlatformError.self, comment, sourceLocation: sourceLocation) {
        _ = try await body()
    }
    #expect(error?.refusal?.code == code, comment, sourceLocation: sourceLocation)
}

/// Expects an error of this code, about this field when one is named.
func expectError(
    _ code: PlatformError.Code, field: String? = nil, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> some Sendable
) async {
    let error = await #expect(throws: PlatformError.self, comment, sourceLocation: sourceLocation) {
        _ = try await body()
    }
    #expect(error?.code == code, comment, sourceLocation: sourceLocation)
    if let field { #expect(error?.fields.map(\.path) == [field], comment, sourceLocation: sourceLocation) }
}
