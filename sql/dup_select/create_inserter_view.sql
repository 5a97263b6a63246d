SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

CREATE OR REPLACE PROCEDURE dup_select.create_inserter_view(
    target regclass, view_name text DEFAULT NULL, mapping jsonb DEFAULT NULL, input regclass DEFAULT NULL,
    natural_keys jsonb DEFAULT NULL, select_first boolean DEFAULT true, superclass regclass DEFAULT NULL,
    security_definer boolean DEFAULT false
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_sql pg_catalog.text := dup_select.inserter_view_sql(
        target, view_name, mapping, input, natural_keys, select_first, superclass, security_definer);
BEGIN
    PERFORM dup_select_private.view_check_place(dup_select_private.view_name(target, view_name));
    EXECUTE v_sql;
    -- somebody else may have been faster
    PERFORM dup_select_private.view_check_place(dup_select_private.view_name(target, view_name));
END
$$;

COMMENT ON PROCEDURE dup_select.create_inserter_view IS
    'Makes a view whose INSERT finds or makes the parents of a row and the row, and gives the ids back; '
    'inserter_view_sql shows what it runs. A NOTICE tells where no unique key of the target is filled, so that every row is a '
    'new one: natural_keys names a unique index, or columns, as {"a_schema.a_table": ["a_column", "another"]}. Under '
    'session_replication_role = replica no such view stores anything, though it says INSERT 0 1: PostgreSQL fires no trigger of '
    'a view then, nor can one be enabled ALWAYS. Errors: those of inserter_view_sql; 42P07, 42723 where the name of the view or '
    'of its trigger function belongs to something else, 42501 where either exists and belongs to another role; those of CREATE '
    'VIEW.';

-- Raises where the name of a view belongs to something else (42P07), or that of its trigger function does (42723), or either to
-- another role than the caller's (42501). DROP VIEW leaves the trigger function behind: it is known by its comment, and is used
-- by no other view. CREATE OR REPLACE leaves the owner as it is, whom a superuser, or a member of the owner's role, would trust
-- unawares.
CREATE FUNCTION dup_select_private.view_check_place(view_name text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_view          regclass := to_regclass(view_name);
    v_function_name text := dup_select_private.view_function_name(view_name) || '()';
    v_function      regprocedure := to_regprocedure(v_function_name);
    v_facts         record;
    v_other         record;
BEGIN
    SELECT * INTO v_facts FROM dup_select_private.view_facts(v_view, v_function);
    IF v_view IS NOT NULL AND v_view <> ALL (v_facts.function_users) THEN
        RAISE EXCEPTION '% exists and is no inserter view', view_name USING ERRCODE = 'duplicate_table',
            HINT = 'Give the view another name: view_name => ''a_schema.a_name''.';
    END IF;
    IF v_facts.function_users <> array_remove(ARRAY[v_view], NULL) OR v_view IS NULL AND v_function IS NOT NULL
        AND v_facts.function_comment IS DISTINCT FROM format('Trigger function of view %s.', view_name)
    THEN
        RAISE EXCEPTION 'function % exists and is not that of view %', v_function_name, view_name
            USING ERRCODE = 'duplicate_function', HINT = 'Give the view another name: view_name => ''a_schema.a_name''.';
    END IF;
    SELECT o.what, o.owner INTO v_other
    FROM (VALUES ('view ' || view_name, v_facts.view_owner), ('function ' || v_function_name, v_facts.function_owner))
        AS o (what, owner)
    WHERE o.owner <> current_user;
    IF FOUND THEN
        RAISE EXCEPTION '% belongs to %, not to %', v_other.what, quote_ident(v_other.owner), quote_ident(current_user)
            USING ERRCODE = 'insufficient_privilege',
                  HINT = format('Its owner could change what it does later. SET ROLE %I first, drop it, or give the view another '
                      'name.', v_other.owner);
    END IF;
END
$$;

-- Qualified name of the inserter view: as given, else <table>_in beside the table. Errors: 42602.
CREATE FUNCTION dup_select_private.view_name(target oid, given text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_table text[] := parse_ident(dup_select_private.qualified_name(target));
    v_parts text[];
BEGIN
    IF given ~ '^[[:space:]]*[[{]' THEN
        RAISE EXCEPTION 'what is given as the name of the view looks like a mapping: %', given
            USING ERRCODE = 'invalid_name',
                  HINT = format('CALL dup_select.create_inserter_view(%L, mapping => %L)', target::regclass, given);
    END IF;
    v_parts := parse_ident(given);
    IF cardinality(v_parts) > 2 THEN
        RAISE EXCEPTION 'a view is named by schema and name, not %', given
            USING ERRCODE = 'invalid_name', HINT = 'Give view_name => ''a_schema.a_name''.';
    END IF;
    IF target IS NULL THEN
        RETURN NULL; -- which the plan tells
    END IF;
    RETURN format('%I.%I', CASE cardinality(v_parts) WHEN 2 THEN v_parts[1] ELSE v_table[1] END,
                  coalesce(v_parts[cardinality(v_parts)], dup_select_private.identifier(v_table[2] || '_in')));
END
$$;

-- Qualified name of the trigger function.
CREATE FUNCTION dup_select_private.view_function_name(view_name text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT format('%I.%I', n.parts[1], dup_select_private.identifier(n.parts[2] || '_insert'))
    FROM parse_ident(view_name) AS n (parts)
$$;
