/// Comparison whose duration tells nothing about where two values differ.
public enum ConstantTime {
    /// - Returns: whether both hold the same bytes. Only the lengths may show in the time it takes.
    public static func equal(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for (one, other) in zip(left, right) { difference |= one ^ other }
        return difference == 0
    }
}
