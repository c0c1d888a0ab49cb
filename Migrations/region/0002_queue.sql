-- The durable queue. A lane is an ordered stream of jobs within a tenant (for deliveries: a conversation). Workers claim lanes, not
-- jobs, so order within a lane holds by construction and a lane with a million jobs is one row to look at.

CREATE TABLE queue_lanes (
    tenant_id    uuid        NOT NULL CONSTRAINT queue_lanes_tenant_fkey REFERENCES tenant_standing,
    kind         text        NOT NULL,
    lane_id      uuid        NOT NULL,
    depth        bigint      NOT NULL CONSTRAINT queue_lanes_depth_positive CHECK (depth >= 0),
    run_at       timestamptz NOT NULL,
    lease_owner  uuid,
    lease_until  timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT queue_lanes_pkey PRIMARY KEY (tenant_id, kind, lane_id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
-- run_at is the moment from which a lane may be claimed: it is moved to the end of the lease while a worker holds it, so a worker
-- that dies loses the lane without anybody having to notice.
CREATE INDEX queue_lanes_ready ON queue_lanes (kind, tenant_id, run_at);
COMMENT ON TABLE queue_lanes IS 'Which streams have work, from when, and who holds them. depth counts the lane''s queued jobs. No personal data.';

CREATE TABLE queue_jobs (
    tenant_id     uuid        NOT NULL,
    kind          text        NOT NULL,
    lane_id       uuid        NOT NULL,
    job_id        bigint      GENERATED ALWAYS AS IDENTITY,
    subject_id    uuid        NOT NULL,
    attempts      integer     NOT NULL DEFAULT 0,
    attempted_at  timestamptz,
    fault_code    text,
    fault_message text,
    dead_at       timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT queue_jobs_pkey PRIMARY KEY (tenant_id, kind, lane_id, job_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
CREATE INDEX queue_jobs_dead ON queue_jobs (tenant_id, kind, job_id) WHERE dead_at IS NOT NULL;
CREATE INDEX queue_jobs_by_subject ON queue_jobs (tenant_id, subject_id);
COMMENT ON TABLE queue_jobs IS 'Work to be done, in order of job_id within a lane; dead_at marks the dead letters. subject_id names the message. No personal data.';
