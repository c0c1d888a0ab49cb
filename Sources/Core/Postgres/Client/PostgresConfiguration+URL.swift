import CPQ

extension PostgresConfiguration {
    /// Reads what libpq reads: `postgresql://user@host:port/database?sslmode=verify-full`, or
    /// `postgresql:///database?host=/run/postgresql`.
    ///
    /// - Throws: `PostgresError` with code `configuration`, also for an option that this client does not follow. It does not repeat
    ///   the URL, which may hold a password.
    public init(url: String) throws(PostgresError) {
        guard let options = PQconninfoParse(url, nil) else {
            throw PostgresError(
                .configuration,
                "the database URL cannot be read; expected postgresql://user@host:port/database?option=value")
        }
        defer { PQconninfoFree(options) }
        var given: [String: String] = [:]
        var next = options
        while let keyword = next.pointee.keyword {
            if let value = next.pointee.val { given[String(cString: keyword)] = String(cString: value) }
            next += 1
        }
        try self.init(given)
    }

    /// What is taken over as it is: where certificates are, and what else the server is asked for.
    private static let passedOn: Set<String> = [
        "channel_binding", "gssencmode", "options", "passfile", "requirepeer", "ssl_max_protocol_version",
        "ssl_min_protocol_version", "sslcert", "sslcrl", "sslcrldir", "sslkey", "sslsni", "target_session_attrs",
    ]

    private static let followed: Set<String> = [
        "application_name", "connect_timeout", "dbname", "host", "hostaddr", "password", "port", "sslmode",
        "sslrootcert", "user",
    ]

    private init(_ given: [String: String]) throws(PostgresError) {
        if let unknown = given.keys.sorted().first(where: { !Self.passedOn.union(Self.followed).contains($0) }) {
            throw PostgresError(.configuration, "the database URL's option \(unknown) is not supported")
        }
        guard let username = given["user"], let database = given["dbname"] ?? given["user"] else {
            throw PostgresError(.configuration, "the database URL names no user")
        }
        self.init(
            host: given["host"] ?? given["hostaddr"] ?? "/var/run/postgresql",
            database: database, username: username, password: given["password"].map { PostgresPassword($0) })
        if let text = given["port"] {
            guard let port = Int(text), (1...65535).contains(port) else {
                throw PostgresError(.configuration, "the database URL's port is not a number from 1 to 65535")
            }
            self.port = port
        }
        if let text = given["sslmode"] {
            guard let mode = TLSMode(rawValue: text) else {
                let modes = TLSMode.allCases.map(\.rawValue).joined(separator: ", ")
                throw PostgresError(.configuration, "the database URL's sslmode is none of \(modes)")
            }
            tls.mode = mode
        }
        tls.rootCertificate = given["sslrootcert"]
        if let name = given["application_name"] { applicationName = name }
        if let text = given["connect_timeout"] {
            guard let seconds = Int64(text), seconds > 0 else {
                throw PostgresError(
                    .configuration, "the database URL's connect_timeout is not a number of seconds from 1")
            }
            connectTimeout = .seconds(seconds)
        }
        furtherOptions = given.filter { Self.passedOn.contains($0.key) }
        // The name is what a certificate is checked against, the address where to connect.
        if given["host"] != nil { furtherOptions["hostaddr"] = given["hostaddr"] }
    }

    /// The keywords and values of `PQconnectStartParams`.
    var connectionParameters: [(String, String)] {
        var parameters = [
            ("host", host), ("port", String(port)), ("dbname", database), ("user", username),
            ("sslmode", tls.mode.rawValue), ("application_name", applicationName), ("client_encoding", "UTF8"),
            // A peer that vanished is noticed within half a minute, both when it is asked and when it is listened to.
            ("keepalives_idle", "15"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"),
        ]
        if let password { parameters.append(("password", password.text)) }
        if let certificate = tls.rootCertificate { parameters.append(("sslrootcert", certificate)) }
        var options = [furtherOptions["options"]].compactMap { $0 }
        if sessionsAreOurs { options += timeouts.map { "-c \($0.0)=\($0.1)" } }
        if !options.isEmpty { parameters.append(("options", options.joined(separator: " "))) }
        parameters += furtherOptions.filter { $0.key != "options" }.map { ($0.key, $0.value) }
        return parameters
    }

    private var timeouts: [(String, String)] {
        [
            ("statement_timeout", statementTimeout), ("lock_timeout", lockTimeout),
            ("idle_in_transaction_session_timeout", idleInTransactionTimeout),
        ].compactMap { name, duration in duration.map { (name, String(max(1, $0.wholeMilliseconds))) } }
    }

    /// Behind a PgBouncer in transaction mode a session is not ours to set.
    private var sessionsAreOurs: Bool {
        if case .perConnection = preparedStatements { return true }
        return false
    }

    /// Set in each transaction, where the session cannot be set.
    var transactionSettings: [(String, String)] {
        sessionsAreOurs ? [] : timeouts
    }

    /// See `responseTimeout`.
    var effectiveResponseTimeout: Duration? {
        responseTimeout ?? statementTimeout.map { max($0 * 4, .seconds(5)) }
    }
}

extension Duration {
    var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
