-- +goose Up

-- seq is the order of arrival; it breaks ties between equal booking times.
-- run_id has no foreign key: a movement stays when old runs are cleared away.
-- The wide columns come last, so that reading the others does not touch them.
CREATE TABLE movement (
    seq              INTEGER PRIMARY KEY,
    id               TEXT    NOT NULL UNIQUE,
    account_id       TEXT    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    run_id           TEXT    NOT NULL,
    key              TEXT    NOT NULL,
    content          TEXT    NOT NULL,
    bank_account     TEXT    NOT NULL,
    bank_id          TEXT    NOT NULL,
    direction        TEXT    NOT NULL CHECK (direction IN ('credit', 'debit')),
    amount           INTEGER NOT NULL CHECK (amount > 0),
    currency         TEXT    NOT NULL,
    balance          INTEGER,
    balance_currency TEXT,
    booked_at        INTEGER NOT NULL,
    precision        TEXT    NOT NULL,
    bank_day         TEXT    NOT NULL,
    description      TEXT    NOT NULL,
    reference        TEXT    NOT NULL,
    sender           TEXT    NOT NULL,
    sender_document  TEXT    NOT NULL,
    reverses         TEXT    NOT NULL,
    ingested_at      INTEGER NOT NULL,
    before_start     INTEGER NOT NULL,
    notified_at      INTEGER,
    excluded_at      INTEGER,
    vanished_at      INTEGER,
    search           TEXT    NOT NULL, -- folded text to look in
    raw              TEXT    CHECK (raw IS NULL OR json_valid(raw))
) STRICT;

-- A line is stored once.
CREATE UNIQUE INDEX movement_key ON movement (account_id, key);
-- Pages, counts and sums are found in these without touching the rows.
CREATE INDEX movement_by_account ON movement (account_id, booked_at, seq, direction, currency, amount);
CREATE INDEX movement_by_time ON movement (booked_at, seq, direction, currency, amount);
-- The days a reading covered.
CREATE INDEX movement_day ON movement (account_id, bank_account, bank_day);

-- +goose Down
DROP TABLE movement;
