-- DROP VIEW leaves the trigger function behind: it is known by its comment, and is used by no other view. CREATE OR REPLACE
-- leaves the owner as it is, whom a superuser, or a member of the owner's role, would trust unawares.
CREATE OR REPLACE FUNCTION dup_select.view_check_place(view_name text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_view          regclass := to_regclass(view_name);
    v_function_name text := dup_select.view_function_name(view_name) || '()';
    v_function      regprocedure := to_regprocedure(v_function_name);
    v_users         regclass[] := ARRAY(SELECT t.tgrelid FROM pg_trigger t
                                        WHERE t.tgfoid = v_function AND t.tgname = 'insert_row');
    v_other         record;
BEGIN
    IF v_view IS NOT NULL AND v_view <> ALL (v_users) THEN
        RAISE EXCEPTION '% exists and is no inserter view', view_name USING ERRCODE = 'duplicate_table',
            HINT = 'Give the view another name: view_name => ''a_schema.a_name''.';
    END IF;
    IF v_users <> array_remove(ARRAY[v_view], NULL) OR v_view IS NULL AND v_function IS NOT NULL
        AND obj_description(v_function, 'pg_proc') IS DISTINCT FROM format('Trigger function of view %s.', view_name)
    THEN
        RAISE EXCEPTION 'function % exists and is not that of view %', v_function_name, view_name
            USING ERRCODE = 'duplicate_function', HINT = 'Give the view another name: view_name => ''a_schema.a_name''.';
    END IF;
    SELECT o.what, pg_get_userbyid(o.owner) AS owner INTO v_other
    FROM (SELECT 'view ' || view_name, c.relowner FROM pg_class c WHERE c.oid = v_view
          UNION ALL
          SELECT 'function ' || v_function_name, p.proowner FROM pg_proc p WHERE p.oid = v_function) AS o (what, owner)
    WHERE o.owner <> (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user);
    IF FOUND THEN
        RAISE EXCEPTION '% belongs to %, not to %', v_other.what, quote_ident(v_other.owner), quote_ident(current_user)
            USING ERRCODE = 'insufficient_privilege',
                  HINT = format('Its owner could change what it does later. SET ROLE %I first, drop it, or give the view another '
                      'name.', v_other.owner);
    END IF;
END
$$;

ALTER FUNCTION dup_select.view_check_place(text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.view_check_place(text) IS
    'Raises where the name of a view belongs to something else (42P07), or that of its trigger function does (42723), or either '
    'to another role than the caller''s (42501).';
REVOKE ALL ON FUNCTION dup_select.view_check_place(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.view_check_place(text) TO PUBLIC;
