/// What may be done with a tenant's data as a whole, by its state and its agreement's: the first two rules of the gate, and what they
/// mean for everything besides sending. `Docs/state-matrix.md` shows all of it.
///
/// Before an agreement is in force, nothing is processed but the tenant's own master data; while it is suspended, data are stored and
/// returned; when it has ended, they are returned and erased (GDPR Art. 28(3)).
public enum ProcessingRule {
    public enum Activity: String, Sendable, Hashable, CaseIterable {
        /// A message that the tenant asks to send.
        case send
        /// What a messenger brings for the tenant.
        case ingress
        /// Contacts, conversations, messages, events and consents, read by the tenant.
        case read
        /// Everything at once, returned to the tenant (Art. 20, Art. 28(3)(g)).
        case export
        /// What the tenant's own webhook is told.
        case webhook
    }

    public enum Verdict: Sendable, Hashable {
        case allowed
        case refused(Refusal.Code)
        /// Kept sealed until it is put right: lost to nobody, shown to nobody.
        case held
        /// Counted; nothing of its content is kept.
        case discarded
        /// There is no such tenant any more: its keys open nothing.
        case gone
        /// Left to the messenger, which brings it again.
        case later
    }

    /// - Parameter isMoving: whether the tenant is on its way to another shard: then nothing is done, whatever its state.
    public static func verdict(
        _ activity: Activity, _ state: TenantState, _ agreement: AgreementState?, isMoving: Bool = false
    ) -> Verdict {
        if isMoving {
            switch activity {
            case .send, .read, .export: return .refused(.tenantMoving)
            case .ingress, .webhook: return .later
            }
        }
        switch activity {
        case .send, .read:
            if state == .erased { return .gone }
            return refusal(state, agreement).map { .refused($0) } ?? .allowed
        case .ingress, .webhook:
            if isOver(state) { return .discarded }
            return refusal(state, agreement) == nil ? .allowed : .held
        case .export:
            return export(state, agreement)
        }
    }

    /// What stands in the way of processing, the tenant before its agreement.
    /// - Returns: nil when nothing does.
    static func refusal(_ state: TenantState, _ agreement: AgreementState?) -> Refusal.Code? {
        tenant(state) ?? self.agreement(agreement)
    }

    static func tenant(_ state: TenantState) -> Refusal.Code? {
        switch state {
        case .active: nil
        case .draft, .onboarding, .suspended: .tenantNotActive
        case .terminated, .erased: .tenantTerminated
        }
    }

    static func agreement(_ state: AgreementState?) -> Refusal.Code? {
        switch state {
        case .inForce: nil
        case nil: .agreementMissing
        case .suspended: .agreementSuspended
        case .draft, .offered, .accepted, .superseded, .ended, .declined, .lapsed, .withdrawn: .agreementNotInForce
        }
    }

    /// Returning data is owed to a tenant whatever it did, once there was an agreement: also while it is suspended. When it is over,
    /// what is there is returned whatever was agreed: it is the tenant's.
    private static func export(_ state: TenantState, _ agreed: AgreementState?) -> Verdict {
        switch state {
        case .erased: return .gone
        case .terminated: return .allowed
        case .draft, .onboarding, .active, .suspended:
            switch agreed {
            case .inForce, .suspended, .superseded, .ended: return .allowed
            case nil: return .refused(.agreementMissing)
            case .draft, .offered, .accepted, .declined, .lapsed, .withdrawn: return .refused(.agreementNotInForce)
            }
        }
    }

    /// Whether the contract is over: nothing new is taken.
    static func isOver(_ state: TenantState) -> Bool { state == .terminated || state == .erased }
}
