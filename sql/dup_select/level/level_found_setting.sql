-- One for each depth: a trigger for the statement may insert through another view before the setting is read.
CREATE OR REPLACE FUNCTION dup_select.level_found_setting() RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT 'pg_catalog.format(''dup_select.found_at_depth_%s'', pg_catalog.pg_trigger_depth())'
$$;

ALTER FUNCTION dup_select.level_found_setting() OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_found_setting() IS
    'found_setting() as text, for SQL that needs no part of dup_select: where level_conflict() leaves word of the row that '
    'stands.';
REVOKE ALL ON FUNCTION dup_select.level_found_setting() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_found_setting() TO PUBLIC;
