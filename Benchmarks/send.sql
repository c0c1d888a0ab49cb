-- What sending does for one message, one message a transaction: the same statements as SendStore. Run as obhut_app.
\set person random(1, :people)
\set key random(1, 9000000000000000000)
BEGIN;
SELECT set_config('app.tenant_id', :tenant, true);
SELECT s.tenant_state, s.agreement_state, s.covers_special_category, s.covered_flows, s.movement, p.profile ->> 'unproven' AS unproven,
       (p.profile ->> 'minimum_age')::integer AS minimum_age
FROM tenant_standing s
LEFT JOIN LATERAL (
    SELECT profile FROM consent_profiles WHERE tenant_id = :tenant::uuid ORDER BY version DESC LIMIT 1) p ON true
WHERE s.tenant_id = :tenant::uuid;
SELECT ch.channel_id, ch.plugin, ch.state, c.contact_id, c.erased_at, c.key_id, c.key_sealed, co.state, co.since, co.expires_at,
       co.proof, co.is_explicit, co.age_confirmed, is_special_category(:tenant::uuid, 'service'), is_advertising(:tenant::uuid, 'service'),
       cv.window_closes_at, k.result_id
FROM bench_people p
JOIN channels ch ON ch.tenant_id = :tenant::uuid AND ch.channel_id = :channel::uuid
JOIN contacts c ON c.tenant_id = :tenant::uuid AND c.contact_id = p.contact_id
LEFT JOIN conversations cv ON cv.tenant_id = :tenant::uuid AND cv.contact_id = c.contact_id AND cv.channel_id = ch.channel_id
LEFT JOIN consents co ON co.tenant_id = :tenant::uuid AND co.contact_id = c.contact_id AND co.channel_id = ch.channel_id
     AND co.purpose = 'service'
LEFT JOIN idempotency_keys k ON k.tenant_id = :tenant::uuid AND k.caller = :tenant::uuid AND k.route = 'messages'
     AND k.key_hash = sha256(:key::text::bytea)
WHERE p.place = :person;
INSERT INTO idempotency_keys (tenant_id, caller, route, key_hash, request_hash, result_id)
VALUES (:tenant::uuid, :tenant::uuid, 'messages', sha256(:key::text::bytea), sha256(:key::text::bytea), gen_random_uuid());
INSERT INTO conversations AS c (tenant_id, conversation_id, channel_id, contact_id, last_message_at)
SELECT :tenant::uuid, gen_random_uuid(), :channel::uuid, contact_id, now() FROM bench_people WHERE place = :person
ON CONFLICT (tenant_id, contact_id, channel_id) DO UPDATE SET last_message_at = greatest(c.last_message_at, excluded.last_message_at);
WITH message AS (
    INSERT INTO messages (tenant_id, message_id, conversation_id, contact_id, channel_id, sealed_for, direction, type, purpose, state,
                          content_sealed, occurred_at)
    SELECT :tenant::uuid, gen_random_uuid(), c.conversation_id, p.contact_id, :channel::uuid, p.contact_id, 'outbound', 'text', 'service',
           'accepted', p.sample, now()
    FROM bench_people p
    JOIN conversations c ON c.tenant_id = :tenant::uuid AND c.contact_id = p.contact_id AND c.channel_id = :channel::uuid
    WHERE p.place = :person
    RETURNING message_id, conversation_id
), lane AS (
    INSERT INTO queue_lanes AS l (tenant_id, kind, lane_id, depth, run_at)
    SELECT :tenant::uuid, 'bench', conversation_id, 1, now() FROM message
    ON CONFLICT (tenant_id, kind, lane_id) DO UPDATE SET depth = l.depth + excluded.depth
)
INSERT INTO queue_jobs (tenant_id, kind, lane_id, subject_id)
SELECT :tenant::uuid, 'bench', conversation_id, message_id FROM message;
COMMIT;
