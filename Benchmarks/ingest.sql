-- What ingest does for one message of a known person, one message a transaction: the same statements as IngestStore, with what changes
-- drawn at random: by pgbench, because an index cannot be searched for what a volatile function makes. Run as obhut_app.
\set person random(1, :people)
\set id random(1, 9000000000000000000)
BEGIN;
SELECT set_config('app.tenant_id', :tenant, true);
SELECT i.blind_index, i.kind, i.contact_id, c.key_id, c.key_sealed, c.name_sealed,
       ARRAY(SELECT u.blind_index FROM identities u
             WHERE u.tenant_id = i.tenant_id AND u.contact_id = i.contact_id AND u.kind = 'bsuid' AND u.retired_at IS NULL) AS users
FROM identities i
JOIN contacts c ON c.tenant_id = i.tenant_id AND c.contact_id = i.contact_id
WHERE i.tenant_id = :tenant::uuid AND i.blind_index = ANY (ARRAY[(SELECT blind_index FROM bench_people WHERE place = :person)])
  AND i.retired_at IS NULL;
SELECT p.contact_id, q.messages, q.bytes,
       EXISTS (SELECT FROM consents a
               WHERE a.tenant_id = :tenant::uuid AND a.contact_id = p.contact_id AND a.channel_id = :channel::uuid
                 AND a.state IN ('granted', 'confirmed') AND (a.expires_at IS NULL OR a.expires_at > now())) AS is_admitted,
       EXISTS (SELECT FROM dialogues d
               WHERE d.tenant_id = :tenant::uuid AND d.contact_id = p.contact_id AND d.channel_id = :channel::uuid
                 AND d.status = 'asking') AS is_asked
FROM (SELECT DISTINCT i.contact_id FROM identities i
      WHERE i.tenant_id = :tenant::uuid AND i.blind_index = ANY (ARRAY[(SELECT blind_index FROM bench_people WHERE place = :person)])
        AND i.retired_at IS NULL) p
CROSS JOIN LATERAL (
    SELECT count(*) AS messages, coalesce(sum(w.size), 0)::bigint AS bytes
    FROM quarantined_messages w
    WHERE w.tenant_id = :tenant::uuid AND w.contact_id = p.contact_id AND w.channel_id = :channel::uuid AND w.expires_at > now()) q;
SELECT provider_index FROM messages WHERE tenant_id = :tenant::uuid AND provider_index = ANY (ARRAY[decode(md5(:id::text), 'hex')])
UNION ALL
SELECT provider_index FROM quarantined_messages
WHERE tenant_id = :tenant::uuid AND provider_index = ANY (ARRAY[decode(md5(:id::text), 'hex')])
UNION ALL
SELECT provider_index FROM destroyed_messages
WHERE tenant_id = :tenant::uuid AND provider_index = ANY (ARRAY[decode(md5(:id::text), 'hex')]);
INSERT INTO conversations AS c (tenant_id, conversation_id, channel_id, contact_id, last_inbound_at, window_closes_at, last_message_at)
SELECT :tenant::uuid, gen_random_uuid(), :channel::uuid, contact_id, now(), now() + interval '1 day', now()
FROM bench_people WHERE place = :person
ON CONFLICT (tenant_id, contact_id, channel_id) DO UPDATE
SET last_inbound_at = greatest(c.last_inbound_at, excluded.last_inbound_at),
    window_closes_at = greatest(c.window_closes_at, excluded.window_closes_at),
    last_message_at = greatest(c.last_message_at, excluded.last_message_at);
INSERT INTO messages (tenant_id, message_id, conversation_id, contact_id, channel_id, sealed_for, direction, type, state, content_sealed,
                      provider_index, provider_id_sealed, occurred_at)
SELECT :tenant::uuid, gen_random_uuid(), c.conversation_id, p.contact_id, :channel::uuid, p.contact_id, 'inbound', 'text', 'received',
       p.sample, decode(md5(:id::text), 'hex'), substr(p.sample, 1, 100), now()
FROM bench_people p
JOIN conversations c ON c.tenant_id = :tenant::uuid AND c.contact_id = p.contact_id AND c.channel_id = :channel::uuid
WHERE p.place = :person
ON CONFLICT (tenant_id, provider_index) WHERE provider_index IS NOT NULL DO NOTHING;
COMMIT;
