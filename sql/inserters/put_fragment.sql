-- What the constraints refuse is refused where the key stands, too: it is not looked up, and the INSERT says why.
CREATE OR REPLACE FUNCTION exograph.put_fragment(fragment exograph.fragments) RETURNS exograph.fragments
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_valid    boolean := num_nulls(fragment.file_id, fragment.ast, fragment.kind, fragment.line, fragment.mass) = 0
        AND coalesce(greatest(octet_length(fragment.kind), octet_length(fragment.exact_hash)), 0) <= 500
        AND coalesce(greatest(octet_length(fragment.module), octet_length(fragment.name)), 0) <= 2000;
    v_standing exograph.fragments;
BEGIN
    LOOP
        SELECT f.* INTO v_standing
        FROM exograph.fragments f
        WHERE v_valid AND f.content_hash = fragment.content_hash AND f.file_id = fragment.file_id AND f.line = fragment.line
            AND (f.end_line = fragment.end_line OR f.end_line IS NULL AND fragment.end_line IS NULL);
        EXIT WHEN FOUND;

        INSERT INTO exograph.fragments AS f (package_id, package_version_id, file_id, content_hash, ast, kind, module, name,
                                             arity, line, end_line, mass, exact_hash, sub_hashes)
        VALUES (fragment.package_id, fragment.package_version_id, fragment.file_id, fragment.content_hash, fragment.ast,
                fragment.kind, fragment.module, fragment.name, fragment.arity, fragment.line, fragment.end_line, fragment.mass,
                fragment.exact_hash, coalesce(fragment.sub_hashes, '{}'))
        ON CONFLICT ON CONSTRAINT fragments_natural_key DO NOTHING
        RETURNING f.* INTO v_standing;
        EXIT WHEN FOUND;
        v_valid := true;
    END LOOP;
    RETURN v_standing;
END
$$;

ALTER FUNCTION exograph.put_fragment(exograph.fragments) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.put_fragment(exograph.fragments) IS
    'The fragment with this natural key, inserted if it does not stand. Errors: those of exograph.fragments'' constraints.';
REVOKE ALL ON FUNCTION exograph.put_fragment(exograph.fragments) FROM PUBLIC;
