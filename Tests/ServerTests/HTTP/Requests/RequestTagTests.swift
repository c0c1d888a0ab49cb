import HTTPTypes
import Hummingbird
import Platform
import PluginKit
import Testing

@testable import Server

@Suite struct RequestTagTests {
    @Test(arguments: [
        ("*", true), (" * ", true), (#""r7""#, true), (#""r6", "r7""#, true), (#""r6" ,"r7""#, true), (#""r6""#, false),
        (#"W/"r7""#, false), (#""r07""#, false), (#""r+7""#, false), (#""7""#, false), (#""anything""#, false),
        (#""""#, false),
    ])
    func `If-Match fits the revisions that it names, and a weak tag none`(field: String, fits: Bool) throws {
        let expected = try Request.get("/", [.ifMatch: field]).expected()
        #expect(((try? expected.check(7)) != nil) == fits)
    }

    @Test(arguments: ["", "r7", #""r7"#, #""r7" "r8""#, #""r7","#, #"w/"r7""#, "**", #"* , "r7""#, "\"r 7\""])
    func `what is no tag is told so`(field: String) throws {
        for name in [HTTPField.Name.ifMatch, .ifNoneMatch] {
            let request = Request.get("/", [name: field])
            let problem = #expect(throws: Problem.self) {
                _ = try request.expected()
                _ = try request.unlessKnown(Response(status: .ok))
            }
            #expect(problem?.status == 400)
        }
    }

    @Test func `without If-Match whatever it is now fits`() throws {
        try Request.get("/").expected().check(7)
    }

    @Test(arguments: [
        (#""r7""#, 304), (#"W/"r7""#, 304), ("*", 304), (#""r6", "r7""#, 304), (#""r6""#, 200), (#""other""#, 200),
    ])
    func `If-None-Match saves the body of what is known`(field: String, status: Int) async throws {
        let shown = (["id": "x"] as JSON).response(revision: 7)
        let answer = try await Answer(try Request.get("/", [.ifNoneMatch: field]).unlessKnown(shown))
        #expect(answer.status == status && answer.headers[.eTag] == #""r7""#)
        #expect(answer.text.isEmpty == (status == 304))
    }
}
