-- A default is volatile where a function in it is: nextval, gen_random_uuid. pg_depend does not record built-in functions, the
-- stored tree names them. A column without a default has that of its domain. pg_get_expr leaves out implicit casts: of a default
-- 1.005 the column gets 1.01 where it is numeric(5,2), so it must be looked up as that. base_type has modifier -1 and not NULL,
-- with which bpchar would be called character, which is character(1).
CREATE OR REPLACE FUNCTION dup_select.plan_table_columns(relation oid) RETURNS TABLE (
    attnum integer, column_name text, type text, base_type text, collation_id oid, required boolean,
    generated text, generated_from integer[], fallback text, volatile_fallback text, always boolean, unfit boolean,
    composite boolean, stored_as text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT a.attnum, a.attname, c.type, format_type(coalesce(b.type, a.atttypid), -1), a.attcollation,
           dup_select.plan_is_not_null(a),
           CASE WHEN a.attgenerated <> '' THEN d.text END,
           CASE WHEN a.attgenerated <> '' THEN dup_select.plan_expression_columns(d.tree) END,
           CASE WHEN a.attgenerated = '' AND NOT d.volatile THEN d.text END,
           CASE
               WHEN a.attidentity <> '' THEN
                   format('pg_catalog.nextval(%L)', pg_get_serial_sequence(relation::regclass::text, a.attname))
               WHEN a.attgenerated = '' AND d.volatile THEN d.text
           END,
           a.attidentity = 'a', coalesce(b.unfit, false), dup_select.plan_is_composite(a.atttypid),
           CASE WHEN d.cast_silently THEN c.type END
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN LATERAL dup_select.plan_base_type(t.oid) AS b ON t.typtype = 'd'
    CROSS JOIN LATERAL (
        SELECT CASE WHEN b.unfit THEN format_type(b.type, b.modifier) ELSE format_type(a.atttypid, a.atttypmod) END AS type
    ) AS c
    LEFT JOIN pg_attrdef x ON x.adrelid = a.attrelid AND x.adnum = a.attnum
    LEFT JOIN LATERAL (
        SELECT dup_select.plan_qualified(pg_get_expr(s.tree, a.attrelid)) AS text, s.tree::text AS tree,
               s.tree::text ~ ':(func|relabel|coerce|coercion)format 2' AS cast_silently,
               EXISTS (SELECT FROM regexp_matches(s.tree::text, ':(?:funcid|opfuncid) ([0-9]+)', 'g') AS f (match)
                       JOIN pg_proc p ON p.oid = f.match[1]::oid AND p.provolatile = 'v') AS volatile
        FROM coalesce(x.adbin, t.typdefaultbin) AS s (tree)
        WHERE s.tree IS NOT NULL
    ) AS d ON true
    WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
$$;

ALTER FUNCTION dup_select.plan_table_columns(oid) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_table_columns(oid) IS
    'Columns of a table as the toolkit sees them: what fills them, and from what; NULL where nothing does. Where a domain is '
    'unfit (plan_base_type), type is that below it; base_type is below any domain and has no modifier. '
    'stored_as: the type that the text of a default, or of a generated column, has yet to be cast to before it is looked up.';
REVOKE ALL ON FUNCTION dup_select.plan_table_columns(oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_table_columns(oid) TO PUBLIC;
