-- +goose Up

-- What a bank's page showed when a run failed. Both are sealed; the picture comes
-- last, so that reading the rest does not touch it.
CREATE TABLE evidence (
    run_id  TEXT    PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
    at      INTEGER NOT NULL,
    page    BLOB    NOT NULL,
    picture BLOB
) STRICT;

CREATE INDEX evidence_at ON evidence (at);

-- Runs are cleared away by when they ended.
CREATE INDEX run_finished ON run (finished_at) WHERE finished_at IS NOT NULL;

-- +goose Down
DROP INDEX run_finished;
DROP TABLE evidence;
