CREATE OR REPLACE PROCEDURE exograph.check_said(id_name text, id bigint, columns text[], said text[], actual text[])
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    FOR i IN 1 .. cardinality(columns) LOOP
        IF said[i] IS NOT NULL AND said[i] IS DISTINCT FROM actual[i] THEN
            CALL exograph.raise_contradiction(columns[i], said[i], id_name, id, actual[i]);
        END IF;
    END LOOP;
END
$$;

ALTER PROCEDURE exograph.check_said(text, bigint, text[], text[], text[]) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.check_said(text, bigint, text[], text[], text[]) IS
    'Raises XG010 where something that a row says of a parent (NULL: nothing) differs from the parent that an id names.';
REVOKE ALL ON PROCEDURE exograph.check_said(text, bigint, text[], text[], text[]) FROM PUBLIC;
