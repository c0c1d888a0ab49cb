public import Postgres

public import struct Foundation.UUID

/// A company that talks with its customers through us: the controller of their data.
public struct TenantID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// A data-processing agreement (Art. 28 GDPR) of a tenant, in one of its versions.
public struct AgreementID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// A signed link to an agreement. Names the link, opens nothing.
public struct AgreementLinkID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// Changes of an agreement's annexes that the tenant was told of together.
public struct AgreementNoticeID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// Something a controller instructed.
public struct InstructionID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// A move of a tenant to another shard or region.
public struct TenantMoveID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// A tenant's number or account on a messenger.
public struct ChannelID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// A place under `/ingress` at which a messenger's webhooks arrive.
public struct IngressRouteID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// A person who writes with a tenant: the data subject.
public struct ContactID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One address of a contact on a channel.
public struct IdentityID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// What is written between one contact and one channel.
public struct ConversationID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// A server of a tenant's that is told of things.
public struct WebhookEndpointID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// Something that an endpoint is to be told.
public struct WebhookEventID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// A message, either way.
public struct MessageID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// A fact about consent; facts are only ever added.
public struct ConsentEventID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// A set-up of a consent source; stands in public addresses.
public struct ConsentSourceID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// What was agreed on a page, kept until a message brings its code.
public struct EntryCodeID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// A tenant's key to our API. Names the key, opens nothing.
public struct APIKeyID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// A member of the provider's staff.
public struct StaffID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// A staff member's token for the admin API. Names the token, opens nothing.
public struct AdminTokenID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// Something a messenger told us, as it came.
public struct ChannelEventID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// Something dangerous that one member of staff asked for and another decides.
public struct ApprovalID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// A staff member's session in the console. Names the session, opens nothing.
public struct SessionID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// A file of declared consents.
public struct ConsentImportID: Identifier {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}
