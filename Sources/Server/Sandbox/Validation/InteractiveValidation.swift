internal import PluginKit

/// The limits of interactive messages: three buttons, ten rows, short titles.
enum InteractiveValidation {
    static func check(_ content: JSON) throws(GraphError) {
        let type = try MessageValidation.string(content["type"], "interactive['type']")
        let types: Set<String> = [
            "button", "list", "cta_url", "product", "product_list", "catalog_message", "flow",
            "location_request_message",
            "address_message", "carousel", "call_permission_request", "voice_call",
        ]
        guard types.contains(type) else {
            throw MessageValidation.invalid("interactive['type']", "a known type of interactive message")
        }
        guard let action = content["action"], action.object != nil else {
            throw MessageValidation.required("interactive['action']")
        }
        // A single product may stand without words; everything else needs a body.
        if type != "product" || content["body"] != nil {
            let body = try MessageValidation.string(content["body"]?["text"], "interactive['body']['text']")
            try MessageValidation.limit(body, "interactive['body']['text']", type == "list" ? 4096 : 1024)
        }
        if let footer = content["footer"]?["text"]?.string {
            try MessageValidation.limit(footer, "interactive['footer']['text']", 60)
        }
        if let header = content["header"]?["text"]?.string {
            try MessageValidation.limit(header, "interactive['header']['text']", 60)
        }
        switch type {
        case "button": try checkButtons(action)
        case "list": try checkList(action)
        case "cta_url", "flow", "location_request_message", "address_message":
            _ = try MessageValidation.string(action["name"], "interactive['action']['name']")
        default: break
        }
    }

    private static func checkButtons(_ action: JSON) throws(GraphError) {
        guard let buttons = action["buttons"]?.array, !buttons.isEmpty else {
            throw MessageValidation.required("interactive['action']['buttons']")
        }
        guard buttons.count <= 3 else {
            throw MessageValidation.invalid("interactive['action']['buttons']", "at most 3 buttons")
        }
        var ids: Set<String> = []
        var titles: Set<String> = []
        for button in buttons {
            let id = try MessageValidation.string(button["reply"]?["id"], "buttons['reply']['id']")
            let title = try MessageValidation.string(button["reply"]?["title"], "buttons['reply']['title']")
            try MessageValidation.limit(id, "buttons['reply']['id']", 256)
            try MessageValidation.limit(title, "buttons['reply']['title']", 20)
            guard ids.insert(id).inserted, titles.insert(title).inserted else {
                throw MessageValidation.invalid("interactive['action']['buttons']", "unique in id and title")
            }
        }
    }

    private static func checkList(_ action: JSON) throws(GraphError) {
        let label = try MessageValidation.string(action["button"], "interactive['action']['button']")
        try MessageValidation.limit(label, "interactive['action']['button']", 20)
        guard let sections = action["sections"]?.array, !sections.isEmpty else {
            throw MessageValidation.required("interactive['action']['sections']")
        }
        var ids: Set<String> = []
        for section in sections {
            if sections.count > 1 {
                let title = try MessageValidation.string(section["title"], "sections['title']")
                try MessageValidation.limit(title, "sections['title']", 24)
            }
            guard let rows = section["rows"]?.array, !rows.isEmpty else {
                throw MessageValidation.required("sections['rows']")
            }
            for row in rows {
                let id = try MessageValidation.string(row["id"], "rows['id']")
                try MessageValidation.limit(id, "rows['id']", 200)
                let title = try MessageValidation.string(row["title"], "rows['title']")
                try MessageValidation.limit(title, "rows['title']", 24)
                try MessageValidation.limit(row["description"]?.string ?? "", "rows['description']", 72)
                guard ids.insert(id).inserted else { throw MessageValidation.invalid("rows['id']", "unique") }
            }
        }
        guard ids.count <= 10 else {
            throw MessageValidation.invalid("interactive['action']['sections']", "at most 10 rows in all")
        }
    }
}
