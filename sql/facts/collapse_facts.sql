CREATE OR REPLACE FUNCTION exograph.collapse_facts(load_id integer, table_name text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_identity  text;
    v_rest      text;
    v_collapsed bigint;
    v_conflicts bigint;
BEGIN
    SELECT string_agg(format('%I', c.column_name), ', ') FILTER (WHERE c.identity),
           concat_ws(', ', string_agg(format('%I', c.column_name), ', ') FILTER (WHERE NOT c.identity), 'load_id')
    INTO v_identity, v_rest
    FROM exograph.staging_columns c
    WHERE c.table_name = collapse_facts.table_name;

    EXECUTE format(
        'CREATE UNLOGGED TABLE losing AS
         SELECT ranked.ctid AS row, ranked.differs
         FROM (SELECT ctid, row_number() OVER w AS position, ROW(%2$s) IS DISTINCT FROM first_value(ROW(%2$s)) OVER w AS differs
               FROM %1$I
               WINDOW w AS (PARTITION BY %3$s ORDER BY %2$s)) ranked
         WHERE ranked.position > 1',
        'new_' || table_name, v_rest, v_identity);
    EXECUTE format('DELETE FROM %I n USING losing WHERE n.ctid = losing.row', 'new_' || table_name);
    GET DIAGNOSTICS v_collapsed = ROW_COUNT;
    v_conflicts := (SELECT count(*) FILTER (WHERE differs) FROM losing);
    DROP TABLE losing;

    UPDATE exograph.load_tables t SET conflicting = v_conflicts
    WHERE t.load_id = collapse_facts.load_id AND t.table_name = collapse_facts.table_name;
    RETURN v_collapsed;
END
$$;

ALTER FUNCTION exograph.collapse_facts(integer, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.collapse_facts(integer, text) IS
    'Deletes from new_<table> all but the lowest of the facts of equal identity, and returns how many went.';
REVOKE ALL ON FUNCTION exograph.collapse_facts(integer, text) FROM PUBLIC;
