public import struct Foundation.Date

/// Offers places where tenants' data can live.
public protocol StorageRegionPlugin: Plugin {
    /// What one region of this kind is configured with.
    var regionSchema: ConfigurationSchema { get }

    /// Opens a region.
    /// - Parameters:
    ///   - id: the region's name in this installation, e.g. `eu-central`.
    ///   - configuration: accepted by `regionSchema`.
    ///   - firstStart: true when the installation has no record of this region, so that keys may be made. Later a
    ///     missing or different key must be refused: a new key would make everything stored unreadable.
    /// - Throws: `StorageRegionError`, whose description is one sentence for ops.
    func open(id: String, configuration: PluginConfiguration, firstStart: Bool) async throws(StorageRegionError)
        -> any StorageRegion
}

/// One open region: databases, media and keys of one jurisdiction.
public protocol StorageRegion: Sendable {
    var id: String { get }
    var jurisdiction: Jurisdiction { get }
    /// Where rows live. A tenant lives whole on one shard.
    var shards: [ShardAddress] { get }
    var mediaStore: any MediaStore { get }
    var keyStore: any KeyStore { get }

    func health() async -> HealthReport
}

/// A database of a region. URLs carry credentials, so they are secrets.
public struct ShardAddress: Sendable, Hashable {
    /// Unique in the region, e.g. `eu-central-1`.
    public var id: String
    /// libpq connection URLs, by database role. Not the owner's: only migrating needs it, and nothing that serves holds
    /// it.
    public var appURL: Secret<String>
    public var workerURL: Secret<String>

    public init(id: String, appURL: Secret<String>, workerURL: Secret<String>) {
        self.id = id
        self.appURL = appURL
        self.workerURL = workerURL
    }
}

/// Where the data is and under whose law (Chapter V GDPR). An EU data centre of a US group is inside the EEA and under
/// US law at once; tenants differ in whether they accept that, so both are said.
public struct Jurisdiction: Sendable, Hashable {
    /// ISO 3166-1 alpha-2 of the data centre.
    public var country: String
    public var place: String
    public var `operator`: String
    public var operatorParent: String?
    public var operatorParentCountry: String?
    /// Whom the operator engages now.
    public var subProcessors: [String]
    /// Whom it will engage from a day on, announced before so that tenants can object in time.
    public var comingSubProcessors: [ComingSubProcessor]

    public init(
        country: String, place: String, operator: String, operatorParent: String? = nil,
        operatorParentCountry: String? = nil,
        subProcessors: [String] = [], comingSubProcessors: [ComingSubProcessor] = []
    ) {
        self.country = country
        self.place = place
        self.operator = `operator`
        self.operatorParent = operatorParent
        self.operatorParentCountry = operatorParentCountry
        self.subProcessors = subProcessors
        self.comingSubProcessors = comingSubProcessors
    }

    /// As it is at a moment: whose day has come is among the sub-processors.
    public func at(_ moment: Date) -> Jurisdiction {
        var now = self
        now.subProcessors += comingSubProcessors.filter { $0.from <= moment }.map(\.name)
        now.comingSubProcessors = comingSubProcessors.filter { $0.from > moment }
        return now
    }

    /// The European Economic Area: the only countries that may host a tenant.
    public static let eeaCountries: Set<String> = [
        "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU",
        "MT", "NL", "PL",
        "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO",
    ]

    public var isInEEA: Bool { Self.eeaCountries.contains(country) }
}

/// Somebody whom a region's operator will engage.
public struct ComingSubProcessor: Sendable, Hashable {
    public var name: String
    /// The first moment at which it may reach data: a day's beginning, UTC.
    public var from: Date

    public init(name: String, from: Date) {
        self.name = name
        self.from = from
    }
}

/// Wraps and unwraps tenants' keys with a key-encryption key that never leaves the store.
public protocol KeyStore: Sendable {
    /// The id of the key that `wrap` uses now; stands beside every wrapped key.
    var currentKeyID: String { get }

    /// - Parameters:
    ///   - key: 32 bytes.
    ///   - context: what the key is for; unwrapping needs the same bytes.
    func wrap(_ key: Secret<[UInt8]>, context: [UInt8]) async throws(KeyStoreError) -> [UInt8]
    func unwrap(_ wrapped: [UInt8], keyID: String, context: [UInt8]) async throws(KeyStoreError) -> Secret<[UInt8]>
}

public enum KeyStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    case unknownKey(id: String)
    /// The wrapped bytes were altered, or belong to another context.
    case refused
    case unavailable(String)

    public var description: String {
        switch self {
        case .unknownKey(let id): "the key store has no key-encryption key \"\(id)\""
        case .refused: "a wrapped key does not open: it was altered or belongs elsewhere"
        case .unavailable(let why): "the key store cannot be used: \(why)"
        }
    }
}

/// Sealed media by opaque name. What is stored is ciphertext; the store knows neither tenant nor person.
public protocol MediaStore: Sendable {
    func put(_ bytes: [UInt8], name: String) async throws(StorageRegionError)
    func get(name: String) async throws(StorageRegionError) -> [UInt8]?
    func delete(name: String) async throws(StorageRegionError)
}

/// Why a region cannot be opened or used, as one sentence for ops.
public struct StorageRegionError: Error, Sendable, Hashable, CustomStringConvertible {
    public let region: String
    public let reason: String

    public init(region: String, reason: String) {
        self.region = region
        self.reason = reason
    }

    public var description: String { "region \(region): \(reason)" }
}

/// How something is, with what to look at.
public struct HealthReport: Sendable, Hashable {
    public enum State: String, Sendable { case healthy, degraded, unavailable }

    public struct Finding: Sendable, Hashable {
        /// e.g. `local_storage`, `contact_book`.
        public var name: String
        public var state: State
        public var detail: String

        public init(name: String, state: State, detail: String) {
            self.name = name
            self.state = state
            self.detail = detail
        }
    }

    public var findings: [Finding]

    public init(_ findings: [Finding]) { self.findings = findings }

    /// The worst of the findings.
    public var state: State {
        if findings.contains(where: { $0.state == .unavailable }) { return .unavailable }
        return findings.contains(where: { $0.state == .degraded }) ? .degraded : .healthy
    }
}
