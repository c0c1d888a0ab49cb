import Platform

extension Schemas {
    /// Who a tenant is in law, and what is processed for it.
    static let controller: [Component] = [
        (
            "ControllerDetails",
            .object(parts.map { .required($0.name, $0.isList ? $0.schema : $0.schema.orNull) })
                .described("Who the controller is; null for what is not written down yet.")
        ),
        (
            "ControllerDetailsChange",
            .object(parts.map { .optional($0.name, $0.schema.orNull) })
                .described("What is named is set; null takes it away; the rest stays.")
        ),
        (
            "ContactPerson",
            .object(
                .required("name", line), .required("email", .text(3...254, format: "email")),
                .required("phone", .text(pattern: "^\\+[1-9][0-9]{6,14}$", example: "+49221555010")))
        ),
    ]

    private static let specialCategory = Schema.oneOf(
        ControllerDetails.SpecialCategories.Kind.allCases.map(\.rawValue))
    /// One line: no control characters, and not white space alone.
    private static let line = Schema.text(
        1...ControllerDetails.textLimit,
        pattern: "^[^\\u0000-\\u001f\\u007f]*[^\\s\\u0000-\\u001f\\u007f][^\\u0000-\\u001f\\u007f]*$")
    private static let lines = Schema.array(of: line, atMost: ControllerDetails.listLimit).unique

    private static let parts: [(name: String, schema: Schema, isList: Bool)] = [
        ("legal_name", line, false), ("legal_form", line, false),
        ("register", .object(.required("name", line), .required("number", line)), false),
        (
            "address",
            .object(
                .required("street", line), .required("postal_code", line), .required("city", line),
                .required("country", .oneOf(ControllerDetails.countryCodes.sorted()))), false
        ),
        ("representative", .object(.required("name", line), .required("function", line)), false),
        (
            "data_protection_officer",
            Schema([
                "anyOf": [Schema.named("ContactPerson").json, Schema.object(.required("absent_because", line)).json]
            ]), false
        ),
        ("breach_contact", .named("ContactPerson"), false), ("purposes", lines, true),
        ("data_categories", lines, true), ("person_categories", lines, true),
        (
            "special_categories",
            Schema([
                "oneOf": [
                    Schema.object(
                        .required("processed", Schema(["const": true])),
                        .required("kinds", .array(of: specialCategory, atLeast: 1, atMost: 8))
                    ).json,
                    Schema.object(
                        .required("processed", Schema(["const": false])),
                        .maybe("kinds", .array(of: specialCategory, atMost: 0))
                    ).json,
                ]
            ]), false
        ),
        (
            "retention",
            .object(
                ControllerDetails.DataKind.allCases.map {
                    .optional($0.rawValue, .integer(1...ControllerDetails.retentionLimit).described("Days."))
                }), true
        ),
        ("languages", Schema.array(of: .oneOf(ControllerDetails.languageTags)).unique, true),
    ]
}
