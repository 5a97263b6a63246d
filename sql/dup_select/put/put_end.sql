CREATE OR REPLACE PROCEDURE dup_select.put_end(plan jsonb)
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('DROP TABLE pg_temp.%I', plan #>> '{made,work}');
END
$$;

ALTER PROCEDURE dup_select.put_end(jsonb) OWNER TO exograph_owner;
COMMENT ON PROCEDURE dup_select.put_end(jsonb) IS
    'Drops the work table of put_table.';
REVOKE ALL ON PROCEDURE dup_select.put_end(jsonb) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE dup_select.put_end(jsonb) TO PUBLIC;
