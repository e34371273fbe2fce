-- +goose Up

-- What logins wait, or waited, for a person to give. A code is never here.
CREATE TABLE assistance (
    seq        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    account_id TEXT    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    run_id     TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    length     INTEGER NOT NULL,
    target     TEXT    NOT NULL,
    purpose    TEXT    NOT NULL,
    attempts   INTEGER NOT NULL,
    code_limit INTEGER NOT NULL,
    can_resend INTEGER NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('pending', 'fulfilled', 'cancelled', 'expired')),
    reason     TEXT    NOT NULL,
    submitted  INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    asked_at   INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT;

-- The rule "one pending request per account", kept by the database itself.
CREATE UNIQUE INDEX assistance_pending ON assistance (account_id) WHERE state = 'pending';
CREATE INDEX assistance_of_run ON assistance (run_id);
CREATE INDEX assistance_of_account ON assistance (account_id);

-- What a browser must know to go on with a login: cookies and storage, sealed.
CREATE TABLE session_state (
    account_id  TEXT    PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    credentials INTEGER NOT NULL, -- the version of them it was signed in with
    sealed      BLOB    NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

-- A login waited for a person and nobody came: the schedule waits for one now.
ALTER TABLE account ADD COLUMN health_absent INTEGER NOT NULL DEFAULT 0 CHECK (health_absent IN (0, 1));

-- +goose Down
ALTER TABLE account DROP COLUMN health_absent;
DROP TABLE session_state;
DROP TABLE assistance;
