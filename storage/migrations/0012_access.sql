-- +goose Up

-- Who the HTTP API belongs to. Password and codes are hashes, the rest is sealed.
CREATE TABLE owner (
    one           INTEGER PRIMARY KEY CHECK (one = 1),
    id            TEXT    NOT NULL,
    email         TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    token_key     BLOB    NOT NULL,
    totp_secret   BLOB,
    totp_enabled  INTEGER NOT NULL DEFAULT 0 CHECK (totp_enabled IN (0, 1)),
    totp_step     INTEGER NOT NULL DEFAULT 0,
    backup_codes  TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(backup_codes)),
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE revoked_token (
    id         TEXT    PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX revoked_token_end ON revoked_token (expires_at);

CREATE TABLE access_key (
    seq          INTEGER PRIMARY KEY,
    id           TEXT    NOT NULL UNIQUE,
    name         TEXT    NOT NULL,
    prefix       TEXT    NOT NULL UNIQUE,
    hash         BLOB    NOT NULL,
    scopes       TEXT    NOT NULL CHECK (json_valid(scopes)),
    account_ids  TEXT    CHECK (json_valid(account_ids)), -- NULL: every account
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at   INTEGER
) STRICT;

-- Whether and where the API listens; empty before anybody said.
ALTER TABLE installation ADD COLUMN api TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(api));

-- +goose Down
ALTER TABLE installation DROP COLUMN api;
DROP TABLE access_key;
DROP TABLE revoked_token;
DROP TABLE owner;
