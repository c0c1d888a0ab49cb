import Crypto
import Foundation
import PluginKit
import Testing

@testable import SignupWidget

@Suite struct SnippetTests {
    private func snippet(_ configuration: JSON = [:], pinned: Bool = true) -> String {
        SignupWidget.snippet(
            base: "https://provider.example", setup: Fixture.setup(configuration), pinned: pinned)
    }

    @Test func `one tag pins the script that the plugin serves`() throws {
        let tag = snippet()
        let name = try #require(tag.firstMatch(of: /sources\/signup-widget\/([^"]+)"/)?.output.1)
        let file = try #require(SignupWidget().files[String(name)])
        #expect(file.isImmutable)
        let digest = Data(SHA384.hash(data: file.bytes)).base64EncodedString()
        #expect(
            tag
                == "<script src=\"https://provider.example/sources/signup-widget/\(name)\" integrity=\"sha384-\(digest)\" "
                + "crossorigin=\"anonymous\" referrerpolicy=\"no-referrer\" data-setup=\"src_1\" async></script>")
    }

    @Test func `without a pin the page follows the newest`() {
        let tag = snippet(pinned: false)
        #expect(tag.contains("/widget.js\"") && !tag.contains("integrity"))
    }

    @Test func `what the button needs stands in the tag`() {
        let tag = snippet([
            "mode": "inline", "corner": "top-start", "scheme": "dark", "colour": "#0B3D91", "colour_dark": "#9DC1FF",
            "contact": "tel:+4930901820",
            "texts": ["de": ["button": "Fragen? \"Schreiben\" & <los>"], "en": ["heading": "Hi"]],
        ])
        for part in [
            "data-mode=\"inline\"", "data-corner=\"top-start\"", "data-scheme=\"dark\"",
            "data-colours=\"#0B3D91 #FFFFFF #9DC1FF #000000\"", "data-contact=\"tel:+4930901820\"",
            "data-label-de=\"Fragen? &quot;Schreiben&quot; &amp; &lt;los&gt;\"",
        ] {
            #expect(tag.contains(part), "\(part)")
        }
        #expect(!tag.contains("data-label-en"))
    }
}
