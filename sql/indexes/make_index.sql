-- The SET clause ends what set_config does here with the procedure.
CREATE OR REPLACE PROCEDURE exograph.make_index(definition text, tablespace text, attributes text[])
LANGUAGE plpgsql SECURITY INVOKER SET default_tablespace = '' AS $$
DECLARE
    v_attribute text;
BEGIN
    PERFORM set_config('default_tablespace', coalesce(tablespace, ''), true);
    EXECUTE definition;
    FOREACH v_attribute IN ARRAY attributes LOOP
        EXECUTE v_attribute;
    END LOOP;
END
$$;

ALTER PROCEDURE exograph.make_index(text, text, text[]) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.make_index(text, text, text[]) IS
    'Makes an index or a key as sheddable_indexes describes it. tablespace NULL is that of the database.';
REVOKE ALL ON PROCEDURE exograph.make_index(text, text, text[]) FROM PUBLIC;
