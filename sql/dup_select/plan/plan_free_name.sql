CREATE OR REPLACE FUNCTION dup_select.plan_free_name(wanted text, taken text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
DECLARE
    v_name text := dup_select.plan_identifier(wanted);
    v_n    integer := 1;
BEGIN
    WHILE v_name = ANY (taken) LOOP
        v_n := v_n + 1;
        v_name := dup_select.plan_identifier(concat(wanted, '_', v_n));
    END LOOP;
    RETURN v_name;
END
$$;

ALTER FUNCTION dup_select.plan_free_name(text, text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_free_name(text, text[]) IS
    'The name that is wanted, or, where it is taken, one like it that is not.';
REVOKE ALL ON FUNCTION dup_select.plan_free_name(text, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_free_name(text, text[]) TO PUBLIC;
