import Platform

extension Schemas {
    static let staff: [Component] = [
        ("StaffMember", .object(member)),
        ("Account", .object(member + [.required("permissions", .array(of: permission))])),
        (
            "NewStaffMember",
            .object(
                .required(
                    "email", .text(3...254, pattern: "^[^@\\s\\u0000-\\u001f\\u0085]+@[^@\\s\\u0000-\\u001f\\u0085]+$")),
                .required("name", .title(200)),
                .required("roles", .array(of: role, atLeast: 1)), .maybe("language", language))
        ),
        (
            "StaffMemberChange",
            .object(
                .maybe("name", .title(200)), .maybe("roles", .array(of: role, atLeast: 1)),
                .maybe("language", language), .maybe("state", state))
        ),
        ("StaffToken", .object(token)),
        ("IssuedStaffToken", .object(token + [.required("token", .text().described("Shown now and never again."))])),
        (
            "NewStaffToken",
            .object(
                .required("label", .title(200)),
                .maybe("expires_at", Schema.time.described("At most 365 days away; 90 days unless said.")))
        ),
        ("Role", .object(.required("role", role), .required("permissions", .array(of: permission)))),
        (
            "Session",
            .object(
                .required("id", .id), .required("method", .oneOf(ConsoleSession.Method.allCases.map(\.rawValue))),
                .required("agent", Schema.text().orNull), .required("started_at", .time),
                .required("last_seen_at", .time))
        ),
    ]

    private static let role = Schema.oneOf(Role.allCases.map(\.rawValue))
    private static let permission = Schema.oneOf(Permission.allCases.map(\.rawValue))
    private static let state = Schema.oneOf(StaffMember.State.allCases.map(\.rawValue))
    private static let language = Schema.oneOf(StaffMember.Language.allCases.map(\.rawValue))

    private static let member: [Schema.Field] = [
        .required("id", .id), .required("email", .text()), .required("name", .text()),
        .required("roles", .array(of: role)), .required("state", state), .required("language", language),
        .required("revision", .count), .required("created_at", .time),
    ]

    private static let token: [Schema.Field] = [
        .required("id", .id), .required("label", .text()), .required("prefix", .text()),
        .required("state", .oneOf(["active", "expired", "revoked"])), .required("created_at", .time),
        .required("expires_at", Schema.time.orNull), .required("revoked_at", Schema.time.orNull),
        .required("last_used_at", Schema.time.orNull),
    ]
}
