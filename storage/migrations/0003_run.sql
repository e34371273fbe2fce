-- +goose Up

CREATE TABLE run (
    seq         INTEGER PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    account_id  TEXT    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    cause       TEXT    NOT NULL,
    status      TEXT    NOT NULL CHECK (status IN ('queued', 'running', 'ok', 'failed', 'skipped', 'cancelled', 'orphaned')),
    queued_at   INTEGER NOT NULL,
    started_at  INTEGER,
    finished_at INTEGER,
    stage       TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    message     TEXT    NOT NULL,
    said        TEXT    NOT NULL,
    url         TEXT    NOT NULL,
    lines       INTEGER NOT NULL,
    fresh       INTEGER NOT NULL,
    owed        INTEGER NOT NULL
) STRICT;

-- The rule "one live run per account", kept by the database itself.
CREATE UNIQUE INDEX run_live ON run (account_id) WHERE status IN ('queued', 'running');
CREATE INDEX run_queued ON run (queued_at) WHERE status = 'queued';
CREATE INDEX run_of_account ON run (account_id, seq, status);
CREATE INDEX run_of_status ON run (status);

CREATE TABLE run_stage (
    run_id     TEXT    NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    n          INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    kind       TEXT    NOT NULL,
    PRIMARY KEY (run_id, n)
) STRICT, WITHOUT ROWID;

-- The ledger belongs to the bank's user, not to the account: deleting an account
-- and adding it again must not hand out a new budget. So no foreign key.
CREATE TABLE attempt (
    seq         INTEGER PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    bank        TEXT    NOT NULL,
    bank_user   TEXT    NOT NULL,
    account_id  TEXT    NOT NULL,
    run_id      TEXT    NOT NULL,
    print       TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    outcome     TEXT    NOT NULL,
    resolved_at INTEGER
) STRICT;

CREATE INDEX attempt_of_user ON attempt (bank, bank_user, at);
CREATE INDEX attempt_of_account ON attempt (account_id);
CREATE INDEX attempt_open ON attempt (account_id) WHERE outcome = 'open';

-- +goose Down
DROP TABLE attempt;
DROP TABLE run_stage;
DROP TABLE run;
