import Crypto
import PluginKit

/// Meta's question whether a webhook URL is ours (Webhooks, "verification requests").
enum Handshake {
    static func answer(_ query: [String: String], verifyToken: String) -> IngressReply {
        guard query["hub.mode"] == "subscribe", let challenge = query["hub.challenge"],
            let token = query["hub.verify_token"]
        else {
            return IngressReply(
                status: 400,
                body:
                    "This URL takes WhatsApp webhooks. A verification request has hub.mode=subscribe, hub.challenge and hub.verify_token.\n"
            )
        }
        // Compared by hash, so that time tells nothing of the token.
        guard !verifyToken.isEmpty, SHA256.hash(data: Array(token.utf8)) == SHA256.hash(data: Array(verifyToken.utf8))
        else {
            return IngressReply(status: 403, body: "The verify token is not the one configured for this channel.\n")
        }
        guard challenge.utf8.count <= 1024 else {
            return IngressReply(status: 400, body: "The challenge is too long.\n")
        }
        return IngressReply(status: 200, body: challenge)
    }
}
