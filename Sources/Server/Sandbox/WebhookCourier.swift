import Crypto
import Logging
import Outbound
import PluginKit
import Synchronization
import struct Foundation.Date
import struct Foundation.UUID

/// Brings webhooks to where a number's owner wants them: signed, at least once, again with growing gaps on anything but 200.
final class WebhookCourier: Sendable {
    private let world: World
    private let outbound: any OutboundHTTP
    private let logger: Logger
    private let active = Mutex<Set<String>>([])
    private let bell: AsyncStream<Void>
    private let ring: AsyncStream<Void>.Continuation

    init(world: World, outbound: any OutboundHTTP, logger: Logger) {
        self.world = world
        self.outbound = outbound
        self.logger = logger
        (bell, ring) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        ring.yield()
    }

    /// An event that puts a webhook in line.
    static func event(_ number: BusinessNumber, _ value: JSON) -> JSON {
        let body: JSON = [
            "object": "whatsapp_business_account",
            "entry": [["id": .string(number.text("waba_id")), "changes": [["value": value, "field": "messages"]]]],
        ]
        return [
            "happened": "hook", "id": .string(UUID().uuidString), "number": .string(number.id),
            "body": .string(String(decoding: escaped(body), as: UTF8.self)),
        ]
    }

    func wake() { ring.yield() }

    func run() async {
        await withDiscardingTaskGroup { group in
            for await _ in bell {
                for number in await world.numbersWithHooks() {
                    guard active.withLock({ $0.insert(number).inserted }) else { continue }
                    group.addTask {
                        await self.drain(number)
                        _ = self.active.withLock { $0.remove(number) }
                        // One may have come between the last look and here.
                        if await self.world.nextHook(of: number, now: Date()).hook != nil { self.wake() }
                    }
                }
            }
        }
    }

    private func drain(_ number: String) async {
        while !Task.isCancelled {
            let (hook, wait) = await world.nextHook(of: number, now: Date())
            guard let hook else {
                guard let wait else { return }
                try? await Task.sleep(for: .milliseconds(Int(min(max(wait * 1000, 5), 200))))
                continue
            }
            let faults = await world.faults
            if faults.delayMilliseconds > 0 { try? await Task.sleep(for: .milliseconds(faults.delayMilliseconds)) }
            var delivered = await post(hook)
            if delivered, Faults.strikes(faults.duplicateWebhooks) { delivered = await post(hook) }
            if delivered {
                await world.count("webhooks_delivered")
                await world.happen([["happened": "hooked", "id": .string(hook.id), "number": .string(number)]])
            } else {
                await world.postpone(hook)
            }
        }
    }

    private func post(_ hook: Webhook) async -> Bool {
        guard let number = await world.numbers[hook.number], !number.text("webhook_url").isEmpty else { return true }
        let request = OutboundRequest(
            method: "POST", url: number.text("webhook_url"),
            headers: [
                ("Content-Type", "application/json"), ("User-Agent", "facebookexternalua"),
                ("X-Hub-Signature-256", Self.signature(hook.body, secret: number.text("app_secret"))),
            ], body: hook.body, timeout: .seconds(20), maxResponseBytes: 64 * 1024)
        return (try? await outbound.send(request))?.status == 200
    }

    /// Meta's question whether the URL is its owner's.
    /// - Returns: nil when the answer was right, else what was wrong.
    func subscribe(_ number: BusinessNumber) async -> String? {
        let challenge = String(UInt64.random(in: 100_000_000...999_999_999))
        let token = number.text("verify_token").addingPercentEncoding
        let url = "\(number.text("webhook_url"))?hub.mode=subscribe&hub.challenge=\(challenge)&hub.verify_token=\(token)"
        do throws(OutboundError) {
            let response = try await outbound.send(OutboundRequest(url: url, timeout: .seconds(10), maxResponseBytes: 4096))
            guard response.status == 200 else { return "the URL answered with status \(response.status)" }
            return response.body == Array(challenge.utf8) ? nil : "the URL did not answer with the challenge"
        } catch {
            return "the URL could not be reached: \(error.kind)"
        }
    }

    static func signature(_ body: [UInt8], secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Array(secret.utf8)))
        return "sha256=" + code.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    /// As Meta writes webhooks: everything beyond ASCII as \uXXXX.
    static func escaped(_ json: JSON) -> [UInt8] {
        var bytes: [UInt8] = []
        for unit in json.text.utf16 {
            if unit < 0x80 {
                bytes.append(UInt8(unit))
            } else {
                let digits = String(unit, radix: 16)
                bytes += Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            }
        }
        return bytes
    }
}

extension String {
    /// For a query value: all but letters, digits, `-`, `.`, `_`, `~` as %XX.
    var addingPercentEncoding: String {
        utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            let isPlain = character.isASCII && (character.isLetter || character.isNumber || "-._~".contains(character))
            return isPlain ? String(character) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
