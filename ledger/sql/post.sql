-- Everything that writes: open, hold, post, post_many, take_back. (What closes stands in closing.sql.)
--
-- Locks come in one order, so single calls never deadlock: the turn (ledger_period), then the pools by
-- number. A transaction of several calls holds all it will touch first, by ledger_hold.

-- An empty pool of kind fund or line with the pool of what has gone from it.
CREATE OR REPLACE FUNCTION ledger_open(p_kind text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    opened bigint;
BEGIN
    INSERT INTO ledger_pool (kind, received, spent, free, last) VALUES ('gone', 0, 0, '{}', '{}')
        RETURNING id INTO opened;
    INSERT INTO ledger_pool (kind, gone_id, received, spent, free, last)
        VALUES (p_kind, opened, 0, 0, '{}', '{}') RETURNING id INTO opened;
    RETURN opened;
END
$$;

-- Waits for the turn and locks pools. Posts take their turn beside each other; corrections one after
-- another, since two step-ins in different pools could each take the other's money for its own past;
-- and a closing alone. The lock lasts until commit. What is read after it must be what stands then,
-- hence read committed.
CREATE OR REPLACE FUNCTION ledger_hold(p_pools bigint[], p_correcting boolean DEFAULT false)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'ledger_fault: the ledger is posted to in read committed only';
    END IF;
    IF p_correcting THEN
        LOCK TABLE ledger_period IN SHARE UPDATE EXCLUSIVE MODE;
    ELSE
        LOCK TABLE ledger_period IN ROW SHARE MODE;
    END IF;
    PERFORM FROM ledger_pool WHERE id = ANY (p_pools) ORDER BY id FOR NO KEY UPDATE;
END
$$;

-- One movement, first in, first out. With `p_instead_of`, a movement into the source, the units that
-- came by it go first. The same voucher again: the first movement, if all is the same.
CREATE OR REPLACE FUNCTION ledger_post(
    p_kind text, p_source bigint, p_target bigint, p_amount bigint, p_voucher text, p_on date,
    p_by bigint, p_instead_of bigint DEFAULT NULL
) RETURNS ledger_movement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    SET plan_cache_mode = force_generic_plan SET jit = off AS $$
DECLARE
    posted ledger_movement;
    preferred int8multirange;
    taken int8multirange := '{}';
    start bigint;
BEGIN
    -- what takes back is bounded by what it takes back, which only ledger_take_back looks at
    IF p_kind IN ('withdrawal', 'reversal', 'bounce', 'refund', 'move', 'return', 'correction') THEN
        RAISE EXCEPTION 'ledger_fault: % is not posted', p_kind;
    END IF;
    PERFORM ledger_hold(ARRAY[p_source, p_target]);
    SELECT * INTO posted FROM ledger_movement WHERE voucher = p_voucher;
    IF FOUND THEN
        IF (posted.kind, posted.source_id, posted.target_id, posted.amount, posted.cause_id,
            posted.posted_on, posted.posted_by_id) IS NOT DISTINCT FROM
           (p_kind, p_source, p_target, p_amount, p_instead_of, p_on, p_by) THEN RETURN posted; END IF;
        RAISE EXCEPTION 'voucher_twice: %', p_voucher;
    END IF;
    IF p_source IS NOT NULL THEN
        IF p_instead_of IS NULL THEN
            UPDATE ledger_pool SET spent = spent + p_amount, free = free - ledger_take(free, p_amount),
                                   last = ledger_take(free, p_amount)
             WHERE id = p_source AND received - spent >= p_amount RETURNING last INTO taken;
        ELSE
            SELECT int8multirange(int8range(in_start, in_start + amount)) * free INTO preferred
              FROM ledger_movement c JOIN ledger_pool p ON p.id = c.target_id
             WHERE c.id = p_instead_of AND p.id = p_source;
            preferred := ledger_take(preferred, p_amount);
            UPDATE ledger_pool
               SET spent = spent + p_amount, free = free - preferred - ledger_take(
                       free - preferred, p_amount - ledger_size(preferred)),
                   last = preferred + ledger_take(
                       free - preferred, p_amount - ledger_size(preferred))
             WHERE id = p_source AND received - spent >= p_amount RETURNING last INTO taken;
        END IF;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'not_enough: %',
                (SELECT ledger_yuan(received - spent) FROM ledger_pool WHERE id = p_source);
        END IF;
    END IF;
    UPDATE ledger_pool
       SET received = received + p_amount,
           free = free + int8multirange(int8range(received, received + p_amount))
     WHERE id = p_target RETURNING received - p_amount INTO start;
    WITH m AS (
        INSERT INTO ledger_movement (kind, source_id, target_id, amount, in_start, cause_id, voucher,
                                     posted_on, posted_by_id, posted_at)
        VALUES (p_kind, p_source, p_target, p_amount, start, p_instead_of, p_voucher,
                p_on, p_by, clock_timestamp())
        ON CONFLICT (voucher) DO NOTHING RETURNING *),
    laid AS (
        INSERT INTO ledger_piece (movement_id, pool_id, lo, hi, to_pool_id, to_lo, by_id)
        SELECT m.id, p_source, y.lo, y.hi, p_target, start + y.at, m.id FROM m, ledger_lay(taken) AS y)
    SELECT * INTO posted FROM m;
    IF NOT FOUND THEN RAISE EXCEPTION 'voucher_twice: %', p_voucher; END IF;
    RETURN posted;
END
$$;

-- Many movements between the same two pools, in order, all or none; their numbers in that order.
CREATE OR REPLACE FUNCTION ledger_post_many(
    p_kind text, p_source bigint, p_target bigint, p_amounts bigint[], p_vouchers text[], p_on date[],
    p_by bigint
) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    SET plan_cache_mode = force_generic_plan SET jit = off AS $$
DECLARE
    total bigint := (SELECT sum(x) FROM unnest(p_amounts) AS x);
    taken int8multirange := '{}';
    start bigint;
    posted bigint[];
BEGIN
    IF cardinality(p_amounts) = 0 THEN RETURN '{}'; END IF;
    PERFORM ledger_hold(ARRAY[p_source, p_target]);
    SELECT array_agg(m.id ORDER BY w.place) INTO posted
      FROM unnest(p_amounts, p_vouchers, p_on) WITH ORDINALITY AS w (amount, voucher, day, place)
      JOIN ledger_movement m ON m.voucher = w.voucher
     WHERE (m.kind, m.source_id, m.target_id, m.amount, m.posted_on, m.posted_by_id)
           IS NOT DISTINCT FROM (p_kind, p_source, p_target, w.amount, w.day, p_by)
       AND m.cause_id IS NULL;
    IF cardinality(posted) = cardinality(p_amounts)
       AND (SELECT count(DISTINCT v) FROM unnest(p_vouchers) AS v) = cardinality(p_amounts)
    THEN RETURN posted; END IF;
    IF p_source IS NOT NULL THEN
        UPDATE ledger_pool SET spent = spent + total, free = free - ledger_take(free, total),
                               last = ledger_take(free, total)
         WHERE id = p_source AND received - spent >= total RETURNING last INTO taken;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'not_enough: %',
                (SELECT ledger_yuan(received - spent) FROM ledger_pool WHERE id = p_source);
        END IF;
    END IF;
    UPDATE ledger_pool
       SET received = received + total,
           free = free + int8multirange(int8range(received, received + total))
     WHERE id = p_target RETURNING received - total INTO start;
    WITH w AS (
        SELECT u.*, (sum(amount) OVER (ORDER BY place))::bigint - amount AS at
          FROM unnest(p_amounts, p_vouchers, p_on) WITH ORDINALITY AS u (amount, voucher, day, place)),
    m AS (
        INSERT INTO ledger_movement (kind, source_id, target_id, amount, in_start, voucher,
                                     posted_on, posted_by_id, posted_at)
        SELECT p_kind, p_source, p_target, amount, start + at, voucher, day, p_by, clock_timestamp()
          FROM w ORDER BY place
        ON CONFLICT (voucher) DO NOTHING RETURNING id, in_start, amount),
    laid AS (
        INSERT INTO ledger_piece (movement_id, pool_id, lo, hi, to_pool_id, to_lo, by_id)
        SELECT m.id, p_source, y.lo + greatest(y.at, m.in_start - start) - y.at,
               y.lo + least(y.at + y.hi - y.lo, m.in_start - start + m.amount) - y.at,
               p_target, start + greatest(y.at, m.in_start - start), m.id
          FROM m JOIN ledger_lay(taken) AS y
            ON y.at < m.in_start - start + m.amount AND m.in_start - start < y.at + y.hi - y.lo
         ORDER BY m.in_start, y.at)
    SELECT array_agg(id ORDER BY in_start) INTO posted FROM m;
    IF cardinality(posted) IS DISTINCT FROM cardinality(p_amounts) THEN
        RAISE EXCEPTION 'voucher_twice: %', coalesce(
            (SELECT v FROM unnest(p_vouchers) AS v GROUP BY v HAVING count(*) > 1 LIMIT 1),
            (SELECT voucher FROM ledger_movement WHERE voucher = ANY (p_vouchers)
                AND id <> ALL (coalesce(posted, '{}')) LIMIT 1));
    END IF;
    RETURN posted;
END
$$;

-- The one correction: p_amount units of movement p_cause leave its target pool for p_target. First its
-- own units that lie free there, the latest first; then, if p_substitute, other free units of the same
-- pool step into the place of those in use.
CREATE OR REPLACE FUNCTION ledger_take_back(
    p_kind text, p_cause bigint, p_target bigint, p_amount bigint, p_substitute boolean,
    p_voucher text, p_on date, p_by bigint
) RETURNS ledger_movement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    SET plan_cache_mode = force_generic_plan SET jit = off AS $$
DECLARE
    posted ledger_movement;
    cause ledger_movement;
    free_units int8multirange;
    own int8multirange;                 -- of the cause, free here
    replaced int8multirange := '{}';    -- of the cause, in use
    step_in int8multirange := '{}';     -- free here, of others
    need bigint;
    start bigint;
BEGIN
    IF p_kind NOT IN ('withdrawal', 'reversal', 'bounce', 'refund', 'move', 'return', 'correction')
       OR (p_substitute AND p_kind IN ('withdrawal', 'reversal', 'return')) THEN
        RAISE EXCEPTION 'ledger_fault: % does not take back like that', p_kind;
    END IF;
    SELECT * INTO STRICT cause FROM ledger_movement WHERE id = p_cause;
    PERFORM ledger_hold(ARRAY[cause.target_id, p_target], true);
    SELECT * INTO posted FROM ledger_movement WHERE voucher = p_voucher;
    IF FOUND THEN
        IF (posted.kind, posted.source_id, posted.target_id, posted.amount, posted.cause_id,
            posted.posted_on, posted.posted_by_id) IS NOT DISTINCT FROM
           (p_kind, cause.target_id, p_target, p_amount, p_cause, p_on, p_by) THEN RETURN posted; END IF;
        RAISE EXCEPTION 'voucher_twice: %', p_voucher;
    END IF;
    SELECT free INTO free_units FROM ledger_pool WHERE id = cause.target_id;
    SELECT coalesce(range_agg(int8range(w.lo, w.hi)), '{}') * free_units INTO own
      FROM ledger_fwd(p_cause) AS w WHERE w.pool = cause.target_id;
    need := p_amount - ledger_size(own);
    IF need <= 0 THEN
        own := ledger_take_last(own, p_amount);
    ELSIF NOT p_substitute THEN
        RAISE EXCEPTION 'still_unspent: %', ledger_yuan(ledger_size(own));
    ELSE
        SELECT int8multirange(int8range(cause.in_start, cause.in_start + cause.amount)) - coalesce(
                   range_agg(int8range(cause.in_start + w.ofs + lower(r) - w.lo,
                                       cause.in_start + w.ofs + upper(r) - w.lo)), '{}')
          INTO replaced
          FROM ledger_fwd(p_cause) AS w
          JOIN ledger_pool q ON q.id = w.pool
          CROSS JOIN unnest(int8multirange(int8range(w.lo, w.hi)) * q.free) AS r
         WHERE w.pool = cause.target_id OR w.away IS NOT NULL;
        IF ledger_size(replaced) < need THEN
            RAISE EXCEPTION 'nothing_left: %', ledger_yuan(ledger_size(own) + ledger_size(replaced));
        END IF;
        replaced := ledger_take_last(replaced, need);
        step_in := ledger_take(free_units - own, need);
        IF ledger_size(step_in) < need THEN
            RAISE EXCEPTION 'no_step_in: %', ledger_yuan(need - ledger_size(step_in));
        END IF;
    END IF;
    UPDATE ledger_pool SET spent = spent + p_amount, free = free - own - step_in, last = own + replaced
     WHERE id = cause.target_id;
    UPDATE ledger_pool
       SET received = received + p_amount,
           free = free + int8multirange(int8range(received, received + p_amount))
     WHERE id = p_target RETURNING received - p_amount INTO start;
    WITH m AS (
        INSERT INTO ledger_movement (kind, source_id, target_id, amount, in_start, cause_id, voucher,
                                     posted_on, posted_by_id, posted_at)
        VALUES (p_kind, cause.target_id, p_target, p_amount, start, p_cause, p_voucher,
                p_on, p_by, clock_timestamp())
        ON CONFLICT (voucher) DO NOTHING RETURNING *),
    broken AS (
        UPDATE ledger_piece q SET ended_id = m.id FROM m
         WHERE q.pool_id = cause.target_id AND q.ended_id IS NULL AND int8range(q.lo, q.hi) && replaced
        RETURNING q.*),
    swap AS (      -- which stretch of the replaced units lies opposite which stretch of the stepping in
        SELECT x.lo + greatest(x.at, y.at) - x.at AS lo,
               x.lo + least(x.at + x.hi - x.lo, y.at + y.hi - y.lo) - x.at AS hi,
               y.lo + greatest(x.at, y.at) - y.at AS other_lo
          FROM ledger_lay(replaced) AS x, ledger_lay(step_in) AS y
         WHERE x.at < y.at + y.hi - y.lo AND y.at < x.at + x.hi - x.lo),
    laid AS (
        INSERT INTO ledger_piece (movement_id, pool_id, lo, hi, to_pool_id, to_lo, by_id,
                                  stepped_in_id)
        SELECT e.movement_id, e.pool_id, lower(r), upper(r), e.to_pool_id, e.to_lo + lower(r) - e.lo,
               m.id, e.stepped_in_id
          FROM m, broken e, unnest(int8multirange(int8range(e.lo, e.hi)) - replaced) AS r
        UNION ALL
        SELECT e.movement_id, e.pool_id, s.other_lo + cut.lo - s.lo, s.other_lo + cut.hi - s.lo,
               e.to_pool_id, e.to_lo + cut.lo - e.lo, m.id, m.id
          FROM m, broken e, swap s,
               LATERAL (SELECT greatest(e.lo, s.lo) AS lo, least(e.hi, s.hi) AS hi) AS cut
         WHERE cut.lo < cut.hi
        UNION ALL  -- once the broken pieces have all been ended
        SELECT m.id, cause.target_id, y.lo, y.hi, p_target, start + y.at, m.id, NULL
          FROM m, (SELECT count(*) FROM broken) AS after_all, ledger_lay(own + replaced) AS y)
    SELECT * INTO posted FROM m;
    IF NOT FOUND THEN RAISE EXCEPTION 'voucher_twice: %', p_voucher; END IF;
    RETURN posted;
END
$$;

REVOKE EXECUTE ON FUNCTION ledger_open, ledger_hold, ledger_post, ledger_post_many, ledger_take_back
    FROM PUBLIC;

-- undo
DROP FUNCTION ledger_take_back;
DROP FUNCTION ledger_post_many;
DROP FUNCTION ledger_post;
DROP FUNCTION ledger_hold;
DROP FUNCTION ledger_open;
