import Testing

@testable import SignupWidget

@Suite struct ColourTests {
    /// From the WCAG's own understanding documents and WebAIM's contrast checker.
    @Test(arguments: [
        ("#000000", "#FFFFFF", "21"), ("#FFFFFF", "#000000", "21"), ("#777777", "#FFFFFF", "4.47"),
        ("#767676", "#FFFFFF", "4.54"), ("#949494", "#FFFFFF", "3.03"), ("#FF0000", "#FFFFFF", "3.99"),
        ("#0000FF", "#FFFFFF", "8.59"), ("#25D366", "#FFFFFF", "1.98"), ("#123456", "#123456", "1"),
    ])
    func `contrast is that of WCAG`(one: String, other: String, contrast: String) throws {
        let one = try #require(Colour(hex: one)), other = try #require(Colour(hex: other))
        #expect(Colour.shown(one.contrast(to: other)) == contrast)
    }

    static let grid = [0, 51, 102, 119, 128, 153, 204, 255]

    @Test func `text is readable on any colour, and any colour can be made to be seen on any ground`() {
        for red in Self.grid {
            for green in Self.grid {
                for blue in Self.grid {
                    let colour = Colour(red: red, green: green, blue: blue)
                    #expect(colour.contrast(to: colour.text) >= 4.5, "\(colour.hex)")
                    for ground in [Colour.paper, .darkPaper] {
                        let seen = colour.readable(on: ground)
                        #expect(seen.contrast(to: ground) >= Colour.leastContrast, "\(colour.hex)")
                        if colour.contrast(to: ground) >= Colour.leastContrast { #expect(seen == colour) }
                    }
                }
            }
        }
    }

    @Test func `the script gets four colours, the dark ones made when none is given`() {
        #expect(Colours.standard.text == "#0B6B50 #FFFFFF #5CC3A0 #000000")
        let (configuration, problems) = WidgetConfiguration.read(["colour": "#0B3D91"])
        #expect(problems.isEmpty)
        #expect(configuration.colours.light.hex == "#0B3D91")
        #expect(configuration.colours.dark.contrast(to: .darkPaper) >= 3)
    }
}
