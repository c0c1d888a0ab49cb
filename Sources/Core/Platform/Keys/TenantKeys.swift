/// What it takes to read and find one tenant's personal data.
public struct TenantKeys: Sendable {
    public let tenant: TenantID
    public let data: DataKey
    public let index: BlindIndexKey

    public init(tenant: TenantID, data: DataKey, index: BlindIndexKey) {
        self.tenant = tenant
        self.data = data
        self.index = index
    }

    public static func generate(for tenant: TenantID) -> TenantKeys {
        TenantKeys(tenant: tenant, data: .generate(), index: .generate())
    }
}
