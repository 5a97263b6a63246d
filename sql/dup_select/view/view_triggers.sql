-- The second one refuses an UPDATE or DELETE that meets no row, too.
CREATE OR REPLACE FUNCTION dup_select.view_triggers(view_name text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT format(
'CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON %s
    FOR EACH ROW EXECUTE FUNCTION %s();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON %1$s
    FOR EACH STATEMENT EXECUTE FUNCTION %2$s();
',
        view_name, dup_select.view_function_name(view_name))
$$;

ALTER FUNCTION dup_select.view_triggers(text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.view_triggers(text) IS
    'CREATE TRIGGER of the inserter view.';
REVOKE ALL ON FUNCTION dup_select.view_triggers(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.view_triggers(text) TO PUBLIC;
