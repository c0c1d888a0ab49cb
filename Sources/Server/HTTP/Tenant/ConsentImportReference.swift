import Platform

/// What the reference tells of imports of declared consents.
enum ConsentImportReference {
    static let list = OperationReference(
        "listConsentImports", "Lists imports, newest first.", query: .page, answers: .list(of: "ConsentImport"))
    static let read = OperationReference(
        "readConsentImport", "Shows how far an import is.", answers: .named("ConsentImport"))
    static let begin = OperationReference(
        "beginConsentImport", "Begins an import of consents that were collected elsewhere.",
        detail: "Its file follows by `PUT …/content`. With `dry_run` its lines are checked and nothing is recorded.",
        body: .named("NewConsentImport"), answers: .named("ConsentImport", status: 201), problems: [409])
    static let content = OperationReference(
        "putConsentImportContent", "Sends an import its file, as CSV or as lines of JSON.",
        detail: """
            CSV (RFC 4180) begins with a header: who it is about (`phone`, `bsuid`, `username` or `contact_id`), and the fields of a \
            declaration (`purpose`, `occurred_at`, `evidence.text` …). A line of JSON is the body of `POST /api/v1/consents`. The answer \
            comes when the file is stored; its lines are recorded after that.
            """, answers: .named("ConsentImport", status: 202), problems: [409, 413, 415, 422]
    ).takingFile(ImportFormat.allCases.map(\.rawValue))
    static let stop = OperationReference(
        "stopConsentImport", "Stops an import; what was recorded stays.", answers: .named("ConsentImport"))
    static let faults = OperationReference(
        "listConsentImportFaults", "Lists the lines that were not taken, and why.", query: .page,
        answers: .list(of: "ConsentImportFault"))
}
