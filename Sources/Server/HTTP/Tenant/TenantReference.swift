import Platform

/// What the reference tells of `/api/v1`.
enum TenantReference {
    static let send = OperationReference(
        "sendMessage", "Asks the gate, then stores and queues a message.", body: .named("NewMessage"),
        answers: .named("MessageReceipt"), problems: [404, 409]
    ).repeatable
    static let listMessages = OperationReference(
        "listMessages", "Lists messages, newest first.", query: messages, answers: .list(of: "Message"))
    static let readMessage = OperationReference(
        "readMessage", "Shows a message with its stages.", answers: .named("Message"))
    static let retryMessage = OperationReference(
        "retryMessage", "Sends one again that was given up.", answers: .empty(202))
    static let listConversations = OperationReference(
        "listConversations", "Lists conversations, oldest first.", query: .page, answers: .list(of: "Conversation"))
    static let readConversation = OperationReference(
        "readConversation", "Shows a conversation.", answers: .named("Conversation"))
    static let listConversationMessages = OperationReference(
        "listConversationMessages", "Lists a conversation's messages, newest first.", query: messages,
        answers: .list(of: "Message"))
    static let listEvents = OperationReference(
        "listEvents", "Lists what the messenger told besides messages and statuses, newest first.", query: .page,
        answers: .list(of: "ChannelEvent"))
    static let listOwnChannels = OperationReference(
        "listOwnChannels", "Lists the tenant's channels.", answers: .list(of: "Channel"))
    static let listContacts = OperationReference(
        "listContacts", "Lists contacts, oldest first.", query: .page, answers: .list(of: "Contact"))
    static let readContact = OperationReference("readContact", "Shows a contact.", answers: .named("Contact"))
    static let listConsents = OperationReference(
        "listConsents", "Lists a contact's consents.", answers: .list(of: "Consent"))
    static let declareConsent = OperationReference(
        "declareConsent", "Records what a person did.", body: .named("NewConsent"),
        answers: .named("ConsentRecord", status: 201), problems: [404, 409]
    ).repeatable

    static let export = OperationReference(
        "exportOwnData", "Returns all of the tenant's data, a line of JSON a row.",
        answers: .content("application/x-ndjson"))

    private static let messages: [OperationReference.QueryParameter] =
        [
            .init(name: "direction", schema: .oneOf(["inbound", "outbound"]), help: "Only these."),
            .init(
                name: "state", schema: .oneOf(["received"] + MessageState.allCases.map(\.rawValue)),
                help: "Only those in this state."),
        ] + .page
}
