CREATE OR REPLACE FUNCTION exograph.report_merge(load_id integer, table_name text, inserted bigint, conflicting bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_existing  bigint;
    v_collapsed bigint;
BEGIN
    EXECUTE format('SELECT count(*) FILTER (WHERE NOT m.inserted), count(*) FILTER (WHERE m.inserted) - $1 FROM %I m',
                   'map_' || table_name)
    INTO v_existing, v_collapsed USING inserted;

    UPDATE exograph.load_tables t
    SET inserted = report_merge.inserted, existing = v_existing, collapsed = v_collapsed, conflicting = report_merge.conflicting,
        path = CASE report_merge.inserted WHEN 0 THEN 'empty' ELSE 'merged' END
    WHERE t.load_id = report_merge.load_id AND t.table_name = report_merge.table_name;
END
$$;

ALTER FUNCTION exograph.report_merge(integer, text, bigint, bigint) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.report_merge(integer, text, bigint, bigint) IS
    'Enters the outcome of a dimension into the report; existing and collapsed are counted from its map.';
REVOKE ALL ON FUNCTION exograph.report_merge(integer, text, bigint, bigint) FROM PUBLIC;
