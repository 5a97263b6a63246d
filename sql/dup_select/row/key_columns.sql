-- pg_depend names the columns of expressions, but for an index also those of its predicate and those that it only includes: the
-- duplicate is not looked for by these.
CREATE OR REPLACE FUNCTION dup_select.key_columns(index regclass)
RETURNS TABLE (column_name text, generated boolean, numbered boolean)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN QUERY
    WITH named AS (
        SELECT a.attrelid, a.attnum, a.attgenerated
        FROM pg_index i
        JOIN pg_attribute a ON a.attrelid = i.indrelid
        WHERE i.indexrelid = index
            AND (a.attnum = ANY ((i.indkey::smallint[])[0 : i.indnkeyatts - 1])
                OR a.attnum = ANY (dup_select.plan_expression_columns(i.indexprs::text)))
    ), all_named AS (
        SELECT attrelid, attnum FROM named
        UNION
        SELECT g.attrelid, d.refobjsubid
        FROM named g
        JOIN pg_attrdef e ON e.adrelid = g.attrelid AND e.adnum = g.attnum
        JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = e.oid
            AND d.refclassid = 'pg_class'::regclass AND d.refobjid = g.attrelid
        WHERE g.attgenerated <> ''
    )
    SELECT a.attname::text, a.attgenerated <> '',
           a.attidentity <> '' OR EXISTS (
               SELECT
               FROM pg_attrdef e
               JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = e.oid AND d.refclassid = 'pg_class'::regclass
               JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S'
               WHERE e.adrelid = a.attrelid AND e.adnum = a.attnum)
    FROM all_named n
    JOIN pg_attribute a ON a.attrelid = n.attrelid AND a.attnum = n.attnum
    WHERE a.attnum > 0;
END
$$;

ALTER FUNCTION dup_select.key_columns(regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.key_columns(regclass) IS
    'The columns that decide the key of a unique index, with those that its generated columns are computed from, each with '
    'whether it is generated, and whether it is filled from a sequence where no value is given.';
REVOKE ALL ON FUNCTION dup_select.key_columns(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.key_columns(regclass) TO PUBLIC;
