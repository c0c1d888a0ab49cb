import CQRencode
import Platform

/// A QR code (ISO/IEC 18004) as a picture.
enum QRPicture {
    /// - Returns: an SVG document whose sides are the code's modules and four free ones around (ISO/IEC 18004, 5.3.8).
    static func svg(_ text: String) throws -> String {
        guard let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else {
            throw PlatformError(.unavailable, "The QR code could not be made.")
        }
        defer { QRcode_free(code) }
        let width = Int(code.pointee.width)
        let side = width + 8
        var path = ""
        for row in 0..<width {
            // The lowest bit says whether a module is dark.
            for column in 0..<width where code.pointee.data[row * width + column] & 1 == 1 {
                path += "M\(column + 4),\(row + 4)h1v1h-1z"
            }
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(side) \(side)" shape-rendering="crispEdges">\
            <rect width="\(side)" height="\(side)" fill="#fff"/><path d="\(path)" fill="#000"/></svg>
            """
    }
}
