-- +goose Up

-- "order" is a word of SQL.
CREATE TABLE orders (
    seq         INTEGER PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    account_id  TEXT    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    external_id TEXT    NOT NULL,
    amount      INTEGER NOT NULL CHECK (amount > 0),
    currency    TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    status      TEXT    NOT NULL CHECK (status IN ('pending', 'processing', 'matched', 'ambiguous', 'not_found', 'expired', 'cancelled', 'failed')),
    reason      TEXT    NOT NULL,
    retries     INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    by_hand     INTEGER NOT NULL,
    announced   TEXT    NOT NULL,
    explained   TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    checked_at  INTEGER,
    retry_at    INTEGER,
    doubt_at    INTEGER,
    missing_at  INTEGER,
    ended_at    INTEGER,
    search      TEXT    NOT NULL -- folded text to look in
) STRICT;

CREATE UNIQUE INDEX orders_external ON orders (account_id, external_id);
-- The open orders that a movement may pay, and those that are past their time.
CREATE INDEX orders_open ON orders (account_id, currency, amount)
    WHERE status IN ('pending', 'processing', 'ambiguous', 'not_found', 'failed');
CREATE INDEX orders_late ON orders (account_id, expires_at)
    WHERE status IN ('pending', 'processing', 'ambiguous', 'not_found', 'failed');
-- The matched ones that later evidence could contradict.
CREATE INDEX orders_matched ON orders (account_id, currency, amount, expires_at) WHERE status = 'matched';
CREATE INDEX orders_ended ON orders (account_id) WHERE status IN ('expired', 'cancelled') AND missing_at IS NULL;
-- Pages and counts.
CREATE INDEX orders_by_account ON orders (account_id, created_at, seq);
CREATE INDEX orders_by_time ON orders (created_at, seq);
CREATE INDEX orders_by_status ON orders (status, created_at, seq, account_id);

CREATE TABLE order_attempt (
    order_id    TEXT    NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    n           INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    result      TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    actor       TEXT    NOT NULL,
    movement_id TEXT    NOT NULL, -- no foreign key: history outlives what it is about
    candidates  TEXT    CHECK (candidates IS NULL OR json_valid(candidates)),
    PRIMARY KEY (order_id, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE match (
    seq         INTEGER PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    account_id  TEXT    NOT NULL,
    order_id    TEXT    NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    movement_id TEXT    NOT NULL REFERENCES movement (id) ON DELETE CASCADE,
    person      INTEGER NOT NULL,
    actor       TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    score       REAL    NOT NULL,
    matched_at  INTEGER NOT NULL,
    undone_at   INTEGER,
    undone_by   TEXT    NOT NULL
) STRICT;

-- One movement pays at most one order and one order is paid at most once, kept
-- by the database itself.
CREATE UNIQUE INDEX match_order ON match (order_id) WHERE undone_at IS NULL;
CREATE UNIQUE INDEX match_movement ON match (movement_id) WHERE undone_at IS NULL;
CREATE INDEX match_of_order ON match (order_id);
CREATE INDEX match_of_movement ON match (movement_id);

CREATE TABLE refusal (
    order_id    TEXT    NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    movement_id TEXT    NOT NULL REFERENCES movement (id) ON DELETE CASCADE,
    at          INTEGER NOT NULL,
    actor       TEXT    NOT NULL,
    PRIMARY KEY (order_id, movement_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX refusal_of_movement ON refusal (movement_id);

-- What each settled pair taught, a row per match.
CREATE TABLE alias (
    id         TEXT    PRIMARY KEY,
    match_id   TEXT    NOT NULL,
    account_id TEXT    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    bank_key   TEXT    NOT NULL,
    order_key  TEXT    NOT NULL,
    bank_name  TEXT    NOT NULL,
    order_name TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    actor      TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX alias_of_match ON alias (match_id);
CREATE INDEX alias_of_bank ON alias (account_id, bank_key, order_key);

CREATE TABLE order_alert (
    seq         INTEGER PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    account_id  TEXT    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind        TEXT    NOT NULL,
    order_id    TEXT    NOT NULL,
    movement_id TEXT    NOT NULL,
    other_id    TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    closed_at   INTEGER,
    closed_by   TEXT    NOT NULL
) STRICT;

CREATE UNIQUE INDEX order_alert_once ON order_alert (kind, order_id, movement_id, other_id);
CREATE INDEX order_alert_open ON order_alert (account_id, seq) WHERE closed_at IS NULL;

CREATE TABLE feed (
    account_id TEXT    PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    source     TEXT    NOT NULL,
    polled_at  INTEGER,
    good_at    INTEGER,
    next_at    INTEGER,
    failures   INTEGER NOT NULL,
    error      TEXT    NOT NULL,
    unchanged  INTEGER NOT NULL,
    accepted   INTEGER NOT NULL,
    rejected   INTEGER NOT NULL,
    held       INTEGER NOT NULL,
    etag       TEXT    NOT NULL,
    rows       TEXT    NOT NULL CHECK (json_valid(rows)) -- the first rows that were rejected
) STRICT, WITHOUT ROWID;

-- The movements that an order may be paid by. What was matched, set aside or
-- taken back is not in it, so that it does not grow with history.
CREATE INDEX movement_free ON movement (account_id, currency, amount, booked_at)
    WHERE direction = 'credit' AND excluded_at IS NULL AND vanished_at IS NULL;
-- What a reversal names.
CREATE INDEX movement_bank_id ON movement (account_id, bank_account, bank_id) WHERE bank_id <> '';

-- +goose Down
DROP INDEX movement_bank_id;
DROP INDEX movement_free;
DROP TABLE feed;
DROP TABLE order_alert;
DROP TABLE alias;
DROP TABLE refusal;
DROP TABLE match;
DROP TABLE order_attempt;
DROP TABLE orders;
