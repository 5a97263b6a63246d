CREATE OR REPLACE FUNCTION dup_select.plan_foreign_key(relation oid, element text, path text[]) RETURNS oid
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_found oid[];
BEGIN
    SELECT array_agg(c.oid) INTO v_found
    FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum]
    WHERE c.conrelid = relation AND c.contype = 'f' AND dup_select.plan_is_own(c) AND a.attname = element;
    IF v_found IS NULL THEN
        SELECT array_agg(c.oid) INTO v_found
        FROM pg_constraint c
        WHERE c.conrelid = relation AND c.contype = 'f' AND dup_select.plan_is_own(c) AND c.conname = element;
    END IF;
    IF v_found IS NULL AND EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = relation AND c.conname = element
                                       AND c.contype = 'f' AND dup_select.plan_is_temporal(c))
    THEN
        RAISE EXCEPTION '% of path % refers to a period, not to one row', quote_ident(element), dup_select.plan_path_text(path)
            USING ERRCODE = 'feature_not_supported', HINT = 'Map its columns themselves: a foreign key with PERIOD is no path.';
    ELSIF v_found IS NULL THEN
        RAISE EXCEPTION '% of path % is no foreign key of %', quote_ident(element), dup_select.plan_path_text(path),
            dup_select.plan_table_name(relation)
            USING ERRCODE = 'undefined_column',
                  HINT = 'Name a foreign key by its column if it has one column, or by its constraint.';
    END IF;
    IF cardinality(v_found) > 1 THEN
        RAISE EXCEPTION '% of path % is the column of several foreign keys of %', quote_ident(element),
            dup_select.plan_path_text(path), dup_select.plan_table_name(relation)
            USING ERRCODE = 'ambiguous_column', HINT = 'Name the foreign key by its constraint.';
    END IF;
    RETURN v_found[1];
END
$$;

ALTER FUNCTION dup_select.plan_foreign_key(oid, text, text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_foreign_key(oid, text, text[]) IS
    'The foreign key that an element of a path names. Errors: 42703, 42702; 0A000 where it refers to a period.';
REVOKE ALL ON FUNCTION dup_select.plan_foreign_key(oid, text, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_foreign_key(oid, text, text[]) TO PUBLIC;
