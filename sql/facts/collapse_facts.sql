CREATE OR REPLACE FUNCTION exograph.collapse_facts(load_id integer, table_name text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_match     record := exograph.match_facts(table_name);
    v_collapsed bigint;
    v_conflicts bigint;
BEGIN
    EXECUTE format(
        'CREATE UNLOGGED TABLE losing AS
         SELECT ranked.ctid AS row, ranked.differs
         FROM (SELECT ctid, row_number() OVER w AS position, ROW(%2$s) IS DISTINCT FROM first_value(ROW(%2$s)) OVER w AS differs
               FROM %1$I
               WINDOW w AS (PARTITION BY %3$s ORDER BY %2$s)) ranked
         WHERE ranked.position > 1',
        'new_' || table_name, concat_ws(', ', v_match.payload, 'load_id'), v_match.identity);
    EXECUTE format('DELETE FROM %I n USING losing WHERE n.ctid = losing.row', 'new_' || table_name);
    GET DIAGNOSTICS v_collapsed = ROW_COUNT;
    v_conflicts := (SELECT count(*) FILTER (WHERE differs) FROM losing);
    DROP TABLE losing;

    UPDATE exograph.load_tables t SET conflicting = t.conflicting + v_conflicts
    WHERE t.load_id = collapse_facts.load_id AND t.table_name = collapse_facts.table_name;
    RETURN v_collapsed;
END
$$;

ALTER FUNCTION exograph.collapse_facts(integer, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.collapse_facts(integer, text) IS
    'Deletes from new_<table> all but the lowest of the facts of equal identity, and returns how many went.';
REVOKE ALL ON FUNCTION exograph.collapse_facts(integer, text) FROM PUBLIC;
