-- Channels that two people can change without one undoing the other; consents that may be declared again.

ALTER TABLE channels ADD COLUMN revision bigint NOT NULL DEFAULT 1;
COMMENT ON COLUMN channels.revision IS 'Grows with every change of what is shown of the channel.';

ALTER TABLE idempotency_keys ADD COLUMN answer_sealed bytea;
COMMENT ON COLUMN idempotency_keys.answer_sealed IS 'The first answer, sealed with the tenant''s key, where the result''s id alone does not make it again. Ids and a consent''s state.';
