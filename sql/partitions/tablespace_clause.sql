-- A partition that is made by hand and attached does not go where the partitioned table says, as one made by PARTITION OF does.
-- What the caller's default_tablespace says is for tables of the caller's: the public calls that make tables put it aside.
CREATE OR REPLACE FUNCTION exograph.tablespace_clause(parent regclass) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_tablespace name := (SELECT t.spcname FROM pg_class c JOIN pg_tablespace t ON t.oid = c.reltablespace WHERE c.oid = parent);
BEGIN
    IF NOT has_tablespace_privilege(v_tablespace, 'CREATE') THEN
        RAISE EXCEPTION 'role % may not use tablespace % of %', quote_ident(current_user), quote_ident(v_tablespace), parent
            USING ERRCODE = 'insufficient_privilege',
                HINT = format('Have a superuser run: GRANT CREATE ON TABLESPACE %I TO %I;', v_tablespace, current_user);
    END IF;
    RETURN CASE WHEN v_tablespace IS NULL THEN '' ELSE format('TABLESPACE %I', v_tablespace) END;
END
$$;

ALTER FUNCTION exograph.tablespace_clause(regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.tablespace_clause(regclass) IS
    'TABLESPACE clause for a new partition of a table. Empty where the table names none. Errors: 42501.';
REVOKE ALL ON FUNCTION exograph.tablespace_clause(regclass) FROM PUBLIC;
