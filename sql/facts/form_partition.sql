-- What ATTACH PARTITION demands of a table, in one ALTER, so that it is scanned once, or not at all where it has all of it.
CREATE OR REPLACE PROCEDURE exograph.form_partition(load_id integer, table_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_parent   regclass := format('exograph.%I', table_name)::regclass;
    v_grantees text;
    v_forms    text[];
BEGIN
    EXECUTE format('ALTER TABLE %I RENAME TO %I', 'staged_' || table_name, 'new_' || table_name);
    -- Whoever has rights: the loader, unless its role is gone, and whom an administrator let look at the staging.
    SELECT string_agg(DISTINCT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, ', ') INTO v_grantees
    FROM (
        SELECT c.relacl AS acl, c.relowner AS owner
        FROM pg_class c
        WHERE c.oid = ('new_' || table_name)::regclass
        UNION ALL
        SELECT a.attacl, c.relowner
        FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.oid = ('new_' || table_name)::regclass
    ) r, aclexplode(r.acl) g
    WHERE g.grantee <> r.owner;
    IF v_grantees IS NOT NULL THEN
        EXECUTE format('REVOKE ALL ON %I FROM %s', 'new_' || table_name, v_grantees);
    END IF;
    SELECT array_agg(f.form) INTO v_forms
    FROM (
        SELECT format('ALTER COLUMN %I SET NOT NULL', a.attname) AS form
        FROM pg_attribute a
        WHERE a.attrelid = v_parent AND a.attnum > 0 AND a.attnotnull
        UNION ALL
        SELECT format('ALTER COLUMN %I SET DEFAULT %s', a.attname, pg_get_expr(d.adbin, d.adrelid))
        FROM pg_attribute a
        JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = v_parent AND a.attname <> 'load_id'
        UNION ALL
        SELECT format('ADD CONSTRAINT %I %s', c.conname, pg_get_constraintdef(c.oid))
        FROM pg_constraint c
        WHERE c.conrelid = v_parent AND c.contype = 'c'
        UNION ALL
        SELECT format('ADD CONSTRAINT load_id_is_this_load CHECK (load_id = %s)', form_partition.load_id)
        WHERE NOT EXISTS (SELECT FROM pg_constraint c
                          WHERE c.conrelid = ('new_' || form_partition.table_name)::regclass
                              AND c.conname = 'load_id_is_this_load')
    ) f;
    EXECUTE format('ALTER TABLE %I %s, REPLICA IDENTITY FULL, RESET (autovacuum_enabled)',
                   'new_' || table_name, array_to_string(v_forms, ', '));
END
$$;

ALTER PROCEDURE exograph.form_partition(integer, text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.form_partition(integer, text) IS
    'Makes staged_<table>, whose rows are final, new_<table>: with the constraints and defaults of the fact table, and out of '
    'everybody''s reach.';
REVOKE ALL ON PROCEDURE exograph.form_partition(integer, text) FROM PUBLIC;
