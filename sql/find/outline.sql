SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_find.outline(file_id bigint)
RETURNS TABLE (
    depth integer, line integer, end_line integer, col integer, kind text, name text, arity integer, qualified_name text,
    fragment_id bigint
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
    WITH defined AS MATERIALIZED (
        SELECT coalesce(g.line, d.line) AS first, coalesce(g.end_line, g.line, d.line) AS last, d.*
        FROM exograph.definitions d
        LEFT JOIN exograph.fragments g ON g.id = d.fragment_id
        WHERE d.file_id = $1
    ), spans AS MATERIALIZED (
        SELECT DISTINCT d.first, d.last FROM defined d
    )
    SELECT (SELECT count(*) FROM spans s
            WHERE s.first <= d.first AND s.last >= d.last AND NOT (s.first = d.first AND s.last = d.last))::integer,
           d.first, d.last, d.col, d.kind, d.name, d.arity, d.qualified_name, d.fragment_id
    FROM defined d
    ORDER BY d.first, d.last DESC, d.line, d.col, d.qualified_name, d.kind
$$;

COMMENT ON FUNCTION exograph_find.outline(bigint) IS
'The definitions of a file from its first line to its last, each with how many others it lies in: line to end_line are those of
its fragment, or the line of the definition where it has none; without any line it comes last. No rows of a file that has no
definition, is not there, or is NULL. Cost: the definitions of the file, by index in every partition; for 5,000 of them a second
or so, for each is compared with each.';
