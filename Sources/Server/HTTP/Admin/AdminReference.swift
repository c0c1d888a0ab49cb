import Platform

/// What the reference tells of `/admin/v1`.
enum AdminReference {
    static let listTenants = OperationReference(
        "listTenants", "Lists the tenants, oldest first unless said.", query: tenants + .page,
        answers: .list(of: "TenantSummary"))
    static let createTenant = OperationReference(
        "createTenant", "Makes a tenant, in draft.", body: .named("NewTenant"),
        answers: .named("Tenant", status: 201)
    ).repeatable
    static let readTenant = OperationReference(
        "readTenant", "Shows a tenant with the controller's details.", answers: .named("Tenant")
    ).versioned
    static let changeTenant = OperationReference(
        "changeTenant", "Changes a tenant's name, its details or its state.",
        detail:
            "A suspension holds with the gate's next decision, in every process. A termination is asked for: 202.",
        body: .named("TenantChange"), answers: .named("Tenant"), .named("Approval", status: 202), problems: [409]
    ).versioned
    static let readReadiness = OperationReference(
        "readReadiness", "Shows what a tenant needs before it may go live.", answers: .named("TenantReadiness"))

    static let terminateTenant = OperationReference(
        "terminateTenant", "Asks for the end of a tenant's contract; a second member of staff decides.",
        body: .named("Termination"), answers: .named("Approval", status: 202), problems: [409])
    static let eraseTenant = OperationReference(
        "eraseTenant", "Asks for a terminated tenant's data to be erased at once; a second member of staff decides.",
        body: .named("Refusing"), answers: .named("Approval", status: 202), problems: [409])
    static let readCertificate = OperationReference(
        "readErasureCertificate", "Shows what was destroyed, and when.", answers: .named("ErasureCertificate"))
    static let exportTenant = OperationReference(
        "exportTenant", "Returns all of a tenant's data, a line of JSON a row.",
        answers: .content("application/x-ndjson"), problems: [403])

    private static let tenants: [OperationReference.QueryParameter] = [
        .init(name: "q", schema: .text(0...200), help: "Part of a name, in whatever case."),
        .init(name: "state", schema: .oneOf(TenantState.allCases.map(\.rawValue)), help: "Only those in this state."),
        .init(name: "region", schema: .region, help: "Only those of this region."),
        .init(
            name: "sort", schema: .oneOf(TenantQuery.Order.allCases.map(\.rawValue)),
            help: "By creation, unless said, or by name."),
    ]

    static let listAgreements = OperationReference(
        "listAgreements", "Lists a tenant's agreements, oldest first.", answers: .list(of: "Agreement"))
    static let recordAgreement = OperationReference(
        "recordAgreement", "Records a signed agreement, in force at once.", body: .named("NewAgreement"),
        answers: .named("Agreement", status: 201)
    ).repeatable.versioned
    static let changeAgreement = OperationReference(
        "changeAgreement", "Suspends or reinstates an agreement, or asks to end it.",
        detail: "Ending needs a `reason` and a second member of staff: 202 with the approval.",
        body: .named("AgreementChange"), answers: .named("Agreement"), .named("Approval", status: 202),
        problems: [409]
    ).versioned

    static let listChannels = OperationReference(
        "listChannels", "Lists a tenant's channels.", answers: .list(of: "Channel"))
    static let connectChannel = OperationReference(
        "connectChannel", "Connects a number to a tenant.",
        detail: """
            Looks at the messenger first and saves nothing when something is not right; then saves, and joins the two. What was \
            interrupted or refused halfway is finished by the same call. With `dry_run` it looks only, and answers 200.
            """, body: .named("NewChannel"), answers: .named("Channel", status: 201), .named("ConnectionReport"),
        problems: [409, 503]
    ).repeatable.versioned
    static let readChannel = OperationReference(
        "readChannel", "Shows a channel.", answers: .named("Channel")
    ).versioned
    static let changeChannel = OperationReference(
        "changeChannel", "Changes what a channel is configured with. What is not named stays.",
        detail: "The messenger is asked before anything is saved.",
        body: .named("ChannelChange"), answers: .named("Channel"), problems: [409, 503]
    ).versioned
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
    static let readKey = OperationReference("readKey", "Shows an API key.", answers: .named("APIKey")).versioned
    static let issueKey = OperationReference(
        "issueKey", "Issues an API key.", body: .named("NewAPIKey"), answers: .named("IssuedAPIKey", status: 201)
    ).repeatable.versioned
    static let changeKey = OperationReference(
        "changeKey", "Changes a key's label, or from where it may be used. What is not named stays.",
        body: .named("APIKeyChange"), answers: .named("APIKey")
    ).versioned
    static let rotateKey = OperationReference(
        "rotateKey", "Issues a key with the same rights in the place of another.",
        detail: "The old one goes on until the overlap ends, and never longer than it would have.",
        body: .named("APIKeyRotation"), answers: .named("IssuedAPIKey", status: 201), problems: [409]
    ).repeatable.versioned
    static let revokeKey = OperationReference("revokeKey", "Revokes an API key.", answers: .empty(204)).versioned

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
