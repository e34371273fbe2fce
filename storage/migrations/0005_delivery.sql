-- +goose Up

CREATE TABLE delivery (
    seq         INTEGER PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    webhook_id  TEXT    NOT NULL,
    account_id  TEXT    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind        TEXT    NOT NULL,
    subject_id  TEXT    NOT NULL,
    url         TEXT    NOT NULL,
    receiver    TEXT    NOT NULL,
    status      TEXT    NOT NULL CHECK (status IN ('pending', 'retrying', 'delivered', 'dead')),
    attempts    INTEGER NOT NULL,
    tries       INTEGER NOT NULL,
    next_at     INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    queued_at   INTEGER NOT NULL,
    done_at     INTEGER,
    last_status INTEGER NOT NULL,
    last_error  TEXT    NOT NULL,
    payload     BLOB    NOT NULL -- the bytes that are signed and sent
) STRICT;

-- Owed work, by receiver and time; and all of a subject, in order.
CREATE INDEX delivery_owed ON delivery (receiver, next_at) WHERE status IN ('pending', 'retrying');
CREATE INDEX delivery_of_subject ON delivery (subject_id);
CREATE INDEX delivery_of_account ON delivery (account_id, seq, status);
-- Nearly all rows are delivered; lists and counts of the others stay quick.
CREATE INDEX delivery_undelivered ON delivery (status) WHERE status <> 'delivered';

CREATE TABLE delivery_attempt (
    delivery_id TEXT    NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
    n           INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    took        INTEGER NOT NULL, -- nanoseconds
    status      INTEGER NOT NULL,
    error       TEXT    NOT NULL,
    response    TEXT    NOT NULL,
    response_of INTEGER NOT NULL,
    PRIMARY KEY (delivery_id, n)
) STRICT;

CREATE TABLE receiver (
    origin     TEXT    PRIMARY KEY,
    failures   INTEGER NOT NULL,
    open_until INTEGER,
    open_for   INTEGER NOT NULL -- nanoseconds
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE receiver;
DROP TABLE delivery_attempt;
DROP TABLE delivery;
