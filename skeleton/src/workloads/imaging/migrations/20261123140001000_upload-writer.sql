-- Up Migration

-- Who writes the bytes behind the offset: set before the first of them, taken back with the offset's commit. One that is
-- still set tells that a process ended, or lost its lock, while it wrote; whoever comes next writes to a copy of what was
-- committed, so that the one before it can still write, but to nothing that counts.
ALTER TABLE upload
  ADD COLUMN writer uuid,
  -- Which file has the bytes: `<upload_id>`, or `<upload_id>.<copy>` after such a change of hands.
  ADD COLUMN copy uuid;

-- Down Migration

ALTER TABLE upload DROP COLUMN writer, DROP COLUMN copy;
