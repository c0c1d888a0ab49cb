internal import CCurl

/// From curl's C callbacks to the transfer's methods. curl calls them on its own thread only, inside `perform`.
extension CurlTransfer {
    func connectCallbacks() throws(CurlFailure) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        try CurlFailure.check(
            obhut_easy_set_socket_opener(
                easy,
                { context, _, address in
                    guard let transfer = CurlTransfer.from(context), let address else { return -1 }
                    return transfer.openSocket(address)
                }, context))
        try CurlFailure.check(
            obhut_easy_set_before_request(
                easy,
                { context, _, _, _, _ in
                    guard let transfer = CurlTransfer.from(context), transfer.beginsSending() else {
                        return CURL_PREREQFUNC_ABORT
                    }
                    return CURL_PREREQFUNC_OK
                }, context))
        try CurlFailure.check(
            obhut_easy_set_header_sink(
                easy,
                { bytes, _, count, context in
                    guard let transfer = CurlTransfer.from(context) else { return 0 }
                    let line = UnsafeRawBufferPointer(start: bytes, count: count)
                    return transfer.receiveHeader(line) ? count : CurlTransfer.stop(count)
                }, context))
        try CurlFailure.check(
            obhut_easy_set_body_sink(
                easy,
                { bytes, _, count, context in
                    guard let transfer = CurlTransfer.from(context) else { return 0 }
                    let piece = UnsafeRawBufferPointer(start: bytes, count: count)
                    return transfer.receiveBody(piece) ? count : CurlTransfer.stop(count)
                }, context))
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
        context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Any number other than the one delivered makes curl abort.
    private static func stop(_ count: Int) -> Int { count == 0 ? 1 : 0 }
}
