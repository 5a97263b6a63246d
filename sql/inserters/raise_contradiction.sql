CREATE OR REPLACE PROCEDURE exograph.raise_contradiction(reason text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    RAISE EXCEPTION '%', reason USING ERRCODE = 'XG010',
        HINT = 'A parent is named by its id or by its natural key; where both are given, they must mean the same row.';
END
$$;

ALTER PROCEDURE exograph.raise_contradiction(text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.raise_contradiction(text) IS
    'Raises XG010: a row for an inserter view names a parent twice, and not alike.';
REVOKE ALL ON PROCEDURE exograph.raise_contradiction(text) FROM PUBLIC;
