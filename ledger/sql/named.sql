-- A movement is named by a record that was decided on, when its transaction commits.
--
-- Which records name a kind stands in ledger_naming, written by migrations of the floors above
-- (ledger.sql.named). The check is made from that table as plain queries, so that a session plans each
-- once, and of each the key alone: a gift in a million costs a look into one index. A kind that no
-- record names is posted by nobody but the owner of the ledger.

CREATE OR REPLACE FUNCTION ledger_write_named() RETURNS void LANGUAGE plpgsql AS $make$
DECLARE
    kinds text;
BEGIN
    SELECT string_agg(format(E'    WHEN %L THEN is_named := %s;\n', kind, look_up), '' ORDER BY kind)
      INTO kinds
      FROM (
        SELECT kind, string_agg(format(
                   'coalesce((SELECT status FROM public.%I WHERE movement_id = NEW.id) = ANY (%L), false)',
                   table_name, statuses), ' OR ' ORDER BY table_name) AS look_up
          FROM ledger_naming GROUP BY kind) AS naming;
    EXECUTE format($check$
CREATE OR REPLACE FUNCTION ledger_check_named() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp SET enable_seqscan = off AS $body$
DECLARE
    is_named boolean;
BEGIN
    CASE NEW.kind
    WHEN '' THEN is_named := false;
%s    ELSE
        SELECT pg_has_role(session_user, relowner, 'USAGE') INTO is_named
          FROM pg_class WHERE oid = TG_RELID;
    END CASE;
    IF NOT is_named THEN RAISE EXCEPTION 'not_named: %%', NEW.voucher; END IF;
    RETURN NULL;
END
$body$;$check$, kinds);
END
$make$;

SELECT ledger_write_named();
REVOKE EXECUTE ON FUNCTION ledger_write_named, ledger_check_named FROM PUBLIC;
CREATE CONSTRAINT TRIGGER named AFTER INSERT ON ledger_movement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_named();

-- undo
DROP TRIGGER named ON ledger_movement;
DROP FUNCTION ledger_check_named;
DROP FUNCTION ledger_write_named;
