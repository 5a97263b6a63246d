-- Row triggers of a partitioned table are cloned to its partitions; a partition may have more of them.
CREATE OR REPLACE FUNCTION dup_select.has_before_trigger(target regclass, reported_index regclass) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT EXISTS (
            SELECT
            FROM pg_trigger t
            WHERE t.tgrelid IN (target, (SELECT i.indrelid FROM pg_index i WHERE i.indexrelid = reported_index))
                AND t.tgtype & 7 = 7 -- ROW, BEFORE, INSERT
                AND t.tgenabled <> 'D' AND NOT t.tgisinternal));
END
$$;

ALTER FUNCTION dup_select.has_before_trigger(regclass, regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.has_before_trigger(regclass, regclass) IS
    'Whether a BEFORE INSERT trigger of a table, or of the table of the index, may give a row another key than it came '
    'with.';
REVOKE ALL ON FUNCTION dup_select.has_before_trigger(regclass, regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.has_before_trigger(regclass, regclass) TO PUBLIC;
