-- Wordings of agreements beside the standard one: the provider's own, for all tenants, and those of one tenant.

CREATE TABLE agreement_texts (
    name         text        NOT NULL CONSTRAINT agreement_texts_name_form
                             CHECK (name ~ '^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$' AND name <> 'standard'),
    version      integer     NOT NULL CONSTRAINT agreement_texts_version_range CHECK (version BETWEEN 1 AND 9999),
    tenant_id    uuid        CONSTRAINT agreement_texts_tenant_fkey REFERENCES tenants,
    content_de   text        NOT NULL CONSTRAINT agreement_texts_content_de_length CHECK (char_length(content_de) BETWEEN 1 AND 200000),
    content_en   text        NOT NULL CONSTRAINT agreement_texts_content_en_length CHECK (char_length(content_en) BETWEEN 1 AND 200000),
    stored_at    timestamptz NOT NULL DEFAULT now(),
    stored_by    uuid        CONSTRAINT agreement_texts_stored_by_fkey REFERENCES staff,
    withdrawn_at timestamptz,
    CONSTRAINT agreement_texts_pkey PRIMARY KEY (name, version)
);
CREATE INDEX agreement_texts_by_tenant ON agreement_texts (tenant_id) WHERE tenant_id IS NOT NULL;
COMMENT ON TABLE agreement_texts IS 'Wordings of agreements in versions, each in German and English. Written once; only withdrawn_at changes. A tenant''s own go with its erasure: what was concluded keeps its own document.';
COMMENT ON COLUMN agreement_texts.tenant_id IS 'Whose own it is, and nobody else''s; NULL for one that every tenant can be offered.';
COMMENT ON COLUMN agreement_texts.content_de IS 'The wording as YAML, not sealed: it names nobody, as parties are filled in from the facts.';
COMMENT ON COLUMN agreement_texts.content_en IS 'The same in English.';
COMMENT ON COLUMN agreement_texts.stored_by IS 'Which member of staff stored it, by id. NULL when nobody of the staff did.';
COMMENT ON COLUMN agreement_texts.withdrawn_at IS 'From when on nothing new is made with it.';

ALTER TABLE agreement_texts ENABLE ROW LEVEL SECURITY;
ALTER TABLE agreement_texts FORCE ROW LEVEL SECURITY;
CREATE POLICY control_plane ON agreement_texts FOR ALL TO obhut_control USING (true) WITH CHECK (true);
CREATE POLICY own_tenant ON agreement_texts FOR SELECT TO obhut_app
    USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);

-- What was stored stays as it was stored.
GRANT SELECT, INSERT, DELETE, UPDATE (withdrawn_at) ON agreement_texts TO obhut_control;
