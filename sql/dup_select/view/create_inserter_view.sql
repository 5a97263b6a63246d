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
    PERFORM dup_select.view_check_place(dup_select.view_name(target, view_name));
    EXECUTE v_sql;
    PERFORM dup_select.view_check_place(dup_select.view_name(target, view_name)); -- somebody else may have been faster
END
$$;

ALTER PROCEDURE dup_select.create_inserter_view OWNER TO exograph_owner;
COMMENT ON PROCEDURE dup_select.create_inserter_view IS
    'Makes a view whose INSERT finds or makes the parents of a row and the row, and gives the ids back; '
    'inserter_view_sql shows what it runs. A NOTICE tells where no unique key of the target is filled, so that every row is a '
    'new one: natural_keys names a unique index, or columns, as {"a_schema.a_table": ["a_column", "another"]}. Under '
    'session_replication_role = replica no such view stores anything, though it says INSERT 0 1: PostgreSQL fires no trigger of '
    'a view then, nor can one be enabled ALWAYS. Errors: those of inserter_view_sql; 42P07, 42723 where the name of the view or '
    'of its trigger function belongs to something else, 42501 where either stands and belongs to another role; those of CREATE '
    'VIEW.';
REVOKE ALL ON PROCEDURE dup_select.create_inserter_view FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE dup_select.create_inserter_view TO PUBLIC;
