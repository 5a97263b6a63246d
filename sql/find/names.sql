SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- How names are asked for. All of it is folded into the plan where the name is a constant or the parameter of a statement: the
-- conditions that come of it are such that indexes serve whole names, last parts and prefixes.

CREATE OR REPLACE FUNCTION exograph_find.name_pattern(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(name, '\', '\\'), '_', '\_'), '%%', '\%')
$$;

COMMENT ON FUNCTION exograph_find.name_pattern(text) IS
'For questions: the pattern of LIKE that a name asked for stands for: % is any text, %% is %, and all else is itself, _ and \
too.';

CREATE OR REPLACE FUNCTION exograph_find.name_tail(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE
        WHEN n.plain !~ '[^.]\.' THEN exograph_find.name_pattern(n.plain)
        WHEN replace(n.plain, '%%', '') NOT LIKE '%\%%'
            THEN exograph_find.name_pattern(substring(n.plain, '^.*[^.]\.(\.*[^.]+|\.+)$'))
    END
    FROM (SELECT regexp_replace($1, '/\d+$', '')) AS n (plain)
$$;

COMMENT ON FUNCTION exograph_find.name_tail(text) IS
'For questions: the pattern of the last part of a name asked for, without its arity: get of Repo.get/2, .ctor of Person..ctor.
NULL where the name has several parts and a %, which stands for whole names only.';

CREATE OR REPLACE FUNCTION exograph_find.name_endings(name text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN n.plain ~ '[^.]\.' THEN ARRAY[n.pattern, n.pattern || '/%', '%.' || n.pattern, '%.' || n.pattern || '/%']
                WHEN n.plain IS NOT NULL THEN ARRAY['%'] END
    FROM (SELECT p.plain, exograph_find.name_pattern(p.plain)
          FROM (SELECT regexp_replace($1, '/\d+$', '')) AS p (plain)) AS n (plain, pattern)
$$;

COMMENT ON FUNCTION exograph_find.name_endings(text) IS
'For questions: the patterns of the qualified names that end in a name asked for: Ecto.Repo.get and Ecto.Repo.get/2 end in
Repo.get.';

CREATE OR REPLACE FUNCTION exograph_find.name_arity(name text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT pg_catalog.substring(name, '/(\d{1,9})$')::pg_catalog.int4
$$;

COMMENT ON FUNCTION exograph_find.name_arity(text) IS
    'For questions: the arity in a name asked for: 2 of Repo.get/2. NULL where none is.';

CREATE OR REPLACE FUNCTION exograph_find.defined_names(name text) RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT d.qualified_name
    FROM exograph.definitions d
    WHERE d.name LIKE exograph_find.name_tail($1) AND d.qualified_name LIKE ANY (exograph_find.name_endings($1))
        AND (exograph_find.name_arity($1) IS NULL OR d.arity = exograph_find.name_arity($1))
$$;

COMMENT ON FUNCTION exograph_find.defined_names(text) IS
    'For questions: the qualified names of the definitions that end in a name asked for: of Repo.get also Ecto.Repo.get.';
