-- +goose Up

-- What is done and still has its body: that goes after its time.
CREATE INDEX delivery_done ON delivery (status, done_at) WHERE done_at IS NOT NULL AND payload <> x'';

-- +goose Down
DROP INDEX delivery_done;
