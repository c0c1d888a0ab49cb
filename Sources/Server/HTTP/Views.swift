import Platform
import PluginKit

// What the platform's values look like in answers.
extension Tenant {
    var json: JSON { .object(JSONObject(members)) }

    func json(with details: ControllerDetails) -> JSON { .object(JSONObject(members + [("details", details.json)])) }

    private var members: [(String, JSON)] {
        [
            ("id", .id(id)), ("name", .string(name)), ("region", .id(region)), ("shard", .id(shard)),
            ("state", .string(state.rawValue)), ("state_reason", .optional(stateReason)),
            ("state_since", .time(stateSince)), ("terminated_at", .time(terminatedAt)),
            ("erase_after", .time(eraseAfter)), ("erased_at", .time(erasedAt)), ("revision", .int(revision)),
            ("created_at", .time(createdAt)),
        ]
    }
}

extension GoLiveChecklist.Item {
    func json(of tenant: TenantID) -> JSON {
        [
            "code": .string(code.rawValue), "satisfied": .bool(isSatisfied), "sentence": .string(sentence),
            "mend_at": .optional(place?.replacing("{tenant}", with: tenant.description)),
        ]
    }
}

extension Channel {
    /// - Parameter connection: what was done at the messenger just now.
    func json(publicURL: String, connection: ConnectionReport? = nil) -> JSON {
        var object = JSONObject([
            ("id", .id(id)), ("plugin", .string(plugin)), ("address", .string(address)),
            ("display_address", .optional(displayAddress)),
        ])
        switch state {
        case .active: object["state"] = "active"
        case .disconnected: object["state"] = "disconnected"
        case .stopped(let reason):
            object["state"] = "stopped"
            object["state_reason"] = .string(reason)
        }
        object["ingress_url"] = .string(publicURL + ingressPath)
        object["created_at"] = .time(createdAt)
        object["connected_at"] = .time(joinedAt)
        object["secrets"] = .array(
            secretsChanged.sorted { $0.key < $1.key }.map { ["name": .string($0.key), "changed_at": .time($0.value)] })
        object["revision"] = .int(revision)
        if let connection { object["connection"] = connection.json }
        return .object(object)
    }
}

extension ConnectionReport {
    var json: JSON {
        [
            "steps": .array(
                steps.map { step in
                    var object = JSONObject([
                        ("name", .string(step.name)), ("state", .string(step.state.rawValue)),
                        ("detail", .string(step.detail)),
                    ])
                    object["remedy"] = step.remedy.map { .string($0) }
                    return .object(object)
                })
        ]
    }
}

extension ChannelHealth {
    var json: JSON {
        var object = report.json.object ?? JSONObject()
        object["checked_at"] = .time(checkedAt)
        return .object(object)
    }
}

extension HealthReport {
    var json: JSON {
        [
            "state": .string(state.rawValue),
            "findings": .array(
                findings.map {
                    ["name": .string($0.name), "state": .string($0.state.rawValue), "detail": .string($0.detail)]
                }),
        ]
    }
}

extension ContactView {
    var json: JSON {
        [
            "id": .id(id), "name": .optional(name?.revealed),
            "addresses": .array(
                addresses.map { address in
                    [
                        "channel_plugin": .string(address.plugin), "kind": .string(address.identity.kind.rawValue),
                        "address": .string(address.identity.address.revealed), "retired_at": .time(address.retiredAt),
                    ]
                }), "created_at": .time(createdAt), "erased_at": .time(erasedAt),
        ]
    }
}

extension ConversationView {
    var json: JSON {
        [
            "id": .id(id), "contact_id": .id(contact), "channel_id": .id(channel),
            "last_inbound_at": .time(lastInboundAt),
            "window_closes_at": .time(windowClosesAt), "last_message_at": .time(lastMessageAt),
        ]
    }
}

extension MessageView {
    var json: JSON {
        var object = JSONObject([
            ("id", .id(id)), ("conversation_id", .id(conversation)), ("contact_id", .id(contact)),
            ("channel_id", .id(channel)),
            ("direction", .string(direction.rawValue)), ("state", .string(state)), ("purpose", .optional(purpose)),
            ("special_category", .bool(isSpecialCategory)),
        ])
        // A type of the messenger's may have the name of a field of ours; ours stays.
        for member in content.json.object?.members ?? [] where object[member.name] == nil {
            object[member.name] = member.value
        }
        object["provider_message_id"] = .optional(providerID?.revealed)
        object["occurred_at"] = .time(occurredAt)
        object["created_at"] = .time(createdAt)
        if let fault {
            object["fault"] = [
                "code": .string(fault.code), "message": .string(fault.message), "remedy": .optional(fault.remedy),
            ]
        }
        object["stages"] = .array(stages.map { ["stage": .string($0.stage), "occurred_at": .time($0.occurredAt)] })
        return .object(object)
    }
}

extension WebhookFact {
    /// As the API answers with it.
    var json: JSON {
        switch self {
        case .message(let message): message.json
        case .consent(let consent):
            .object(
                JSONObject(
                    consent.view.members + [
                        ("event", .string(consent.event.rawValue)), ("occurred_at", .time(consent.occurredAt)),
                    ]))
        }
    }
}

extension ChannelEventView {
    var json: JSON {
        [
            "id": .id(id), "channel_id": .id(channel), "kind": .string(kind), "field": .string(field),
            "outcome": .string(outcome),
            "reason": .optional(reason), "occurred_at": .time(occurredAt), "received_at": .time(receivedAt),
            "raw": raw.revealed,
        ]
    }
}

extension ConsentView {
    var members: [(String, JSON)] {
        [
            ("contact_id", .id(contact)), ("channel_id", .id(channel)), ("purpose", .string(purpose)),
            ("state", .string(standing.state.rawValue)), ("since", .time(standing.since)),
            ("expires_at", .time(standing.expiresAt)),
        ]
    }
}

extension UnroutableCount {
    var json: JSON {
        [
            "plugin": .string(plugin), "kind": .string(kind), "address": .string(address), "reason": .string(reason),
            "events": .int(events), "first_at": .time(firstAt), "last_at": .time(lastAt),
        ]
    }
}

extension DeadLetter {
    var json: JSON {
        [
            "message_id": .id(message), "attempts": .int(attempts),
            "fault": ["code": .string(fault.code), "message": .string(fault.message)], "dead_at": .time(deadAt),
        ]
    }
}

enum Hex {
    static func text(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.compactMap { $0.isASCII ? $0.hexDigitValue : nil }
        guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
