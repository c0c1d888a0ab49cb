import Outbound
import Testing

@testable import Server

@Suite struct ClientAddressTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var peer: String
        var list: String?
        var forwarded: String?
        var address: String?
        var testDescription: String { name }
    }

    static let rows: [Row] = [
        Row(name: "nobody in between", peer: "198.51.100.7", address: "198.51.100.7"),
        Row(name: "a stranger's header", peer: "198.51.100.7", list: "192.0.2.1", address: "198.51.100.7"),
        Row(name: "our proxy", peer: "10.0.0.1", list: "192.0.2.1", address: "192.0.2.1"),
        Row(name: "our proxy says nothing", peer: "10.0.0.1", address: "10.0.0.1"),
        Row(
            name: "what the client wrote before our proxy added", peer: "10.0.0.1", list: "203.0.113.9, 192.0.2.1",
            address: "192.0.2.1"),
        Row(
            name: "two of our proxies", peer: "10.0.0.1", list: "203.0.113.9, 192.0.2.1, 10.0.0.2",
            address: "192.0.2.1"),
        Row(name: "all hops are ours", peer: "10.0.0.1", list: "10.0.0.3, 10.0.0.2", address: "10.0.0.3"),
        Row(name: "a hop that is no address", peer: "10.0.0.1", list: "192.0.2.1, unknown", address: nil),
        Row(name: "nothing between two commas", peer: "10.0.0.1", list: "192.0.2.1,,10.0.0.2", address: nil),
        Row(name: "with a port", peer: "10.0.0.1", list: "192.0.2.1:4711", address: "192.0.2.1"),
        Row(name: "IPv6 with a port", peer: "10.0.0.1", list: "[2001:db8::1]:4711", address: "2001:db8::1"),
        Row(name: "IPv6 alone", peer: "10.0.0.1", list: "2001:db8::1", address: "2001:db8::1"),
        Row(name: "IPv4 in IPv6", peer: "::ffff:10.0.0.1", list: "::ffff:192.0.2.1", address: "192.0.2.1"),
        Row(
            name: "Forwarded", peer: "10.0.0.1", forwarded: #"for=203.0.113.9, FOR="[2001:db8::1]:1";proto=https"#,
            address: "2001:db8::1"),
        Row(name: "Forwarded that hides", peer: "10.0.0.1", forwarded: "for=_hidden", address: nil),
        Row(name: "Forwarded without for", peer: "10.0.0.1", forwarded: "proto=https", address: nil),
        Row(name: "both agree", peer: "10.0.0.1", list: "192.0.2.1", forwarded: "for=192.0.2.1", address: "192.0.2.1"),
        Row(
            name: "both, of which one is the client's own", peer: "10.0.0.1", list: "192.0.2.1",
            forwarded: "for=203.0.113.9", address: nil),
    ]

    @Test(arguments: rows) func `the nearest hop that is none of ours is the client`(row: Row) throws {
        let clients = try ClientAddresses(trusting: ["10.0.0.0/8"])
        let peer = IPAddress(row.peer)?.unmapped
        let found = clients.address(peer: peer, forwardedFor: row.list, forwarded: row.forwarded)
        #expect(found?.description == row.address)
    }

    @Test func `a range that is none stops the start with one sentence`() {
        #expect(throws: SettingsError.self) { try ClientAddresses(trusting: ["10.0.0.0/33"]) }
    }
}
