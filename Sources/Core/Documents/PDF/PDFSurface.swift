internal import CPango

/// Cairo's PDF writer. What it writes is collected in memory.
final class PDFSurface {
    private final class Sink {
        var bytes: [UInt8] = []
    }

    private let sink = Sink()
    private let surface: OpaquePointer
    let cairo: OpaquePointer

    init() throws(DocumentError) {
        let write: cairo_write_func_t = { context, data, length in
            guard let context, let data else { return CAIRO_STATUS_WRITE_ERROR }
            let sink = Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
            sink.bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
            return CAIRO_STATUS_SUCCESS
        }
        // The sink outlives the surface: it is freed after `deinit` has destroyed that.
        let context = Unmanaged.passUnretained(sink).toOpaque()
        // Cairo never returns null: a failure is an object that carries it.
        guard
            let surface = cairo_pdf_surface_create_for_stream(
                write, context, PDFStyle.pageWidth, PDFStyle.pageHeight),
            let cairo = cairo_create(surface)
        else { throw .writing("no surface") }
        self.surface = surface
        self.cairo = cairo
        cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5)
    }

    deinit {
        cairo_destroy(cairo)
        cairo_surface_destroy(surface)
    }

    func set(_ metadata: cairo_pdf_metadata_t, _ value: String) {
        cairo_pdf_surface_set_metadata(surface, metadata, value)
    }

    /// - Returns: The entry, as the parent of others.
    func addBookmark(_ text: String, below parent: Int32, page: Int, y: Double) -> Int32 {
        cairo_pdf_surface_add_outline(
            surface, parent, text, "page=\(page) pos=[\(Self.number(PDFStyle.marginLeft)) \(Self.number(y))]",
            CAIRO_PDF_OUTLINE_FLAG_OPEN)
    }

    /// In tenths of a point: Cairo reads the attribute with a reader of its own that knows no exponent.
    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }

    /// What is drawn within has this place in the structure that screen readers follow (PDF 32000-1, 14.8.4).
    func tagged(_ tag: String?, _ draw: () -> Void) {
        begin(tag)
        draw()
        end(tag)
    }

    func begin(_ tag: String?) {
        if let tag { cairo_tag_begin(cairo, tag, nil) }
    }

    func end(_ tag: String?) {
        if let tag { cairo_tag_end(cairo, tag) }
    }

    func set(_ ink: PDFStyle.Ink) {
        cairo_set_source_rgb(cairo, ink.red, ink.green, ink.blue)
    }

    func rule(x: Double, y: Double, width: Double, thickness: Double, _ ink: PDFStyle.Ink) {
        set(ink)
        cairo_set_line_width(cairo, thickness)
        cairo_move_to(cairo, x, y)
        cairo_line_to(cairo, x + width, y)
        cairo_stroke(cairo)
    }

    func fill(x: Double, y: Double, width: Double, height: Double, _ ink: PDFStyle.Ink) {
        set(ink)
        cairo_rectangle(cairo, x, y, width, height)
        cairo_fill(cairo)
    }

    func endPage() {
        cairo_show_page(cairo)
    }

    func finish() throws(DocumentError) -> [UInt8] {
        let drawing = cairo_status(cairo)
        cairo_surface_finish(surface)
        for status in [drawing, cairo_surface_status(surface)] where status != CAIRO_STATUS_SUCCESS {
            throw .writing(String(cString: cairo_status_to_string(status)))
        }
        return sink.bytes
    }
}
