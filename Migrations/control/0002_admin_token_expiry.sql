-- A staff token that is lost must stop working by itself, and one that is known to be lost at once.
ALTER TABLE admin_tokens ADD COLUMN expires_at timestamptz;
COMMENT ON COLUMN admin_tokens.expires_at IS 'From when on the token is refused. NULL for tokens that were issued before there was an end, and for the one of a local installation.';
