import Postgres

/// Removes a contact wholly: one that is hidden, waits for nothing, and is known for nothing.
///
/// Policies let a worker remove what is hidden and nothing else, so that no mistake here can reach a contact that a tenant knows.
struct StrangerRemoval: Sendable {
    let tenant: TenantID
    let tx: PostgresTransaction

    /// Does nothing for a contact of whom something is known: facts about consent, a refusal that must be remembered, messages of any kind
    /// but our own questions.
    func remove(_ contact: ContactID) async throws {
        guard try await tx.query(isStranger(contact)).first != nil else { return }
        _ = try await tx.pipeline([
            // (Lanes before messages and jobs, as workers take them.)
            statement(
                "lanes",
                """
                SELECT l.lane_id
                FROM queue_lanes l
                JOIN conversations v ON v.tenant_id = l.tenant_id AND v.conversation_id = l.lane_id
                WHERE l.tenant_id = $1 AND v.contact_id = $2
                ORDER BY l.kind DESC, l.lane_id
                FOR UPDATE OF l
                """, contact),
            // Questions that could not be delivered in all this time are not asked any more.
            statement(
                "jobs",
                """
                WITH gone AS (
                    DELETE FROM queue_jobs j USING conversations v
                    WHERE j.tenant_id = $1 AND v.tenant_id = $1 AND v.conversation_id = j.lane_id AND v.contact_id = $2
                    RETURNING j.kind, j.lane_id, j.dead_at
                ),
                counted AS (
                    SELECT kind, lane_id, count(*) AS jobs FROM gone WHERE dead_at IS NULL GROUP BY kind, lane_id
                )
                UPDATE queue_lanes l
                SET depth = l.depth - c.jobs, run_at = CASE WHEN l.lease_owner IS NULL THEN now() ELSE l.run_at END
                FROM counted c
                WHERE l.tenant_id = $1 AND l.kind = c.kind AND l.lane_id = c.lane_id
                """, contact),
            statement(
                "statuses",
                """
                DELETE FROM message_statuses s USING messages m
                WHERE s.tenant_id = $1 AND m.tenant_id = $1 AND m.message_id = s.message_id AND m.contact_id = $2
                """, contact),
            statement("messages", "DELETE FROM messages WHERE tenant_id = $1 AND contact_id = $2", contact),
            statement("conversations", "DELETE FROM conversations WHERE tenant_id = $1 AND contact_id = $2", contact),
            statement("identities", "DELETE FROM identities WHERE tenant_id = $1 AND contact_id = $2", contact),
            statement("merged", "DELETE FROM contacts WHERE tenant_id = $1 AND merged_into = $2", contact),
            statement("contact", "DELETE FROM contacts WHERE tenant_id = $1 AND contact_id = $2", contact),
        ])
    }

    private func statement(_ name: String, _ sql: String, _ contact: ContactID) -> PostgresQuery {
        PostgresQuery("stranger.remove-\(name)", sql, [tenant, contact])
    }

    private func isStranger(_ contact: ContactID) -> PostgresQuery {
        PostgresQuery(
            "stranger.find",
            """
            SELECT c.contact_id
            FROM contacts c
            WHERE c.tenant_id = $1 AND c.contact_id = $2 AND c.hidden AND c.merged_into IS NULL
              AND NOT EXISTS (SELECT FROM contacts o WHERE o.tenant_id = $1 AND o.merged_into = c.contact_id AND NOT o.hidden)
              AND NOT EXISTS (SELECT FROM quarantined_messages q WHERE q.tenant_id = $1 AND q.contact_id = c.contact_id)
              AND NOT EXISTS (SELECT FROM dialogues d WHERE d.tenant_id = $1 AND d.contact_id = c.contact_id)
              AND NOT EXISTS (SELECT FROM consent_events e
                              WHERE e.tenant_id = $1 AND (e.contact_id = c.contact_id OR e.contact_id IN (
                                  SELECT o.contact_id FROM contacts o WHERE o.tenant_id = $1 AND o.merged_into = c.contact_id)))
              AND NOT EXISTS (SELECT FROM messages m WHERE m.tenant_id = $1 AND m.contact_id = c.contact_id AND NOT m.hidden)
              AND NOT EXISTS (SELECT FROM conversations v
                              WHERE v.tenant_id = $1 AND v.contact_id = c.contact_id AND NOT v.hidden)
            """, [tenant, contact])
    }
}
