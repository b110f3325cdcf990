-- What the rows may hold, whoever writes them. The functions keep these rules; nobody gets round them.

ALTER TABLE ledger_pool
    ADD CONSTRAINT ledger_pool_kind CHECK (kind IN ('fund', 'line', 'gone')),
    ADD CONSTRAINT ledger_pool_has_its_gone CHECK ((kind = 'gone') = (gone_id IS NULL)),
    ADD CONSTRAINT ledger_pool_no_overdraft CHECK (spent BETWEEN 0 AND received),
    ADD CONSTRAINT ledger_pool_free_is_what_is_left CHECK (ledger_size(free) = received - spent),
    ADD CONSTRAINT ledger_pool_free_was_received CHECK (free <@ int8range(0, received));

ALTER TABLE ledger_movement
    ADD CONSTRAINT ledger_movement_amount CHECK (amount > 0 AND in_start >= 0),
    ADD CONSTRAINT ledger_movement_goes_somewhere CHECK (source_id <> target_id),
    ADD CONSTRAINT ledger_movement_has_a_voucher CHECK (voucher <> ''),
    ADD CONSTRAINT ledger_movement_kind CHECK (CASE
        WHEN kind IN ('gift', 'bound_gift', 'appropriation') THEN source_id IS NULL AND cause_id IS NULL
        WHEN kind IN ('allocation', 'payment', 'surplus') THEN source_id IS NOT NULL
        WHEN kind IN ('withdrawal', 'reversal', 'bounce', 'refund', 'move', 'return', 'correction')
            THEN source_id IS NOT NULL AND cause_id IS NOT NULL
        ELSE false
    END);

-- No unit goes to two places, no unit comes from two places.
ALTER TABLE ledger_piece
    ADD CONSTRAINT ledger_piece_not_empty CHECK (lo < hi),
    ADD CONSTRAINT ledger_piece_out_once EXCLUDE USING gist
        (pool_id WITH =, int8range(lo, hi) WITH &&) WHERE (ended_id IS NULL),
    ADD CONSTRAINT ledger_piece_in_once EXCLUDE USING gist
        (to_pool_id WITH =, int8range(to_lo, to_lo + hi - lo) WITH &&) WHERE (ended_id IS NULL);

-- The ways of the trace: out of a pool, into a pool, the pieces of a movement.
CREATE INDEX ledger_piece_out ON ledger_piece (pool_id, lo)
    INCLUDE (hi, to_pool_id, to_lo, movement_id) WHERE ended_id IS NULL;
CREATE INDEX ledger_piece_in ON ledger_piece (to_pool_id, to_lo)
    INCLUDE (lo, hi, pool_id, movement_id) WHERE ended_id IS NULL;

ALTER TABLE ledger_period
    ADD CONSTRAINT ledger_period_days_in_order CHECK (starts_on <= ends_on),
    ADD CONSTRAINT ledger_period_once EXCLUDE USING gist (daterange(starts_on, ends_on, '[]') WITH &&);

-- Rows are added and never changed; only `ended` of a piece is written once.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_movement
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_period
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER no_delete BEFORE DELETE ON ledger_piece
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ended_once BEFORE UPDATE ON ledger_piece
    FOR EACH ROW WHEN (
        OLD.ended_id IS NOT NULL OR NEW.ended_id IS NULL
        OR (OLD.id, OLD.movement_id, OLD.pool_id, OLD.lo, OLD.hi, OLD.to_pool_id, OLD.to_lo, OLD.by_id,
            OLD.stepped_in_id)
           IS DISTINCT FROM
           (NEW.id, NEW.movement_id, NEW.pool_id, NEW.lo, NEW.hi, NEW.to_pool_id, NEW.to_lo, NEW.by_id,
            NEW.stepped_in_id))
    EXECUTE FUNCTION ledger_refuse();

-- A pool begins empty; what it received and spent only grows, and a spent unit is never free again.
CREATE TRIGGER begins_empty BEFORE INSERT ON ledger_pool
    FOR EACH ROW WHEN (NEW.received <> 0) EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER only_grows BEFORE UPDATE ON ledger_pool
    FOR EACH ROW WHEN (
        (OLD.id, OLD.kind, OLD.gone_id) IS DISTINCT FROM (NEW.id, NEW.kind, NEW.gone_id)
        OR NEW.received < OLD.received OR NEW.spent < OLD.spent
        OR NOT NEW.free <@ (OLD.free + int8multirange(
               int8range(OLD.received, greatest(OLD.received, NEW.received)))))
    EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER no_delete BEFORE DELETE ON ledger_pool
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ledger_pool EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ledger_movement EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ledger_piece EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ledger_period EXECUTE FUNCTION ledger_refuse();

-- The rules between rows, at the end of a statement or of a transaction.
CREATE TRIGGER check_movements AFTER INSERT ON ledger_movement
    REFERENCING NEW TABLE AS laid FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_movements();
CREATE TRIGGER check_laid AFTER INSERT ON ledger_piece
    REFERENCING NEW TABLE AS laid FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_pieces();
CREATE TRIGGER check_ended AFTER UPDATE ON ledger_piece
    REFERENCING NEW TABLE AS laid FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_pieces();
CREATE CONSTRAINT TRIGGER check_pool AFTER UPDATE ON ledger_pool
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_pool();

-- undo
DROP TRIGGER check_pool ON ledger_pool;
DROP TRIGGER check_ended ON ledger_piece;
DROP TRIGGER check_laid ON ledger_piece;
DROP TRIGGER check_movements ON ledger_movement;
DROP TRIGGER no_truncate ON ledger_pool;
DROP TRIGGER no_truncate ON ledger_movement;
DROP TRIGGER no_truncate ON ledger_piece;
DROP TRIGGER no_truncate ON ledger_period;
DROP TRIGGER no_delete ON ledger_pool;
DROP TRIGGER only_grows ON ledger_pool;
DROP TRIGGER begins_empty ON ledger_pool;
DROP TRIGGER ended_once ON ledger_piece;
DROP TRIGGER no_delete ON ledger_piece;
DROP TRIGGER append_only ON ledger_period;
DROP TRIGGER append_only ON ledger_movement;
ALTER TABLE ledger_period DROP CONSTRAINT ledger_period_days_in_order, DROP CONSTRAINT ledger_period_once;
DROP INDEX ledger_piece_in;
DROP INDEX ledger_piece_out;
ALTER TABLE ledger_piece
    DROP CONSTRAINT ledger_piece_not_empty,
    DROP CONSTRAINT ledger_piece_out_once,
    DROP CONSTRAINT ledger_piece_in_once;
ALTER TABLE ledger_movement
    DROP CONSTRAINT ledger_movement_amount,
    DROP CONSTRAINT ledger_movement_goes_somewhere,
    DROP CONSTRAINT ledger_movement_has_a_voucher,
    DROP CONSTRAINT ledger_movement_kind;
ALTER TABLE ledger_pool
    DROP CONSTRAINT ledger_pool_kind,
    DROP CONSTRAINT ledger_pool_has_its_gone,
    DROP CONSTRAINT ledger_pool_no_overdraft,
    DROP CONSTRAINT ledger_pool_free_is_what_is_left,
    DROP CONSTRAINT ledger_pool_free_was_received;
