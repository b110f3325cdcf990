-- Sets of units as multiranges: how many, in which order, the first and the last of them.
--
-- Those that are no plain expression are in PL/pgSQL: a session plans them once, where SQL would be
-- planned again in each statement, also by the checks of a pool's row.

CREATE OR REPLACE FUNCTION ledger_size(f int8multirange) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF isempty(f) THEN
        RETURN 0;
    ELSIF f = int8multirange(range_merge(f)) THEN
        RETURN upper(f) - lower(f);
    END IF;
    RETURN (SELECT sum(upper(r) - lower(r)) FROM unnest(f) AS r);
END
$$;

-- The ranges of a set, each with the number of units before it.
CREATE OR REPLACE FUNCTION ledger_lay(f int8multirange) RETURNS TABLE (lo bigint, hi bigint, at bigint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT lower(r), upper(r),
       (sum(upper(r) - lower(r)) OVER (ORDER BY r) - (upper(r) - lower(r)))::bigint
FROM unnest(f) AS r
$$;

-- The first n units of a set; all of it if it has fewer.
CREATE OR REPLACE FUNCTION ledger_take(f int8multirange, n bigint) RETURNS int8multirange
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF n <= 0 OR isempty(f) THEN
        RETURN '{}';
    ELSIF f @> int8range(lower(f), lower(f) + n) THEN
        RETURN int8multirange(int8range(lower(f), lower(f) + n));
    END IF;
    RETURN (SELECT range_agg(int8range(lo, least(hi, lo + n - at))) FROM ledger_lay(f) WHERE at < n);
END
$$;

-- The last n units of a set.
CREATE OR REPLACE FUNCTION ledger_take_last(f int8multirange, n bigint) RETURNS int8multirange
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT f - ledger_take(f, ledger_size(f) - n)
$$;

-- Fen as people read them, for the parameter of a refusal.
CREATE OR REPLACE FUNCTION ledger_yuan(n bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT to_char(n / 100.0, 'FM999,999,999,999,990.00')
$$;

REVOKE EXECUTE ON FUNCTION ledger_size, ledger_lay, ledger_take, ledger_take_last, ledger_yuan FROM PUBLIC;

-- undo
DROP FUNCTION ledger_yuan;
DROP FUNCTION ledger_take_last;
DROP FUNCTION ledger_take;
DROP FUNCTION ledger_lay;
DROP FUNCTION ledger_size;
