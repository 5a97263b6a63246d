SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_find.references_to(
    name text, package text DEFAULT NULL, version text DEFAULT NULL, ecosystem text DEFAULT NULL, kind text DEFAULT NULL,
    after text DEFAULT NULL, page integer DEFAULT NULL
)
RETURNS TABLE (
    ecosystem text, package text, version text, path text, line integer, col integer, kind text, qualified_name text,
    arity integer, file_id bigint, fragment_id bigint, place text
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT f.ecosystem, f.package, f.version, f.path, r.line, r.col, r.kind, r.qualified_name, r.arity, r.file_id, r.fragment_id,
           ROW(r.qualified_name, r.file_id, coalesce(r.line, -1), coalesce(r.col, -1), r.kind)::exograph_find.place::text
    FROM exograph.symbol_references r
    JOIN exograph_find.placed_files f ON f.file_id = r.file_id
    WHERE (r.qualified_name LIKE exograph_find.name_pattern($1)
           OR exograph_find.name_tail($1) IS NOT NULL
              AND r.qualified_name = ANY (ARRAY(SELECT a FROM exograph_find.defined_names($1) AS a)))
        AND ($2 IS NULL OR f.package = $2)
        AND ($3 IS NULL OR f.version = $3)
        AND ($4 IS NULL OR f.ecosystem = $4)
        AND ($5 IS NULL OR r.kind = $5)
        AND ($6 IS NULL
             OR (r.qualified_name, r.file_id, coalesce(r.line, -1), coalesce(r.col, -1), r.kind)
                > (($6::exograph_find.place).qualified_name, ($6::exograph_find.place).file_id,
                   ($6::exograph_find.place).line, ($6::exograph_find.place).col, ($6::exograph_find.place).kind))
    ORDER BY r.qualified_name, r.file_id, coalesce(r.line, -1), coalesce(r.col, -1), r.kind
    LIMIT exograph_find.at_least_one('page', $7)
$$;

COMMENT ON FUNCTION exograph_find.references_to(text, text, text, text, text, text, integer) IS
'Where a name is referred to. The name is as in definitions, but for one thing: an end of a name (Repo.get, get) is that of a
definition in the index; what no package here defines is referred to by its whole name or a pattern. package, version, ecosystem
and kind are those of the reference, and narrow it down where they are not NULL; a name that is NULL has no reference. By
qualified_name, file_id, line, col, kind; after => place of the last row goes on there, for page rows. Cost: the references to
that name or prefix, and the definitions that end in it, by index in every partition; all of them where the name begins with %,
or is a column of the query around it. Errors: XG008, page is less than 1.';
