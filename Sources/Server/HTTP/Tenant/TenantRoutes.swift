import Crypto
import HTTPTypes
import Hummingbird
import Platform
import PluginKit

/// `/api/v1`: a tenant's integration. Every route needs a key with the scope named here.
struct TenantRoutes: Sendable {
    let installation: Installation
    let publicURL: String

    private typealias About = TenantReference

    func add(to surface: Surface) {
        let api = surface.under("api/v1")
        api.tenant(.post, "messages", .messagesWrite, About.send, use: send)
        api.tenant(.get, "messages", .messagesRead, About.listMessages, use: listMessages)
        api.tenant(.get, "messages/{message}", .messagesRead, About.readMessage, use: readMessage)
        api.tenant(.post, "messages/{message}/retry", .messagesWrite, About.retryMessage, use: retryMessage)
        api.tenant(.get, "conversations", .messagesRead, About.listConversations, use: listConversations)
        api.tenant(.get, "conversations/{conversation}", .messagesRead, About.readConversation, use: readConversation)
        api.tenant(
            .get, "conversations/{conversation}/messages", .messagesRead, About.listConversationMessages,
            use: listConversationMessages)
        api.tenant(.get, "events", .messagesRead, About.listEvents, use: listEvents)
        api.tenant(.get, "channels", .messagesRead, About.listOwnChannels, use: listChannels)
        api.tenant(.get, "contacts", .contactsRead, About.listContacts, use: listContacts)
        api.tenant(.get, "contacts/{contact}", .contactsRead, About.readContact, use: readContact)
        api.tenant(.get, "contacts/{contact}/consents", .consentsRead, About.listConsents, use: listConsents)
        api.tenant(.post, "consents", .consentsWrite, About.declareConsent, use: declareConsent)
        addConsents(to: api)
        api.tenant(.get, "audit", .auditRead, AuditReference.listOwnEntries, use: listAuditEntries)
        addWebhooks(to: api)
        addConsentImports(to: api)
        api.tenant(.get, "export", .exportRead, About.export, use: export)
    }

    // MARK: - Messages

