-- +goose Up

-- What people were last told about an account.
ALTER TABLE account ADD COLUMN alerts TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(alerts));

-- What a person chose for the installation.
ALTER TABLE installation ADD COLUMN keep_evidence INTEGER NOT NULL DEFAULT 1 CHECK (keep_evidence IN (0, 1));
ALTER TABLE installation ADD COLUMN stale_hours INTEGER NOT NULL DEFAULT 24 CHECK (stale_hours >= 0);
ALTER TABLE installation ADD COLUMN language TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE installation DROP COLUMN language;
ALTER TABLE installation DROP COLUMN stale_hours;
ALTER TABLE installation DROP COLUMN keep_evidence;
ALTER TABLE account DROP COLUMN alerts;
