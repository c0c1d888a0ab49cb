import PluginKit

/// Meta's checks of a message before it is taken (Cloud API, "messages").
enum SendValidation {
    /// Types that can be sent, and what their object must hold.
    private static let types: [String: [String]] = [
        "text": ["body"], "image": [], "video": [], "audio": [], "document": [], "sticker": [],
        "location": ["latitude", "longitude"], "contacts": [], "reaction": ["message_id"], "interactive": ["type"],
        "template": ["name", "language"],
    ]
    private static let media: Set<String> = ["image", "video", "audio", "document", "sticker"]

    struct Send: Sendable {
        var to: String
        var type: String
        var content: JSON
        var reference: String?
        var context: String?
    }

    static func check(_ body: JSON) throws(GraphFailure) -> Send {
        guard let product = body["messaging_product"] else { throw .parameter("The parameter messaging_product is required.") }
        guard product.string == "whatsapp" else { throw .parameter("Param messaging_product must be one of {WHATSAPP}") }
        let to = try recipient(body)
        let type = body["type"]?.string ?? "text"
        guard let needed = types[type] else {
            throw GraphFailure(
                status: 400, code: 131051, message: "(#131051) Unsupported message type", details: "Message type is not currently supported")
        }
        guard let content = body[type], content.object != nil || content.array != nil else { throw .missing(type) }
        for name in needed where content[name] == nil || content[name]?.string == "" { throw .missing("\(type)['\(name)']") }
        if type == "text", let text = content["body"]?.string, text.utf16.count > 4096 {
            throw .parameter("Param text['body'] must be at most 4096 characters long.")
        }
        if media.contains(type), content["id"] == nil, content["link"] == nil { throw .missing("\(type)['id' or 'link']") }
        if let caption = content["caption"]?.string, caption.utf16.count > 1024 { throw .value("Caption is longer than 1024 characters") }
        let reference = body["biz_opaque_callback_data"]?.string
        if let reference, reference.utf16.count > 512 {
            throw .parameter("Param biz_opaque_callback_data must be at most 512 characters long.")
        }
        return Send(to: to, type: type, content: content, reference: reference, context: body["context"]?["message_id"]?.string)
    }

    private static func recipient(_ body: JSON) throws(GraphFailure) -> String {
        if let user = body["recipient"]?.string {
            guard user.contains("."), user.count > 3 else { throw .value("recipient is not a business-scoped user id") }
            return user
        }
        guard let to = body["to"]?.string else { throw .missing("to") }
        let digits = to.filter { $0.isASCII && $0.isNumber }
        let isNumber = to.allSatisfy { $0.isNumber || "+ -()".contains($0) }
        guard isNumber, (5...20).contains(digits.count) else { throw .value("Recipient phone number is not valid") }
        return digits
    }
}
