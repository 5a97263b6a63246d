CREATE OR REPLACE FUNCTION dup_select.plan_check_column(relation oid, column_name text, path text[]) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_generated boolean;
BEGIN
    SELECT c.generated IS NOT NULL INTO v_generated
    FROM dup_select.plan_table_columns(relation) AS c WHERE c.column_name = plan_check_column.column_name;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% has no column %, to which path % leads', dup_select.plan_table_name(relation),
            quote_ident(column_name), dup_select.plan_path_text(path)
            USING ERRCODE = 'undefined_column',
                  HINT = 'A path ends in a column; a foreign key is followed by its parent''s columns.';
    END IF;
    IF v_generated THEN
        RAISE EXCEPTION 'column % of % is generated, path % cannot fill it', quote_ident(column_name),
            dup_select.plan_table_name(relation), dup_select.plan_path_text(path)
            USING ERRCODE = 'generated_always', HINT = 'Map the columns from which it is generated.';
    END IF;
END
$$;

ALTER FUNCTION dup_select.plan_check_column(oid, text, text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_check_column(oid, text, text[]) IS
    'Raises where a path ends in no column (42703) or in a generated one (428C9).';
REVOKE ALL ON FUNCTION dup_select.plan_check_column(oid, text, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_check_column(oid, text, text[]) TO PUBLIC;
