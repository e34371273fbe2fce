-- Conventions of this schema: tables are STRICT; ids are UUID text; times are
-- whole milliseconds since 1970 UTC, NULL where there is none; money is a whole
-- number of minor units beside its currency.

-- +goose Up

-- Tells this file from any other SQLite database ("Rbk1").
PRAGMA application_id = 0x52626b31;

CREATE TABLE installation (
    id             INTEGER PRIMARY KEY CHECK (id = 1),
    data_id        TEXT    NOT NULL, -- names this data directory, in the keychain for example
    operation_mode TEXT    NOT NULL CHECK (operation_mode IN ('', 'reconcile', 'passthrough')),
    created_at     INTEGER NOT NULL
) STRICT;

-- What was done by whom outlives what it was done to: no foreign key.
CREATE TABLE audit (
    seq        INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    actor      TEXT    NOT NULL,
    action     TEXT    NOT NULL,
    account_id TEXT    NOT NULL,
    detail     TEXT    NOT NULL
) STRICT;

-- +goose Down
DROP TABLE audit;
DROP TABLE installation;
