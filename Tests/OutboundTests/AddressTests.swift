import Testing

@testable import Outbound

@Suite("Which addresses are public")
struct AddressTests {
    static let special = [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "127.0.0.1",
        "127.255.255.254", "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192",
        "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7",
        "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:7f00:1",
        "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "100::1",
        "2001::1", "2001:0:7f00:1::", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1", "3fff::1",
        "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "febf::1", "fec0::1", "ff02::1",
    ]

    @Test("a special address is not public", arguments: special)
    func specialAddressIsNotPublic(text: String) throws {
        #expect(SpecialAddresses.range(of: try #require(IPAddress(text))) != nil)
    }

    @Test(
        "an ordinary address is public",
        arguments: [
            "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
            "128.0.0.1", "168.63.129.15", "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.167.255.255",
            "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "::ffff:8.8.8.8", "64:ff9b::808:808",
            "2001:200::1", "2001:4860:4860::8888", "2003::1", "2606:4700:4700::1111", "2a00:1450::1",
        ])
    func ordinaryAddressIsPublic(text: String) throws {
        #expect(SpecialAddresses.range(of: try #require(IPAddress(text))) == nil)
    }

    @Test(
        "only canonical text is an address", arguments: ["127.1", "0x7f.0.0.1", "2130706433", "1.2.3.4.5", "::g", ""])
    func otherSpellingsAreNoAddresses(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(
        "a block holds what shares its prefix",
        arguments: [
            ("10.0.0.0/8", "10.1.2.3", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.9.9.9/8", "10.0.0.1", true),
            ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false), ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "::1", false), ("fd00::/8", "fdff::1", true), ("fd00::/8", "fc00::1", false),
            ("::/0", "2001:db8::1", true), ("::1", "::1", true), ("::1/128", "::2", false),
        ])
    func blockHoldsItsAddresses(block: String, address: String, isHeld: Bool) throws {
        #expect(try #require(AddressBlock(block)).contains(try #require(IPAddress(address))) == isHeld)
    }

    @Test(
        "a malformed block is none", arguments: ["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "a/8", "/8", ""])
    func malformedBlockIsNone(text: String) {
        #expect(AddressBlock(text) == nil)
    }
}
