SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- What questions refuse. A function that is to be inlined cannot raise; what it calls can, and is folded where it is asked with a
-- constant.

CREATE OR REPLACE FUNCTION exograph_find.at_least_one(argument text, value integer) RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF value < 1 THEN
        RAISE EXCEPTION '% => % is not allowed', argument, value
            USING ERRCODE = 'XG008', HINT = 'It is 1 or more, or NULL for all there is.';
    END IF;
    RETURN value;
END
$$;

COMMENT ON FUNCTION exograph_find.at_least_one(text, integer) IS
    'For questions: the value of an argument that is 1 or more, or NULL. Errors: XG008, it is less.';

CREATE OR REPLACE FUNCTION exograph_find.versions_of(package text, version text, ecosystem text) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1 SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_packages   bigint[];
    v_ecosystems text;
BEGIN
    SELECT array_agg(p.id), string_agg(quote_literal(p.ecosystem), ', ' ORDER BY p.ecosystem) INTO v_packages, v_ecosystems
    FROM exograph.packages p
    WHERE p.name = versions_of.package AND (versions_of.ecosystem IS NULL OR p.ecosystem = versions_of.ecosystem);
    IF v_packages IS NULL THEN
        RAISE EXCEPTION 'there is no package %', coalesce(quote_literal(versions_of.package), 'NULL')
                || coalesce(' in ecosystem ' || quote_literal(versions_of.ecosystem), '')
            USING ERRCODE = 'XG008', HINT = 'SELECT ecosystem, name FROM exograph.packages lists them.';
    ELSIF cardinality(v_packages) > 1 THEN
        RAISE EXCEPTION 'package % is in several ecosystems: %', quote_literal(versions_of.package), v_ecosystems
            USING ERRCODE = 'XG008', HINT = 'Name one of them.';
    END IF;
    RETURN QUERY
        SELECT v.id FROM exograph.package_versions v
        WHERE v.package_id = v_packages[1] AND (versions_of.version IS NULL OR v.version = versions_of.version);
    IF NOT FOUND AND versions_of.version IS NOT NULL THEN
        RAISE EXCEPTION 'there is no version % of package %',
                quote_literal(versions_of.version), quote_literal(versions_of.package)
            USING ERRCODE = 'XG008', HINT = coalesce(
                (SELECT 'There are: ' || string_agg(v.version, ', ' ORDER BY v.id DESC) || '.'
                 FROM (SELECT * FROM exograph.package_versions a
                       WHERE a.package_id = v_packages[1] ORDER BY a.id DESC LIMIT 20) v), 'It has no version.');
    END IF;
END
$$;

COMMENT ON FUNCTION exograph_find.versions_of(text, text, text) IS
'For questions: the ids of a version of a package, or of all where the version is NULL; without an ecosystem where only one has
a package of that name. Errors: XG008, there is no such package or version, or there are packages of that name in several
ecosystems.';

CREATE OR REPLACE FUNCTION exograph_find.line_pattern(pattern text, ignore_case boolean) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_options text := 'n' || CASE WHEN ignore_case THEN 'i' ELSE '' END;
    v_pattern text := CASE WHEN pattern ~ '^\(\?[a-z]+\)' THEN '(?' || v_options || substr(pattern, 3)
                           ELSE '(?' || v_options || ')' || pattern END;
BEGIN
    IF pattern = '' OR starts_with(pattern, '***') THEN
        RAISE EXCEPTION 'pattern => % is not allowed', quote_literal(pattern)
            USING ERRCODE = 'XG008', HINT = 'It is a regular expression, such as Repo\.get\M, and finds the lines that match it.';
    END IF;
    PERFORM '' ~ v_pattern;
    RETURN v_pattern;
EXCEPTION WHEN invalid_regular_expression THEN
    RAISE EXCEPTION 'pattern => % is no regular expression: %', quote_literal(pattern), SQLERRM
        USING ERRCODE = 'invalid_regular_expression',
            HINT = 'What is to stand for itself among .*+?()[]{}|^$\ has a \ before it.';
END
$$;

COMMENT ON FUNCTION exograph_find.line_pattern(text, boolean) IS
'For questions: a regular expression that does to each line of a text what the given one does to a text: ^ and $ are ends of
lines. NULL for NULL. Errors: 2201B, it is none; XG008, it is empty.';
