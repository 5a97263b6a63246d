CREATE OR REPLACE FUNCTION exograph.refuse_change() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    RAISE EXCEPTION '% on %.% is not possible: rows are only inserted through this view', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported',
            HINT = 'The row that stands wins over what is inserted. Whoever owns the index changes it in schema exograph.';
END
$$;

ALTER FUNCTION exograph.refuse_change() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.refuse_change() IS 'Trigger on the inserter views: UPDATE and DELETE fail with 0A000.';
REVOKE ALL ON FUNCTION exograph.refuse_change() FROM PUBLIC;
