import PluginKit
import Testing

@testable import Platform

@Suite struct IdempotencyTests {
    @Test func `the same key with the same request is the same message`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            let request = company.request("Hallo", to: Person(1).byPhone, key: "key")
            let first = try await region.installation.sending.send(company.caller, request)
            let again = try await region.installation.sending.send(company.caller, request)
            #expect(!first.replayed && again.replayed && first.message == again.message)
            // Also when the gate would now say no: it was decided then.
            try await company.declare("withdrawn", by: Person(1).byPhone)
            #expect(try await region.installation.sending.send(company.caller, request).message == first.message)
            #expect(try await company.messages(.outbound).count == 1)
        }
    }

    @Test func `the same key with another request is refused`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            try await company.send("Hallo", to: Person(1).byPhone, key: "key")
            await expectError(.idempotencyKeyReused) {
                try await company.send("Adieu", to: Person(1).byPhone, key: "key")
            }
            #expect(try await company.messages(.outbound).count == 1)
        }
    }

    @Test func `keys of other callers, routes and tenants do not meet`() async throws {
        try await Region.with { region in
            let (company, other) = (try await Company(in: region), try await Company(in: region))
            for company in [company, other] { try await company.befriend(Person(1)) }
            var request = company.request("Hallo", to: Person(1).byPhone, key: "key")
            var messages = [try await region.installation.sending.send(company.caller, request).message]
            messages.append(try await region.installation.sending.send(other.caller, request).message)
            var colleague = company.caller
            colleague.key = .generate()
            messages.append(try await region.installation.sending.send(colleague, request).message)
            request.route = "/v23.0/messages"
            messages.append(try await region.installation.sending.send(company.caller, request).message)
            #expect(Set(messages).count == 4)
        }
    }

    @Test func `a key used many times at the same moment, in two processes, makes one message`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            try await region.anotherProcess { other in
                for round in 0..<5 {
                    let request = company.request("\(round)", to: Person(1).byPhone, key: "key-\(round)")
                    let receipts = try await withThrowingTaskGroup(of: SendReceipt.self) { group in
                        for turn in 0..<10 {
                            let process = turn % 2 == 0 ? region.installation : other
                            group.addTask { try await process.sending.send(company.caller, request) }
                        }
                        return try await group.reduce(into: []) { $0.append($1) }
                    }
                    #expect(Set(receipts.map(\.message)).count == 1)
                    #expect(receipts.count { !$0.replayed } == 1)
                }
            }
            #expect(try await company.messages(.outbound).count == 5)
            #expect(try await region.queueFaults() == [])
        }
    }

    @Test func `a key of a request that was refused is still free`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.receive(company.channel.message("m", from: [Person(1).phone]))
            await expectRefusal(.consentMissing) { try await company.send("Hallo", to: Person(1).byPhone, key: "key") }
            #expect(try await region.number("SELECT count(*) FROM idempotency_keys") == 0)
            try await company.declare(by: Person(1).byPhone)
            try await company.send("Hallo", to: Person(1).byPhone, key: "key")
        }
    }
}
