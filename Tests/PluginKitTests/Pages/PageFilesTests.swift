import Testing

@testable import PluginKit

@Suite struct SmallingTests {
    @Test(arguments: [
        ("// a\nlet a = 1;\n\n    // b\n    a();\n", "let a = 1;\na();"),
        ("const url = \"https://x\";\n", "const url = \"https://x\";"),
    ])
    func `lines of comment and indentation go, the rest stays`(source: String, small: String) {
        #expect(PageFiles.smallScript(source) == small)
    }

    @Test(arguments: [
        (
            "/* x */ a:hover {\n  color: red;\n  margin: calc(1px + 2px) 0;\n}\n",
            "a:hover{color:red;margin:calc(1px + 2px) 0}"
        ),
        (
            "@media (max-width: 30em) {\n  .a .b:has(:checked) { x: y; }\n}\n",
            "@media (max-width:30em){.a .b:has(:checked){x:y}}"
        ),
    ])
    func `a style loses nothing that means anything`(source: String, small: String) {
        #expect(PageFiles.smallStyle(source) == small)
    }
}