    @Sendable func send(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws -> Response {
        let bytes = try await request.jsonBytes()
        var fields = RequestFields(try Request.object(bytes))
        let recipient = try RecipientReference(fields.value("to"), path: "to", idName: "contact_id")
        let channel: ChannelID? = fields.id("channel_id")
        let stated = fields.optionalText("purpose")
        let type = fields.optionalText("type") ?? "text"
        var content = MessageContent(type: type, fields: fields.value(type) ?? .null)
        let purpose = MessagePurpose.of(stated: stated, content)
        let answered = fields.value("context")
        try fields.finish()
        if let answered {
            var context = RequestFields(answered, path: "context")
            let message: MessageID? = context.id("message_id")
            if message == nil, context.problems.isEmpty {
                context.complain("message_id", "give the id of a message of this conversation")
            }
            try context.finish()
            guard let id = message else { throw PlatformError.notFound("message") }
            content.context = try await AnsweredMessage.context(id, caller, installation.reading)
        }
        let send = SendRequest(
            recipient: recipient, channel: channel, purpose: purpose, content: content,
            idempotencyKey: request.headers[.idempotencyKey], requestHash: Array(SHA256.hash(data: bytes)),
            route: "messages")
        let receipt = try await installation.sending.send(caller, send)
        var response = (["id": .id(receipt.message), "state": "accepted"] as JSON).response()
        if receipt.replayed { response.headers[.idempotencyReplayed] = "true" }
        return response
    }

    @Sendable func listMessages(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws -> Response {
        try await messages(request, scope, caller, in: nil)
    }

    @Sendable func listConversationMessages(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws
        -> Response
    {
        try await messages(request, scope, caller, in: try scope.id("conversation"))
    }

    private func messages(
        _ request: Request, _ scope: RequestScope, _ caller: Caller, in conversation: ConversationID?
    ) async throws -> Response {
        var direction: MessageDirection?
        if let word = request.uri.queryParameters["direction"].map(String.init) {
            guard let known = MessageDirection(rawValue: word) else {
                throw PlatformError.invalid("direction", "can be inbound or outbound")
            }
            direction = known
        }
        let state = request.uri.queryParameters["state"].map(String.init)
        let page = try await installation.reading.messages(
            caller, in: conversation, direction: direction, state: state, try request.page(),
            requestID: scope.requestID)
        return JSON.list(page) { $0.json }.response()
    }

    @Sendable func readMessage(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws -> Response {
        try await installation.reading.message(
            caller, try scope.id("message"), requestID: scope.requestID
        ).json.response()
    }

    @Sendable func retryMessage(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws -> Response {
        let cause = Cause(.apiKey(caller.key), requestID: scope.requestID)
        try await installation.deadLetters.retry(caller.tenant, try scope.id("message"), cause)
        return Response(status: .accepted)
    }

    // MARK: - Conversations and events

    @Sendable func listConversations(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws
        -> Response
    {
        JSON.list(try await installation.reading.conversations(caller, try request.page())) { $0.json }.response()
    }

    @Sendable func readConversation(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws
        -> Response
    {
        try await installation.reading.conversation(caller, try scope.id("conversation")).json.response()
    }

    @Sendable func listEvents(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws -> Response {
        JSON.list(try await installation.reading.events(caller, try request.page())) { $0.json }.response()
    }

    @Sendable func listChannels(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws -> Response {
        JSON.list(try await installation.reading.channels(caller).map { $0.json(publicURL: publicURL) }).response()
    }

    // MARK: - Audit

    @Sendable func listAuditEntries(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws
        -> Response
    {
        let cause = Cause(.apiKey(caller.key), requestID: scope.requestID)
        let page = try await installation.auditReader.entries(
            .tenant(caller.tenant), try request.auditFilter(), try request.page(), cause)
        return JSON.list(page) { $0.json }.response()
    }

    // MARK: - Contacts and consents

    @Sendable func listContacts(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws -> Response {
        JSON.list(try await installation.reading.contacts(caller, try request.page())) { $0.json }.response()
    }

    @Sendable func readContact(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws -> Response {
        try await installation.reading.contact(caller, try scope.id("contact")).json.response()
    }

    @Sendable func listConsents(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws -> Response {
        let consents = try await installation.consents.list(caller, try scope.id("contact"))
        return JSON.list(consents.map { .object(JSONObject($0.members)) }).response()
    }

    @Sendable func declareConsent(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws -> Response
    {
        let bytes = try await request.jsonBytes()
        let body = try Request.object(bytes)
        let person = try RecipientReference(body["contact"], path: "contact", idName: "id")
        var channel: ChannelID?
        if let value = body["channel_id"], !value.isNull {
            guard let id = value.string.flatMap({ ChannelID($0) }) else {
                throw PlatformError.invalid("channel_id", "this is not an id")
            }
            channel = id
        }
        if let source = body["source"], !source.isNull, source.string == nil {
            throw PlatformError.invalid("source", "expected text, found \(source.kind)")
        }
        let repeatable = try request.headers[.idempotencyKey].map { text in
            RepeatableConsent(key: try IdempotencyKey(text), content: bytes)
        }
        let receipt = try await installation.consents.declare(
            caller, source: body["source"]?.string ?? "declared", person: person, channel: channel, body: body,
            repeatable: repeatable)
        var response = JSON.object(JSONObject([("id", .id(receipt.id))] + receipt.view.members)).response(status: 201)
        if receipt.isReplayed { response.headers[.idempotencyReplayed] = "true" }
        return response
    }

    // MARK: - Everything

    @Sendable func export(_ request: Request, _ scope: RequestScope, _ caller: Caller) async throws -> Response {
        let cause = Cause(Principal(.apiKey, id: caller.key.description), requestID: scope.requestID)
        return try await installation.exports.begin(caller.tenant, cause).response()
    }
}
