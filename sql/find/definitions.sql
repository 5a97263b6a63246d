SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_find.definitions(
    name text, package text DEFAULT NULL, version text DEFAULT NULL, ecosystem text DEFAULT NULL, kind text DEFAULT NULL,
    after text DEFAULT NULL, page integer DEFAULT NULL
)
RETURNS TABLE (
    ecosystem text, package text, version text, path text, line integer, col integer, kind text, qualified_name text,
    arity integer, file_id bigint, fragment_id bigint, place text
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT f.ecosystem, f.package, f.version, f.path, d.line, d.col, d.kind, d.qualified_name, d.arity, d.file_id, d.fragment_id,
           ROW(d.qualified_name, d.file_id, coalesce(d.line, -1), coalesce(d.col, -1), d.kind)::exograph_find.place::text
    FROM exograph.definitions d
    JOIN exograph_find.placed_files f ON f.file_id = d.file_id
    WHERE (d.qualified_name LIKE exograph_find.name_pattern($1)
           OR d.name LIKE exograph_find.name_tail($1) AND d.qualified_name LIKE ANY (exograph_find.name_endings($1))
              AND (exograph_find.name_arity($1) IS NULL OR d.arity = exograph_find.name_arity($1)))
        AND ($2 IS NULL OR f.package = $2)
        AND ($3 IS NULL OR f.version = $3)
        AND ($4 IS NULL OR f.ecosystem = $4)
        AND ($5 IS NULL OR d.kind = $5)
        AND ($6 IS NULL
             OR (d.qualified_name, d.file_id, coalesce(d.line, -1), coalesce(d.col, -1), d.kind)
                > (($6::exograph_find.place).qualified_name, ($6::exograph_find.place).file_id,
                   ($6::exograph_find.place).line, ($6::exograph_find.place).col, ($6::exograph_find.place).kind))
    ORDER BY d.qualified_name, d.file_id, coalesce(d.line, -1), coalesce(d.col, -1), d.kind
    LIMIT exograph_find.at_least_one('page', $7)
$$;

COMMENT ON FUNCTION exograph_find.definitions(text, text, text, text, text, text, integer) IS
'Where a name is defined. A name without % is a qualified name (Ecto.Repo.get/2) or the end of one, in whole parts and with or
without its arity (Repo.get, get, get/2). With % it is a pattern of whole qualified names (Ecto.Repo.%), or, without a dot, of
last parts too (ge%); % is any text, %% is %, all else is itself, _ too. package, version, ecosystem and kind narrow it down
where they are not NULL; a name that is NULL has no definition. By qualified_name, file_id, line, col, kind; after => place of
the last row goes on there, for page rows. Cost: the definitions of that name or prefix, by index in every partition; all of
them where the name begins with %, or is a column of the query around it. Errors: XG008, page is less than 1.';
