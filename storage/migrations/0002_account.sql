-- +goose Up

CREATE TABLE account (
    id          TEXT    PRIMARY KEY,
    bank        TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    status      TEXT    NOT NULL CHECK (status IN ('active', 'paused', 'archived')),
    created_at  INTEGER NOT NULL,

    block_at          INTEGER, -- NULL: not blocked
    block_kind        TEXT    NOT NULL DEFAULT '',
    block_reason      TEXT    NOT NULL DEFAULT '',
    block_credentials INTEGER NOT NULL DEFAULT 0,

    health_kind        TEXT    NOT NULL DEFAULT '',
    health_since       INTEGER,
    health_failures    INTEGER NOT NULL DEFAULT 0,
    health_unexplained INTEGER NOT NULL DEFAULT 0,
    health_code_failed INTEGER NOT NULL DEFAULT 0,
    health_not_before  INTEGER,

    restarted_at INTEGER,
    next_run_at  INTEGER,
    last_read_at INTEGER,

    -- How many lines are stored, so that a list's total needs no counting.
    credits INTEGER NOT NULL DEFAULT 0,
    debits  INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX account_due ON account (next_run_at)
    WHERE next_run_at IS NOT NULL AND status = 'active' AND block_at IS NULL;

CREATE TABLE settings (
    account_id TEXT    PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    id         TEXT    NOT NULL,
    doc        TEXT    NOT NULL CHECK (json_valid(doc)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- Sealed under the key that the row in kek describes; never plain text.
CREATE TABLE secret (
    account_id TEXT    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    field      TEXT    NOT NULL,
    sealed     BLOB    NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, field)
) STRICT, WITHOUT ROWID;

-- The key itself is not here: kcv recognises it, wrapped needs a passphrase.
CREATE TABLE kek (
    id         TEXT    PRIMARY KEY,
    created_at INTEGER NOT NULL,
    kcv        BLOB    NOT NULL,
    wrapped    BLOB
) STRICT;

-- +goose Down
DROP TABLE kek;
DROP TABLE secret;
DROP TABLE settings;
DROP TABLE account;
