import Foundation
import PluginKit
import Testing

@testable import Sandbox

@Suite struct JournalTests {
    @Test("everything is there again after the process died, and waiting webhooks are delivered")
    func survives() async throws {
        let path = temporaryFile()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let first = try Fixture(journal: path)
        await first.provision()
        await first.call("PUT", "/handsets/4915112345678", ["profile_name": "Ada Ü", "hide_phone": false])
        _ = await first.writeText()
        let (status, answer) = await first.sendText()
        #expect(status == 200)
        let before = await first.call("GET", "/handsets/4915112345678/messages").1

        // The first sandbox is left as it is: nothing is closed or flushed on its behalf, as after kill -9.
        let second = try Fixture(journal: path)
        #expect(second.sandbox.look { $0.stats.webhooksPending } == 3)
        #expect(await second.call("GET", "/handsets/4915112345678/messages").1 == before)
        #expect(second.sandbox.look { $0.numbers["100"] } == first.sandbox.look { $0.numbers["100"] })
        #expect(second.sandbox.look { $0.handsets } == first.sandbox.look { $0.handsets })
        #expect(await second.settle())
        #expect(second.subscriber.statuses == ["sent", "delivered"])
        let id = second.subscriber.changes.last?["value"]?["statuses"]?.array?.first?["id"]
        #expect(id == answer["messages"]?.array?.first?["id"])
        // The window is open still.
        #expect(await second.sendText().1["messages"] != nil)
        #expect(second.sandbox.look { state in state.messages.values.allSatisfy { $0.state != .failed } })
    }

    @Test("a torn last line costs only itself")
    func tornLine() async throws {
        let path = temporaryFile()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let first = try Fixture(journal: path)
        await first.provision()
        _ = await first.writeText()
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try (whole + Data("{\"k\":\"message\",\"v\":{\"id\":\"wam".utf8)).write(to: URL(fileURLWithPath: path))
        let second = try Fixture(journal: path)
        #expect(second.sandbox.look { $0.messages.count } == 1)
        _ = await second.writeText()
        let third = try Fixture(journal: path)
        #expect(third.sandbox.look { $0.messages.count } == 2)
    }

    @Test("every answered send of many at once is in the file")
    func concurrentSends() async throws {
        let path = temporaryFile()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let first = try Fixture(journal: path)
        await first.provision()
        let ids = await withTaskGroup(of: String?.self) { group in
            for index in 0..<200 {
                group.addTask {
                    await first.sendText(to: "49151\(10_000 + index)").1["messages"]?.array?.first?["id"]?.string
                }
            }
            return await group.reduce(into: Set<String>()) { if let id = $1 { $0.insert(id) } }
        }
        #expect(ids.count == 200)
        let second = try Fixture(journal: path)
        #expect(second.sandbox.look { Set($0.messages.keys) } == ids)
        #expect(second.sandbox.look { $0.queues["100"]?.map(\.sequence) } == Array(1...200))
    }

    @Test("a restart compacts what is done with")
    func compacts() async throws {
        let path = temporaryFile()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let first = try Fixture(journal: path)
        await first.provision()
        _ = await first.writeText()
        #expect(await first.settle())
        // Its write is in order behind the delivery's, so the delivery is in the file when this returns.
        await first.call("PUT", "/sandbox/faults", ["seed": 2])
        let second = try Fixture(journal: path)
        #expect(second.sandbox.look { $0.stats.webhooksPending } == 0)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(!text.contains("\"k\":\"hook\"") && !text.contains("\"k\":\"done\""))
        #expect(text.contains("\"k\":\"message\""))
    }

    @Test("reset forgets all but the numbers, for good")
    func resets() async throws {
        let path = temporaryFile()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let first = try Fixture(journal: path)
        await first.provision()
        _ = await first.writeText()
        await first.call("POST", "/sandbox/reset")
        #expect(first.sandbox.look { $0.messages.isEmpty && $0.queues.isEmpty && $0.numbers.count == 1 })
        let second = try Fixture(journal: path)
        #expect(second.sandbox.look { $0.messages.isEmpty && $0.queues.isEmpty && $0.numbers.count == 1 })
    }
}
