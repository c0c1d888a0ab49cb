import PluginKit
import TestSupport
import Testing

@Suite struct JSONPropertyTests {
    @Test(arguments: 0..<50 as Range<UInt64>)
    func `what is written is read back the same`(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        for _ in 0..<40 {
            let value = random.value()
            let bytes = value.encoded()
            let back = try JSON(parsing: bytes)
            #expect(back == value)
            #expect(back.encoded() == bytes)
            // Names and texts to the byte, which == does not ask for.
            #expect(back.text == value.text)
        }
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `bytes at random are read or refused, and an error stands within them`(seed: UInt64) {
        var random = RandomJSON(seed: seed)
        for _ in 0..<400 { check(random.bytes()) }
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `a document cut or spoilt anywhere is read or refused`(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        for _ in 0..<10 {
            let document = random.value().encoded()
            for end in document.indices where end < 300 { check(Array(document[..<end])) }
            for _ in 0..<50 { check(random.spoil(document)) }
        }
    }

    /// Whatever is read can be written, and then stands still.
    private func check(_ bytes: [UInt8]) {
        do throws(JSONError) {
            let written = try JSON(parsing: bytes).encoded()
            #expect((try? JSON(parsing: written))?.encoded() == written, "\(bytes)")
        } catch {
            #expect((0...bytes.count).contains(error.offset), "\(bytes)")
        }
    }
}

/// Values and bytes at random, the same for the same seed.
struct RandomJSON {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func value(depth: Int = 0) -> JSON {
        switch Int.random(in: 0..<(depth < 6 ? 8 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .number(number())
        case 3, 4: return .string(text())
        case 5, 6: return .array((0..<Int.random(in: 0...6, using: &random)).map { _ in value(depth: depth + 1) })
        default:
            // Sometimes more members than the parser looks through one by one.
            let count = Int.random(in: 0..<20, using: &random) == 0 ? 50 : Int.random(in: 0...5, using: &random)
            return .object(JSONObject((0..<count).map { _ in (text(), value(depth: depth + 3)) }))
        }
    }

    mutating func bytes() -> [UInt8] {
        let alphabet =
            Array(#"{}[]",:\truefalsn0123456789.eE+-/bd "#.utf8) + [
                0x00, 0x09, 0x0A, 0x1F, 0x7F, 0x80, 0xC3, 0xA4, 0xED, 0xF0, 0xFF,
            ]
        return (0..<Int.random(in: 0...40, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
    }

    mutating func spoil(_ document: [UInt8]) -> [UInt8] {
        var bytes = document
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            guard let place = bytes.indices.randomElement(using: &random) else { break }
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
            case 1: bytes.remove(at: place)
            default: bytes.insert(Array(#"{}[]",:\"#.utf8).randomElement(using: &random) ?? 0, at: place)
            }
        }
        return bytes
    }

    private mutating func number() -> String {
        var text = Bool.random(using: &random) ? "" : "-"
        text += String(UInt64.random(in: 0...(1 << UInt64.random(in: 0...63, using: &random)), using: &random))
        if Bool.random(using: &random) { text += "." + String(UInt32.random(in: 0...999_999, using: &random)) }
        if Int.random(in: 0..<4, using: &random) == 0 {
            text += (["e", "E+", "e-"].randomElement(using: &random) ?? "e") + "7"
        }
        return text
    }

    private mutating func text() -> String {
        let scalars: [ClosedRange<UInt32>] = [
            0x00...0x7F, 0x20...0x7E, 0x20...0x7E, 0x80...0x7FF, 0x300...0x36F, 0x800...0xD7FF, 0x10000...0x10FFFF,
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            guard let range = scalars.randomElement(using: &random) else { continue }
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) { text.append(scalar) }
        }
        return String(text)
    }
}
