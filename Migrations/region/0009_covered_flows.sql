-- What the agreement's annexes let leave for others, so that the gate can hold back what they do not.
ALTER TABLE tenant_standing ADD COLUMN covered_flows text[];
COMMENT ON COLUMN tenant_standing.covered_flows IS 'Data flows that the annexes of the tenant''s agreement cover, each as plugin/flow/digest. NULL when the annexes are not known here. No personal data.';
