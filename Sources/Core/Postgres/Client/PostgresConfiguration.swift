/// Where a database is, and how to talk with it.
public struct PostgresConfiguration: Sendable {
    /// A host name, an address, or the folder of a unix socket (begins with `/`).
    public var host: String
    public var port: Int
    public var database: String
    public var username: String
    public var password: PostgresPassword?
    public var tls: TLS
    /// Shown in `pg_stat_activity`.
    public var applicationName: String
    /// Set for each session (`statement_timeout`); nil leaves the server's own. Behind PgBouncer (`preparedStatements` other than
    /// `perConnection`) the timeouts are set for each transaction instead, and statements outside one keep the server's own.
    public var statementTimeout: Duration?
    /// Set for each session (`lock_timeout`); nil leaves the server's own.
    public var lockTimeout: Duration?
    /// Set for each session (`idle_in_transaction_session_timeout`); nil leaves the server's own.
    public var idleInTransactionTimeout: Duration?
    /// For one attempt to connect, DNS and TLS and authentication included.
    public var connectTimeout: Duration
    /// How long the server may say nothing while it owes an answer, before the connection counts as lost. Nil: four
    /// times `statementTimeout` and at least 5 s, or for ever when that is nil too.
    public var responseTimeout: Duration?
    /// How long a cancelled statement may take to end before its connection is given up.
    public var cancelGrace: Duration
    public var preparedStatements: PreparedStatements
    public var pool: Pool
    /// Further parameters of libpq by their keywords (`sslcert`, `target_session_attrs`), passed on as they are.
    public var furtherOptions: [String: String] = [:]

    public enum TLSMode: String, Sendable, CaseIterable {
        case disable, allow, prefer, require
        case verifyCA = "verify-ca"
        case verifyFull = "verify-full"
    }

    public struct TLS: Sendable, Hashable {
        public var mode: TLSMode
        /// Path of a PEM file of certificate authorities; nil leaves libpq's default.
        public var rootCertificate: String?

        public init(_ mode: TLSMode, rootCertificate: String? = nil) {
            self.mode = mode
            self.rootCertificate = rootCertificate
        }
    }

    public enum PreparedStatements: Sendable, Hashable {
        /// At most so many on a connection; the one unused for longest is dropped with DEALLOCATE.
        case perConnection(limit: Int)
        /// For a PgBouncer in transaction mode that tracks statements (`max_prepared_statements`): prepared through the protocol
        /// alone and never dropped; beyond the limit, statements are sent unprepared.
        case protocolLevel(limit: Int)
        /// For a PgBouncer in transaction mode that does not.
        case off
    }

    /// The pool's bounds.
    public struct Pool: Sendable, Hashable {
        /// Kept open while `PostgresClient.run()` runs.
        public var minimum: Int
        public var maximum: Int
        /// How long a statement may wait for a connection.
        public var acquisitionTimeout: Duration
        /// How many may wait; one more is refused at once.
        public var maxWaiters: Int
        /// After which an unused connection above `minimum` is closed.
        public var idleTimeout: Duration
        /// After which an unused connection is asked whether it lives.
        public var healthCheckInterval: Duration
        /// After which a connection is replaced, when it is next unused; each connection varies it by up to a tenth.
        public var maximumLifetime: Duration
        /// Between attempts to connect that fail: the first pause (varied by jitter) and its bound; it doubles in between.
        public var backoff: Duration
        public var maximumBackoff: Duration

        public init(
            minimum: Int = 0, maximum: Int = 8, acquisitionTimeout: Duration = .seconds(5), maxWaiters: Int = 4096,
            idleTimeout: Duration = .seconds(300), healthCheckInterval: Duration = .seconds(30),
            maximumLifetime: Duration = .seconds(3600), backoff: Duration = .milliseconds(50),
            maximumBackoff: Duration = .seconds(5)
        ) {
            self.minimum = minimum
            self.maximum = maximum
            self.acquisitionTimeout = acquisitionTimeout
            self.maxWaiters = maxWaiters
            self.idleTimeout = idleTimeout
            self.healthCheckInterval = healthCheckInterval
            self.maximumLifetime = maximumLifetime
            self.backoff = backoff
            self.maximumBackoff = maximumBackoff
        }
    }

    public init(
        host: String, port: Int = 5432, database: String, username: String, password: PostgresPassword? = nil,
        tls: TLS = TLS(.prefer), applicationName: String = "obhut", statementTimeout: Duration? = nil,
        lockTimeout: Duration? = nil, idleInTransactionTimeout: Duration? = nil,
        connectTimeout: Duration = .seconds(5), responseTimeout: Duration? = nil,
        cancelGrace: Duration = .seconds(5), preparedStatements: PreparedStatements = .perConnection(limit: 256),
        pool: Pool = Pool()
    ) {
        self.host = host
        self.port = port
        self.database = database
        self.username = username
        self.password = password
        self.tls = tls
        self.applicationName = applicationName
        self.statementTimeout = statementTimeout
        self.lockTimeout = lockTimeout
        self.idleInTransactionTimeout = idleInTransactionTimeout
        self.connectTimeout = connectTimeout
        self.responseTimeout = responseTimeout
        self.cancelGrace = cancelGrace
        self.preparedStatements = preparedStatements
        self.pool = pool
    }
}
