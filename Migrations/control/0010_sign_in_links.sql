-- One-time links by which a member signs in without password and code: made on the server's machine alone (obhut dev).
ALTER TABLE sign_in_steps DROP CONSTRAINT sign_in_steps_kind_known;
ALTER TABLE sign_in_steps ADD CONSTRAINT sign_in_steps_kind_known
    CHECK (kind IN ('code', 'oidc', 'first_owner', 'reset', 'link'));
ALTER TABLE sign_in_steps DROP CONSTRAINT sign_in_steps_whose;
ALTER TABLE sign_in_steps ADD CONSTRAINT sign_in_steps_whose
    CHECK ((staff_id IS NOT NULL) = (kind IN ('code', 'reset', 'link')));
COMMENT ON TABLE sign_in_steps IS 'Sign-ins under way, and one-time links for the first owner, for a new password, and to sign in: SHA-256 of 256 random bits. Removed when used, or when their minutes are over. No personal data.';
