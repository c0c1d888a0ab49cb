import Platform

extension Schemas {
    static let approvals: [Component] = [
        (
            "Approval",
            .object(
                .required("id", .id), .required("action", .oneOf(ApprovalAction.allCases.map(\.rawValue))),
                .required("permission", Schema.text().described("What who decides must be allowed.")),
                .required("subject", .object(.required("kind", .text()), .required("id", .text()))),
                .required("tenant_id", Schema.id.orNull), .required("payload", .dictionary(of: .anything)),
                .required("reason", .text()), .required("state", .oneOf(Approval.State.allCases.map(\.rawValue))),
                .required("asked_by", .id), .required("asked_at", .time), .required("expires_at", .time),
                .required("decided_by", Schema.id.orNull), .required("decided_at", Schema.time.orNull),
                .required("decision_reason", Schema.text().orNull), .required("ended_at", Schema.time.orNull),
                .required("failure", Schema.text().orNull),
                .optional("hint", Schema.text().described("What to do when nobody but the asker could decide."))
            ).described("Something dangerous that one member of staff asked for and another decides.")
        ),
        ("Decision", .object(.maybe("reason", .title(1000)))),
        ("Refusing", .object(.required("reason", .title(1000)))),
    ]
}
