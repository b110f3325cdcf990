-- A period is closed by the decision on its closing and, by hand, by the owner alone: ledger_close has
-- no other rights than whoever calls it, and the trigger of the record has the owner's.

CREATE OR REPLACE FUNCTION ledger_close(p_starts_on date, p_ends_on date, p_by bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    closed bigint;
BEGIN
    LOCK TABLE ledger_period IN EXCLUSIVE MODE;
    IF p_ends_on >= ledger_today() THEN RAISE EXCEPTION 'period_not_over: %', p_ends_on; END IF;
    IF EXISTS (SELECT FROM ledger_period WHERE daterange(starts_on, ends_on, '[]')
                                            && daterange(p_starts_on, p_ends_on, '[]'))
    THEN RAISE EXCEPTION 'period_twice: %', p_starts_on; END IF;
    INSERT INTO ledger_period (starts_on, ends_on, closed_at, closed_by_id)
        VALUES (p_starts_on, p_ends_on, clock_timestamp(), p_by) RETURNING id INTO closed;
    RETURN closed;
END
$$;

-- The record's guard has seen to it that its newest decision closes it.
CREATE OR REPLACE FUNCTION ledger_close_decided() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM ledger_close(NEW.starts_on, NEW.ends_on, (
        SELECT decided_by_id FROM core_decision
         WHERE workflow = 'period_closing' AND record_id = NEW.id ORDER BY id DESC LIMIT 1));
    RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION ledger_close, ledger_close_decided FROM PUBLIC;
CREATE TRIGGER close_decided AFTER UPDATE ON ledger_periodclosing
    FOR EACH ROW WHEN (NEW.status = 'closed' AND OLD.status <> 'closed')
    EXECUTE FUNCTION ledger_close_decided();

-- undo
DROP TRIGGER close_decided ON ledger_periodclosing;
DROP FUNCTION ledger_close_decided;
ALTER FUNCTION ledger_close SECURITY DEFINER;
