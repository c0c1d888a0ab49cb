internal import CPango

/// A text broken into lines of a width. Belongs to the thread of its `PangoSession`.
final class TextLayout {
    let face: PDFStyle.Face
    private let layout: OpaquePointer
    let lines: [cpango_line]

    init(_ text: RichText, face: PDFStyle.Face, width: Double, session: PangoSession) {
        self.face = face
        let attributes = cpango_attributes_create()
        defer { cpango_attributes_free(attributes) }
        var bytes: [UInt8] = []
        for inline in text.inlines {
            let start = UInt32(bytes.count)
            bytes += inline.string.printable.utf8
            let end = UInt32(bytes.count)
            switch inline {
            case .text: break
            case .strong: cpango_attributes_font(attributes, start, end, nil, 0, 1, 0)
            case .emphasis: cpango_attributes_font(attributes, start, end, nil, 0, 0, 1)
            case .code: cpango_attributes_font(attributes, start, end, PDFStyle.mono, face.size * 0.84, 0, 0)
            }
        }
        layout = bytes.withUnsafeBytes { buffer in
            cpango_layout_create(
                session.context, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count),
                face.family, face.size, face.isBold ? 1 : 0, width, attributes)
        }
        let count = Int(cpango_layout_line_count(layout))
        lines = [cpango_line](unsafeUninitializedCapacity: count) { [layout] buffer, initialized in
            cpango_layout_measure(layout, buffer.baseAddress)
            initialized = count
        }
    }

    deinit { cpango_layout_free(layout) }

    var width: Double { lines.map(\.width).max() ?? 0 }

    func draw(lines: Range<Int>, x: Double, baselines: [Double], on cairo: OpaquePointer) {
        cpango_layout_draw(cairo, layout, Int32(lines.lowerBound), Int32(lines.count), x, baselines)
    }
}

/// Fonts and settings of one rendering. Pango's and Cairo's objects may be used by one thread at a time, and are shared by
/// nothing here: each rendering has its own.
final class PangoSession {
    private let fonts: OpaquePointer
    let context: OpaquePointer

    init(language: DocumentLanguage) throws(DocumentError) {
        guard let fonts = cpango_fonts_create() else { throw .writing("no font map") }
        for family in PDFStyle.families where cpango_fonts_have(fonts, family) == 0 {
            cpango_fonts_free(fonts)
            throw .fontMissing(family: family)
        }
        guard let context = cpango_context_create(fonts, language.rawValue) else {
            cpango_fonts_free(fonts)
            throw .writing("no text context")
        }
        self.fonts = fonts
        self.context = context
    }

    deinit {
        cpango_context_free(context)
        cpango_fonts_free(fonts)
    }
}
