import Foundation

/// What the system said last to this thread.
struct SystemError: Error, CustomStringConvertible {
    let number = errno

    var description: String { String(cString: strerror(number)) }
}
