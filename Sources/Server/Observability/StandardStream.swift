import Foundation

/// Standard output and standard error, written to so that nothing can crash: a full disk or a reader that went away
/// costs what was to be written, and no more. (`FileHandle.write` ends the process then.)
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    /// In one call to the system, so that lines of several threads and processes do not run into each other.
    func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let written = Foundation.write(rawValue, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written > 0 {
                    rest = rest.dropFirst(written)
                } else if written < 0, errno == EAGAIN {
                    // A reader that shares its end with others may have made it non-blocking.
                    var end = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
                    guard poll(&end, 1, 1000) > 0 else { return }
                } else if !(written < 0 && errno == EINTR) {
                    return
                }
            }
        }
    }

    func write(_ text: String) { write(Array(text.utf8)) }
}
