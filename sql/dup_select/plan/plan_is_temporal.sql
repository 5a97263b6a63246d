-- pg_constraint has the column since PostgreSQL 18.
CREATE OR REPLACE FUNCTION dup_select.plan_is_temporal(foreign_key pg_constraint) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce((to_jsonb(foreign_key) ->> 'conperiod')::boolean, false)
$$;

ALTER FUNCTION dup_select.plan_is_temporal(pg_constraint) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_is_temporal(pg_constraint) IS
    'Whether a foreign key ends in PERIOD: it refers to rows that together cover a range, not to one row.';
REVOKE ALL ON FUNCTION dup_select.plan_is_temporal(pg_constraint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_is_temporal(pg_constraint) TO PUBLIC;
