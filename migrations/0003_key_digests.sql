-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- Digests inside unique indexes. They are state, not code: an index built with one definition cannot be read with another.

-- Also where another upgrader runs this, under a path and as a role of its own: what is bound here stays bound.
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Inlined into queries and index expressions, hence no SET clause and no STRICT. A text becomes bytes through the escape
-- format of bytea because convert_to() is only STABLE, and an index wants IMMUTABLE.
CREATE FUNCTION exograph.text_digest(value text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT pg_catalog.sha256(
        pg_catalog.replace(value, pg_catalog.chr(92), pg_catalog.repeat(pg_catalog.chr(92), 2))::pg_catalog.bytea)
$$;

COMMENT ON FUNCTION exograph.text_digest(text) IS
    'SHA-256 of the UTF-8 bytes of a text, 32 bytes; NULL for NULL. Keys texts that are too long for an index entry.';

-- One digest for the whole key, so that a look-up is null-safe and needs no more than one index column. Each part is
-- preceded by its length, and NULL has none: no two keys can share an encoding.
CREATE FUNCTION exograph.graph_node_digest(
    package_version_id bigint, file_id bigint, engine text, kind text, external_id text, qualified_name text,
    line integer, col integer
) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT exograph.text_digest(
        coalesce(package_version_id::pg_catalog.text, '-') OPERATOR(pg_catalog.||) ' '
        OPERATOR(pg_catalog.||) coalesce(file_id::pg_catalog.text, '-') OPERATOR(pg_catalog.||) ' '
        OPERATOR(pg_catalog.||) coalesce(line::pg_catalog.text, 'null') OPERATOR(pg_catalog.||) ' '
        OPERATOR(pg_catalog.||) coalesce(col::pg_catalog.text, 'null') OPERATOR(pg_catalog.||) ' '
        OPERATOR(pg_catalog.||) pg_catalog.length(engine)::pg_catalog.text OPERATOR(pg_catalog.||) ':'
        OPERATOR(pg_catalog.||) engine
        OPERATOR(pg_catalog.||) pg_catalog.length(kind)::pg_catalog.text OPERATOR(pg_catalog.||) ':'
        OPERATOR(pg_catalog.||) kind
        OPERATOR(pg_catalog.||) coalesce(pg_catalog.length(external_id)::pg_catalog.text OPERATOR(pg_catalog.||) ':'
        OPERATOR(pg_catalog.||) external_id, '-')
        OPERATOR(pg_catalog.||) qualified_name)
$$;

COMMENT ON FUNCTION exograph.graph_node_digest(bigint, bigint, text, text, text, text, integer, integer) IS
    'SHA-256 of the natural key of a graph node, 32 bytes, NULLs not distinct. NULL where engine, kind or qualified_name is.';

-- A fragment that was staged without content_hash gets this one; kind and exact_hash tell apart what shares file and lines.
CREATE FUNCTION exograph.fragment_content_hash(
    ecosystem text, package text, version text, file_sha256 bytea, kind text, line integer, end_line integer, exact_hash bytea
) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT exograph.text_digest(
        coalesce(pg_catalog.length(ecosystem)::pg_catalog.text OPERATOR(pg_catalog.||) ':'
        OPERATOR(pg_catalog.||) ecosystem, '-')
        OPERATOR(pg_catalog.||) coalesce(pg_catalog.length(package)::pg_catalog.text OPERATOR(pg_catalog.||) ':'
        OPERATOR(pg_catalog.||) package, '-')
        OPERATOR(pg_catalog.||) coalesce(pg_catalog.length(version)::pg_catalog.text OPERATOR(pg_catalog.||) ':'
        OPERATOR(pg_catalog.||) version, '-')
        OPERATOR(pg_catalog.||) pg_catalog.encode(file_sha256, 'hex') OPERATOR(pg_catalog.||) ' '
        OPERATOR(pg_catalog.||) pg_catalog.length(kind)::pg_catalog.text OPERATOR(pg_catalog.||) ':'
        OPERATOR(pg_catalog.||) kind
        OPERATOR(pg_catalog.||) line::pg_catalog.text OPERATOR(pg_catalog.||) ' '
        OPERATOR(pg_catalog.||) coalesce(end_line::pg_catalog.text, '-') OPERATOR(pg_catalog.||) ' '
        OPERATOR(pg_catalog.||) coalesce(pg_catalog.encode(exact_hash, 'hex'), '-'))
$$;

COMMENT ON FUNCTION exograph.fragment_content_hash(text, text, text, bytea, text, integer, integer, bytea) IS
    'Content hash of a fragment that came without one, 32 bytes: from its file''s natural key, its kind, lines and '
    'exact_hash. ecosystem, package and version are NULL for a file without package.';

ALTER FUNCTION exograph.text_digest(text) OWNER TO exograph_owner;
ALTER FUNCTION exograph.graph_node_digest(bigint, bigint, text, text, text, text, integer, integer) OWNER TO exograph_owner;
ALTER FUNCTION exograph.fragment_content_hash(text, text, text, bytea, text, integer, integer, bytea) OWNER TO exograph_owner;
