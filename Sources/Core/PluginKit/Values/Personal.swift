/// Data about a person. It cannot be printed, logged, interpolated or reflected by accident: whoever needs the value asks for
/// it by name, and that name can be searched for.
public struct Personal<Value: Sendable>: Sendable {
    public let revealed: Value

    public init(_ value: Value) { revealed = value }
}

/// A credential or key. As `Personal`, for what opens doors instead of what describes people.
public struct Secret<Value: Sendable>: Sendable {
    public let revealed: Value

    public init(_ value: Value) { revealed = value }
}

extension Personal: Equatable where Value: Equatable {}
extension Personal: Hashable where Value: Hashable {}
extension Secret: Equatable where Value: Equatable {}
extension Secret: Hashable where Value: Hashable {}

extension Personal: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(personal)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(secret)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
