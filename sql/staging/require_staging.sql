-- Statements of its own: one that names a table or column cannot be parsed where that is missing. In a schema of somebody else's
-- making, tables could have triggers and indexes whose functions would run in the owner's name.
CREATE OR REPLACE PROCEDURE exograph.require_staging(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_schema  text := exograph.staging_schema(load_id);
    v_missing text;
    v_reason  text;
    v_rows    bigint;
BEGIN
    IF to_regnamespace(v_schema) IS NULL THEN
        v_reason := format('Schema %s is gone: somebody has dropped it.', v_schema);
    ELSIF NOT EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = v_schema AND n.nspowner = current_user::regrole) THEN
        v_reason := format('Schema %s is gone: there is one of its name that belongs to role %s.', v_schema,
                           (SELECT n.nspowner::regrole FROM pg_namespace n WHERE n.nspname = v_schema));
    ELSE
        SELECT string_agg(DISTINCT CASE WHEN r.oid IS NULL THEN format('%I.%I', v_schema, t.name)
                                        ELSE format('%I.%I.%I', v_schema, t.name, t.column_name) END, ', ') INTO v_missing
        FROM (SELECT 'staged_' || c.table_name AS name, c.column_name FROM exograph.staging_columns c
              UNION ALL VALUES ('staging_token', NULL), ('resolved_terms', NULL)) t
        LEFT JOIN pg_class r ON r.relnamespace = to_regnamespace(v_schema) AND r.relname = t.name
        LEFT JOIN pg_attribute a ON a.attrelid = r.oid AND a.attname = t.column_name AND NOT a.attisdropped
        WHERE r.oid IS NULL OR t.column_name IS NOT NULL AND a.attnum IS NULL;
        IF v_missing IS NOT NULL THEN
            v_reason := format('Gone: %s. Somebody has dropped them.', v_missing);
        ELSE
            EXECUTE format('SELECT count(*) FROM %I.staging_token', v_schema) INTO v_rows;
            IF v_rows = 0 THEN
                v_reason := 'Staging tables are unlogged: the server emptied them when it recovered from a crash.';
            END IF;
        END IF;
    END IF;
    IF v_reason IS NOT NULL THEN
        RAISE EXCEPTION 'load %: its staging is lost', load_id USING ERRCODE = 'XG004', DETAIL = v_reason,
            HINT = format('Nothing of it reached the index. CALL exograph.abandon_load(%s), and load again.', load_id);
    END IF;
END
$$;

ALTER PROCEDURE exograph.require_staging(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.require_staging(integer) IS
    'Makes sure that all tables of the staging and their columns are there, and that no crash has emptied them. Errors: XG004.';
REVOKE ALL ON PROCEDURE exograph.require_staging(integer) FROM PUBLIC;
