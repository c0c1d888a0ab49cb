/// What the reference tells of `/admin/v1`.
enum AdminReference {
    static let listTenants = OperationReference(
        "listTenants", "Lists the tenants, oldest first.", query: .page, answers: .list(of: "Tenant"))
    static let createTenant = OperationReference(
        "createTenant", "Makes a tenant.", body: .named("NewTenant"), answers: .named("Tenant", status: 201))
    static let readTenant = OperationReference("readTenant", "Shows a tenant.", answers: .named("Tenant"))
    static let changeTenant = OperationReference(
        "changeTenant", "Suspends a tenant, or lets it go on.",
        detail: "It holds with the gate's next decision, in every process.", body: .named("TenantChange"),
        answers: .named("Tenant"), problems: [409])

    static let listAgreements = OperationReference(
        "listAgreements", "Lists a tenant's agreements, oldest first.", answers: .list(of: "Agreement"))
    static let recordAgreement = OperationReference(
        "recordAgreement", "Records a signed agreement, in force at once.", body: .named("NewAgreement"),
        answers: .named("Agreement", status: 201))
    static let changeAgreement = OperationReference(
        "changeAgreement", "Suspends, reinstates or ends an agreement.", body: .named("AgreementChange"),
        answers: .named("Agreement"), problems: [409])

    static let listChannels = OperationReference(
        "listChannels", "Lists a tenant's channels.", answers: .list(of: "Channel"))
    static let connectChannel = OperationReference(
        "connectChannel", "Connects a number to a tenant.",
        detail: """
            Looks at the messenger first and saves nothing when something is not right; then saves, and joins the two. What was \
            interrupted or refused halfway is finished by the same call. With `dry_run` it looks only, and answers 200 with a \
            ConnectionReport.
            """, body: .named("NewChannel"), answers: .named("Channel", status: 201), problems: [409, 503])
    static let changeChannel = OperationReference(
        "changeChannel", "Changes what a channel is configured with. What is not named stays.",
        detail: "The messenger is asked before anything is saved.",
        body: .named("ChannelChange"), answers: .named("Channel"), problems: [409, 503])
    static let channelHealth = OperationReference(
        "channelHealth", "Asks the messenger how a channel is.",
        query: [
            .init(
                name: "cached", schema: .bool,
                help: "true for what was said last; somebody asks once an hour.")
        ],
        answers: .named("ChannelHealth"))
    static let startChannel = OperationReference(
        "startChannel", "Lets a stopped channel go on.", answers: .named("Channel"), problems: [409])
    static let disconnectChannel = OperationReference(
        "disconnectChannel", "Takes a channel off its messenger.",
        detail: "Contacts, messages and consents stay. The number can be connected again, by any tenant.",
        body: .named("ChannelDisconnection"), answers: .named("Channel"), problems: [409])

    static let moveChannel = OperationReference(
        "moveChannel", "Asks to move a number to another tenant.",
        detail: """
            Another member of staff approves it. The number, its credentials and its ingress move; contacts, messages and \
            consents stay.
            """, body: .named("ChannelMove"), answers: .named("Approval", status: 202), problems: [409])

    static let listKeys = OperationReference("listKeys", "Lists a tenant's API keys.", answers: .list(of: "APIKey"))
    static let issueKey = OperationReference(
        "issueKey", "Issues an API key.", body: .named("NewAPIKey"), answers: .named("IssuedAPIKey", status: 201))
    static let revokeKey = OperationReference("revokeKey", "Revokes an API key.", answers: .empty(204))

    static let listDeadLetters = OperationReference(
        "listDeadLetters", "Lists messages that were given up, newest first.", query: .page,
        answers: .list(of: "DeadLetter"))
    static let retryDeadLetter = OperationReference(
        "retryDeadLetter", "Puts one back at the end of its conversation.", answers: .empty(202))

    static let listRegions = OperationReference(
        "listRegions", "Lists the regions served here.", answers: .list(of: "Region"))
    static let listPlugins = OperationReference("listPlugins", "Lists the plugins.", answers: .list(of: "Plugin"))
    static let listUnroutable = OperationReference(
        "listUnroutableEvents", "Counts verified events for numbers that nobody has.", query: .page,
        answers: .list(of: "UnroutableEvents"))
}
