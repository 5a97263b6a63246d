-- Planned once: planning takes five times as long as running.
CREATE OR REPLACE FUNCTION dup_select.index_keys(index regclass)
RETURNS TABLE (
    part integer, table_name text, column_name text, cast_to text, collation_name text, operator_name text, opclass_name text)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN QUERY
    SELECT x.attnum::integer,
           (SELECT t.relname::text FROM pg_class t WHERE t.oid = i.indrelid),
           (SELECT a.attname::text FROM pg_attribute a
            WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[x.attnum - 1] AND a.attnum > 0),
           coalesce((SELECT format('::%I.%I', n.nspname, t.typname) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
                     WHERE t.oid = c.opcintype AND t.oid <> x.atttypid AND t.typtype <> 'p'), ''),
           coalesce((SELECT format(' COLLATE %I.%I', n.nspname, l.collname)
                     FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
                     WHERE l.oid = i.indcollation[x.attnum - 1]), ''),
           (SELECT format('OPERATOR(%I.%s)', n.nspname, e.oprname)
            FROM pg_amop o JOIN pg_operator e ON e.oid = o.amopopr JOIN pg_namespace n ON n.oid = e.oprnamespace
            WHERE o.amopfamily = c.opcfamily AND o.amoplefttype = c.opcintype AND o.amoprighttype = c.opcintype
                AND o.amopstrategy = 3), -- equality, of a B-tree
           (SELECT format('%I.%I', n.nspname, c.opcname) FROM pg_namespace n WHERE n.oid = c.opcnamespace)
    FROM pg_index i
    JOIN pg_attribute x ON x.attrelid = i.indexrelid AND x.attnum <= i.indnkeyatts
    JOIN pg_opclass c ON c.oid = i.indclass[x.attnum - 1]
    WHERE i.indexrelid = index
    ORDER BY x.attnum;
END
$$;

ALTER FUNCTION dup_select.index_keys(regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.index_keys(regclass) IS
    'The parts of a unique index''s key: the table, the column (NULL: an expression), and as SQL text the cast to what the '
    'operator class compares (where needed), the collation (where there is one), the equality operator, the operator class.';
REVOKE ALL ON FUNCTION dup_select.index_keys(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.index_keys(regclass) TO PUBLIC;
