import HTTPTypes
import Hummingbird
import Outbound
import PluginKit
import Testing

@testable import Server

@Suite struct ConsoleValueTests {
    @Test func `over TLS a cookie says so in its name`() {
        let cookie = ConsoleCookie(.session, publicURL: "https://obhut.example")
        #expect(cookie.setting(Secret("v")) == "__Host-obhut=v; Path=/; HttpOnly; SameSite=Lax; Secure")
        #expect(cookie.removal == "__Host-obhut=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure")
        let plain = ConsoleCookie(.device, publicURL: "http://127.0.0.1:8080")
        #expect(plain.setting(Secret("v")) == "obhut-device=v; Path=/; Max-Age=15552000; HttpOnly; SameSite=Lax")
    }

    @Test(arguments: [
        ("obhut=a", "a"), ("x=1; obhut=a", "a"), ("obhut-device=b; obhut=a", "a"), ("obhut=a=b", "a=b"),
        ("xobhut=a", nil),
        ("__Host-obhut=a", nil), ("obhut", nil), ("", nil), ("obhut=", ""),
    ])
    func `a cookie is found by its whole name`(_ header: String, _ value: String?) {
        let request = Request.get("/console", [.cookie: header])
        #expect(ConsoleCookie(.session, publicURL: "http://x").value(in: request)?.revealed == value)
    }

    @Test(arguments: [
        ("same-origin", "https://obhut.example", true), (nil, "https://obhut.example", true),
        ("same-origin", nil, true),
        (nil, "HTTPS://OBHUT.example", true), ("cross-site", "https://obhut.example", false),
        ("same-site", "https://obhut.example", false), ("none", nil, false), (nil, "https://evil.example", false),
        (nil, "http://obhut.example", false), (nil, "https://obhut.example:8443", false), (nil, "null", false),
        (nil, "https://obhut.example.evil.example", false), (nil, nil, false),
        ("same-origin", "https://evil.example", false),
    ])
    func `a form comes from a page of ours`(_ site: String?, _ origin: String?, _ isOurs: Bool) {
        #expect(SameOrigin.isOurs(site: site, origin: origin, publicURL: "https://obhut.example/") == isOurs)
    }

    @Test(arguments: [
        ("https://a.example", "https://a.example"), ("https://A.example:443/x/y", "https://a.example"),
        ("http://a.example:80", "http://a.example"), ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://a.example:80", "https://a.example:80"),
    ])
    func `an origin is written as browsers write it`(_ url: String, _ origin: String) {
        #expect(SameOrigin.origin(of: url) == origin)
    }

    @Test func `forms are read as browsers write them`() throws {
        let form = try FormFields(Array("a=1&b=x+y%2Bz&a=2&c=%C3%A4&empty=&bare&=nameless".utf8))
        #expect(form["a"] == "1" && form.all("a") == ["1", "2"] && form["b"] == "x y+z" && form["c"] == "ä")
        #expect(form["empty"] == "" && form["bare"] == "" && form[""] == "nameless" && form["none"] == nil)
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%ff", "a=%00", String(repeating: "a=1&", count: 501)])
    func `a form that is not readable is not half read`(_ text: String) {
        #expect(throws: Problem.self) { try FormFields(Array(text.utf8)) }
    }

    @Test(arguments: [
        ("10.0.0.1", "10.0.0.1"), ("::ffff:10.0.0.1", "10.0.0.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8::1", "2001:db8::/64"), ("::1", "::/64"), ("", "unknown"),
    ])
    func `failed sign-ins are counted by address, of IPv6 by the network of one subscriber`(
        text: String, network: String
    ) {
        #expect(SourceAddress.network(of: IPAddress(text)).revealed == network)
    }
}
