-- What generated statements can see that is not theirs: dropped and system columns too, the latter cannot be a column's name.
CREATE OR REPLACE FUNCTION dup_select.plan_user_names(levels jsonb, inputs jsonb) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT array_agg(n.name)
    FROM (SELECT a.attname::text AS name
          FROM jsonb_array_elements(levels) AS l JOIN pg_attribute a ON a.attrelid = (l.value ->> 'relation')::oid
          UNION
          SELECT c.relname FROM jsonb_array_elements(levels) AS l JOIN pg_class c ON c.oid = (l.value ->> 'relation')::oid
          UNION
          SELECT i.value ->> 'name' FROM jsonb_array_elements(inputs) AS i
          UNION
          SELECT jsonb_array_elements_text(l.value -> 'outs') FROM jsonb_array_elements(levels) AS l) AS n
$$;

ALTER FUNCTION dup_select.plan_user_names(jsonb, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_user_names(jsonb, jsonb) IS
    'Names of all tables and columns that a plan is about.';
REVOKE ALL ON FUNCTION dup_select.plan_user_names(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_user_names(jsonb, jsonb) TO PUBLIC;
