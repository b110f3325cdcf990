-- Days that a calendar has: no program reads a day before the first year, or one without end.

ALTER TABLE ledger_movement ADD CONSTRAINT ledger_movement_day CHECK (posted_on >= '0001-01-01');
ALTER TABLE ledger_period ADD CONSTRAINT ledger_period_days CHECK (starts_on >= '0001-01-01');

-- undo
ALTER TABLE ledger_period DROP CONSTRAINT ledger_period_days;
ALTER TABLE ledger_movement DROP CONSTRAINT ledger_movement_day;
