CREATE OR REPLACE PROCEDURE exograph.check_accounting(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_different text;
BEGIN
    SELECT string_agg(format('%s: %s staged, but %s inserted + %s existing + %s collapsed + %s rejected', t.table_name, t.staged,
                             t.inserted, t.existing, t.collapsed, t.rejected), '; ' ORDER BY t.position)
    INTO v_different
    FROM exograph.load_tables t
    WHERE t.load_id = check_accounting.load_id AND t.staged <> t.inserted + t.existing + t.collapsed + t.rejected;
    IF v_different IS NOT NULL THEN
        RAISE EXCEPTION 'load %: the accounting does not add up', load_id USING ERRCODE = 'XG009',
            DETAIL = v_different,
            HINT = 'Nothing was changed. This is a defect of the loader: please report it with the detail above.';
    END IF;
END
$$;

ALTER PROCEDURE exograph.check_accounting(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.check_accounting(integer) IS 'Makes sure that every staged row is accounted for. Errors: XG009.';
REVOKE ALL ON PROCEDURE exograph.check_accounting(integer) FROM PUBLIC;
