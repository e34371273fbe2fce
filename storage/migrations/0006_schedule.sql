-- +goose Up

-- A person can pause the schedule of all accounts at once.
ALTER TABLE installation ADD COLUMN schedule_paused INTEGER NOT NULL DEFAULT 0 CHECK (schedule_paused IN (0, 1));

-- +goose Down
ALTER TABLE installation DROP COLUMN schedule_paused;
