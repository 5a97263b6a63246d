SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- A line is looked for where the whole text matches, which the optional indexes of trigrams tell.
CREATE OR REPLACE FUNCTION exograph_find.text(
    pattern text, sources boolean DEFAULT true, comments boolean DEFAULT false, ignore_case boolean DEFAULT false,
    package text DEFAULT NULL, version text DEFAULT NULL, ecosystem text DEFAULT NULL, after text DEFAULT NULL,
    page integer DEFAULT NULL
)
RETURNS TABLE (
    ecosystem text, package text, version text, path text, line integer, col integer, found_in text, match text, text text,
    file_id bigint, hit text
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
    WITH scope AS NOT MATERIALIZED (
        SELECT f.*
        FROM exograph_find.placed_files f
        WHERE ($5 IS NULL OR f.package = $5)
            AND ($6 IS NULL OR f.version = $6)
            AND ($7 IS NULL OR f.ecosystem = $7)
    )
    SELECT h.ecosystem, h.package, h.version, h.path, h.line, pg_catalog.regexp_instr(h.text, exograph_find.line_pattern($1, $4)),
           (h.hit).found_in, pg_catalog.regexp_substr(h.text, exograph_find.line_pattern($1, $4)),
           pg_catalog.rtrim(h.text, E'\r'), h.file_id, h.hit::text
    FROM (
        SELECT f.*, l.line::integer AS line, l.text, ROW(f.file_id, l.line, -1, 'source', '', l.line)::exograph_find.hit AS hit
        FROM scope f
        JOIN exograph.files s ON s.id = f.file_id
        CROSS JOIN LATERAL pg_catalog.string_to_table(s.source, E'\n') WITH ORDINALITY AS l (text, line)
        WHERE $2 AND s.source ~ exograph_find.line_pattern($1, $4) AND l.text ~ exograph_find.line_pattern($1, $4)
        UNION ALL
        SELECT f.*, (c.line + l.line - 1)::integer, l.text,
               ROW(f.file_id, coalesce(c.line + l.line - 1, -1), coalesce(c.col, -1), 'comment', exograph.text_digest(c.text),
                   l.line)::exograph_find.hit
        FROM scope f
        JOIN exograph.comments c ON c.file_id = f.file_id
        CROSS JOIN LATERAL pg_catalog.string_to_table(c.text, E'\n') WITH ORDINALITY AS l (text, line)
        WHERE $3 AND c.text ~ exograph_find.line_pattern($1, $4) AND l.text ~ exograph_find.line_pattern($1, $4)
    ) h
    WHERE $8 IS NULL OR h.hit OPERATOR(pg_catalog.>) (SELECT $8::exograph_find.hit)
    ORDER BY h.hit
    LIMIT exograph_find.at_least_one('page', $9)
$$;

COMMENT ON FUNCTION exograph_find.text(text, boolean, boolean, boolean, text, text, text, text, integer) IS
'The lines of sources, of comments, or of both that match a regular expression of PostgreSQL (word, \mget\M, ^def .*_test), each
with its number in the file, where in it the first match begins, and that match. A line ends at a line feed, and what is before
it, a carriage return too, belongs to it: ;\r?$ finds the end of a line in any file. An expression that asks for a line feed
finds nothing, nor does one that asks for the end of a text (\Z) but on its last line. package, version and ecosystem narrow it
down where they are not NULL; a pattern that is NULL is found nowhere. By file, line, then source before comment; after => hit
of the last row goes on there, for page rows. Cost: with the indexes of exograph.add_text_indexes the texts that share the
trigrams of the expression; without them, or where it has no three letters in a row, every source and comment of the package, or
of all packages where none is named; for any page. Errors: 2201B, it is no regular expression; XG008, it is empty, or page is
less than 1.';
