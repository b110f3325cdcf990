-- Sets of units as multiranges: how many, in which order, the first and the last of them.

CREATE FUNCTION ledger_size(f int8multirange) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE
    WHEN isempty(f) THEN 0
    WHEN f = int8multirange(range_merge(f)) THEN upper(f) - lower(f)
    ELSE (SELECT sum(upper(r) - lower(r))::bigint FROM unnest(f) AS r)
END
$$;

-- The ranges of a set, each with the number of units before it.
CREATE FUNCTION ledger_lay(f int8multirange) RETURNS TABLE (lo bigint, hi bigint, at bigint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT lower(r), upper(r),
       (sum(upper(r) - lower(r)) OVER (ORDER BY r) - (upper(r) - lower(r)))::bigint
FROM unnest(f) AS r
$$;

-- The first n units of a set; all of it if it has fewer.
CREATE FUNCTION ledger_take(f int8multirange, n bigint) RETURNS int8multirange
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE
    WHEN n <= 0 THEN '{}'
    WHEN f @> int8range(lower(f), lower(f) + n) THEN int8multirange(int8range(lower(f), lower(f) + n))
    ELSE coalesce(
        (SELECT range_agg(int8range(lo, least(hi, lo + n - at))) FROM ledger_lay(f) WHERE at < n),
        '{}')
END
$$;

-- The last n units of a set.
CREATE FUNCTION ledger_take_last(f int8multirange, n bigint) RETURNS int8multirange
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT f - ledger_take(f, ledger_size(f) - n)
$$;

-- Fen as people read them, for the parameter of a refusal.
CREATE FUNCTION ledger_yuan(n bigint) RETURNS text
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
