CREATE OR REPLACE PROCEDURE exograph.raise_contradiction(
    column_name text, said text, id_name text, id bigint, actual text
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    RAISE EXCEPTION '% % contradicts % %, which has %',
        column_name, said, id_name, id, coalesce(column_name || ' ' || actual, 'none')
        USING ERRCODE = 'XG010',
            HINT = 'A parent is named by its id or by its natural key; where both are given, they must mean the same row.';
END
$$;

ALTER PROCEDURE exograph.raise_contradiction(text, text, text, bigint, text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.raise_contradiction(text, text, text, bigint, text) IS
    'Raises XG010: a row for an inserter view names a parent twice, and not alike. actual NULL: the parent has no such value.';
REVOKE ALL ON PROCEDURE exograph.raise_contradiction(text, text, text, bigint, text) FROM PUBLIC;
