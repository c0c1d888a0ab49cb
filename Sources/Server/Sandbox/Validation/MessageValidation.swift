internal import PluginKit

/// What Meta checks before it takes a message. Pure: a body goes in, the refusal comes out.
///
/// Source: Cloud API reference, "Messages", and "Error codes". Lengths count Unicode scalars.
enum MessageValidation {
    /// - Throws: 100 for what is missing or too long, 131008 and 131009 for a type's own members, 131051 for an
    ///   unknown type.
    static func check(_ body: JSON) throws(GraphError) {
        guard body.object != nil else { throw .missing("messaging_product") }
        try checkProduct(body)
        if let kind = body["recipient_type"], kind.string != "individual", kind.string != "group" {
            throw invalid("recipient_type", "individual or group")
        }
        guard let to = body["to"] ?? body["recipient"], !to.isNull else { throw .missing("to") }
        guard let address = to.string, !address.isEmpty else { throw invalid("to", "a string") }
        if let opaque = body["biz_opaque_callback_data"] {
            guard let text = opaque.string else { throw invalid("biz_opaque_callback_data", "a string") }
            try limit(text, "biz_opaque_callback_data", 512)
        }
        if let context = body["context"], context["message_id"]?.string == nil {
            throw required("context['message_id']")
        }
        // The type may be left out for text.
        let type = body["type"] ?? (body["text"] == nil ? .null : "text")
        guard !type.isNull else { throw .missing("type") }
        guard let name = type.string else { throw invalid("type", "a string") }
        try check(type: name, body)
    }

    /// A body without `messaging_product: whatsapp` is refused everywhere.
    static func checkProduct(_ body: JSON) throws(GraphError) {
        guard let product = body["messaging_product"] else { throw .missing("messaging_product") }
        guard product.string == "whatsapp" else { throw invalid("messaging_product", "whatsapp", code: 100) }
    }

    private static func check(type: String, _ body: JSON) throws(GraphError) {
        let types: Set<String> = [
            "text", "image", "video", "audio", "document", "sticker", "location", "contacts", "reaction", "interactive",
            "template",
        ]
        guard types.contains(type) else { throw GraphError(131051, details: "Unsupported message type: \(type)") }
        guard let content = body[type], !content.isNull else { throw required(type) }
        switch type {
        case "text":
            let text = try string(content["body"], "text['body']")
            try limit(text, "text['body']", 4096)
        case "image", "video", "audio", "document", "sticker": try checkMedia(content, type)
        case "location":
            for name in ["latitude", "longitude"] {
                switch content[name] {
                case .number, .string: continue
                case nil, .null: throw required("location['\(name)']")
                default: throw invalid("location['\(name)']", "a number")
                }
            }
        case "contacts":
            guard let list = content.array else { throw invalid("contacts", "an array") }
            guard !list.isEmpty else { throw required("contacts") }
            for contact in list where contact["name"]?["formatted_name"]?.string == nil {
                throw required("contacts['name']['formatted_name']")
            }
        case "reaction":
            _ = try string(content["message_id"], "reaction['message_id']")
            guard content["emoji"]?.string != nil else { throw required("reaction['emoji']") }
        case "interactive": try InteractiveValidation.check(content)
        default: try checkTemplate(content)
        }
    }

    private static func checkMedia(_ content: JSON, _ type: String) throws(GraphError) {
        guard content.object != nil else { throw invalid(type, "an object") }
        switch (content["id"]?.string, content["link"]?.string) {
        case (nil, nil): throw required("\(type)['id'] or \(type)['link']")
        case (nil, let link?):
            guard link.hasPrefix("https://") || link.hasPrefix("http://") else {
                throw invalid("\(type)['link']", "a URL")
            }
        default: break
        }
        if let caption = content["caption"]?.string {
            guard type != "audio", type != "sticker" else { throw invalid("\(type)['caption']", "absent") }
            try limit(caption, "\(type)['caption']", 1024)
        }
    }

    private static func checkTemplate(_ content: JSON) throws(GraphError) {
        _ = try string(content["name"], "template['name']")
        _ = try string(content["language"]?["code"], "template['language']['code']")
        guard let components = content["components"] else { return }
        guard let list = components.array else { throw invalid("template['components']", "an array") }
        let kinds: Set<String> = [
            "header", "body", "button", "carousel", "limited_time_offer", "order_status", "footer",
        ]
        for component in list {
            let kind = try string(component["type"], "template['components']['type']").lowercased()
            guard kinds.contains(kind) else { throw invalid("template['components']['type']", "a component's type") }
            if let parameters = component["parameters"], parameters.array == nil {
                throw invalid("template['components']['parameters']", "an array")
            }
        }
    }

    static func string(_ value: JSON?, _ name: String) throws(GraphError) -> String {
        guard let value, !value.isNull else { throw required(name) }
        guard let text = value.string else { throw invalid(name, "a string") }
        guard !text.isEmpty else { throw required(name) }
        return text
    }

    static func limit(_ text: String, _ name: String, _ limit: Int) throws(GraphError) {
        guard text.unicodeScalars.count <= limit else { throw .tooLong(name, limit: limit) }
    }

    static func required(_ name: String) -> GraphError {
        GraphError(131008, details: "Parameter '\(name)' is mandatory for this type of message.")
    }

    static func invalid(_ name: String, _ expected: String, code: Int = 131009) -> GraphError {
        GraphError(code, details: "Parameter '\(name)' must be \(expected).")
    }
}
