import Testing

@testable import Platform

@Suite struct PhoneNumberTests {
    @Test(arguments: [
        ("", "empty"), ("  ", "empty"), ("+49 151 2x3456789", "letters"), ("call me", "letters"),
        ("0151 23456789", "no country code"), ("(0151) 23456789", "no country code"), ("+49 151", "too short: 5"),
        ("123456", "too short: 6"), ("+491512345678901234", "too long: 18"), ("4915123456789;ext", "letters"),
        ("4915123456789#1", "signs"), ("+49+151234567", "+ stands at the beginning"), ("+", "too short: 0"),
        ("00", "too short: 0"), ("000491512345678", "no country code"), ("+٤٩١٥١٢٣٤٥٦٧٨", "signs"),
        (String(repeating: "1", count: 65), "longer than 64 bytes"),
    ])
    func `a number that is none is told why`(text: String, reason: String) {
        #expect(PhoneNumber.problem(text)?.contains(reason) == true, "\(PhoneNumber.problem(text) ?? "nothing")")
    }

    @Test(arguments: ["+49 151 23456-789", "0049 (0)151 23456789", "4915123456789", "+1 (555) 010-0199", "1234567"])
    func `of a number that is one there is nothing to say`(text: String) {
        #expect(PhoneNumber.problem(text) == nil)
    }

    @Test func `of other addresses it knows nothing`() {
        #expect(PhoneNumber.problem("bsuid", "x") == "this is not an address of that kind")
        #expect(PhoneNumber.problem("phone", "+49 151 23456789") == "this is not an address of that kind")
    }
}
