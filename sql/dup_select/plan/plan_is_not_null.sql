-- pg_attribute says so of a constraint that is NOT VALID, too, which PostgreSQL has since version 18.
CREATE OR REPLACE FUNCTION dup_select.plan_is_not_null("column" pg_attribute) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT "column".attnotnull AND NOT EXISTS (
        SELECT
        FROM pg_constraint c
        WHERE c.conrelid = "column".attrelid AND c.contype = 'n' AND c.conkey = ARRAY["column".attnum] AND NOT c.convalidated)
$$;

ALTER FUNCTION dup_select.plan_is_not_null(pg_attribute) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_is_not_null(pg_attribute) IS
    'Whether no row of the table, old or new, has NULL in a column.';
REVOKE ALL ON FUNCTION dup_select.plan_is_not_null(pg_attribute) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_is_not_null(pg_attribute) TO PUBLIC;
