CREATE OR REPLACE PROCEDURE exograph.raise_given_id(id bigint)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    RAISE EXCEPTION 'id % cannot be inserted: the index gives the ids', id USING ERRCODE = 'generated_always',
        HINT = 'Leave the column out, and take the id from RETURNING.';
END
$$;

ALTER PROCEDURE exograph.raise_given_id(bigint) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.raise_given_id(bigint) IS 'Raises 428C9: a row for an inserter view brings an id of its own.';
REVOKE ALL ON PROCEDURE exograph.raise_given_id(bigint) FROM PUBLIC;
