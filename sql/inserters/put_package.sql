-- Select first: most rows that come row by row stand already, and a failed INSERT burns an id. After a conflict the row is
-- looked up by a new statement, which sees it; if it was deleted meanwhile, the next round inserts it. All put_ functions
-- work so. What is a parent is locked, so that it is not deleted between the look and the child's INSERT.
CREATE OR REPLACE FUNCTION exograph.put_package(ecosystem text, name text, metadata jsonb) RETURNS exograph.packages
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_standing exograph.packages;
BEGIN
    LOOP
        SELECT p.* INTO v_standing
        FROM exograph.packages p
        WHERE p.ecosystem = put_package.ecosystem AND p.name = put_package.name
        FOR KEY SHARE;
        EXIT WHEN FOUND;

        INSERT INTO exograph.packages AS p (ecosystem, name, metadata)
        VALUES (put_package.ecosystem, put_package.name, coalesce(put_package.metadata, '{}'))
        ON CONFLICT ON CONSTRAINT packages_natural_key DO NOTHING
        RETURNING p.* INTO v_standing;
        EXIT WHEN FOUND;
    END LOOP;
    RETURN v_standing;
END
$$;

ALTER FUNCTION exograph.put_package(text, text, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.put_package(text, text, jsonb) IS
    'The package with this key, inserted if it does not stand; nobody deletes it until the transaction ends. Errors: 40001, and '
    'those of exograph.packages'' constraints.';
REVOKE ALL ON FUNCTION exograph.put_package(text, text, jsonb) FROM PUBLIC;
