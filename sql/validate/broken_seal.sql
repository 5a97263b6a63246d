-- The seal tells whether all that the producer sent arrived. Once that is known, nothing but a crash, which the token tells, can
-- lose a row, and what differs afterwards is what somebody mended. That it is known must outlive the transaction that rejects the
-- load, and what a sequence is set to does.
CREATE OR REPLACE FUNCTION exograph.broken_seal(load_id integer) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_manifest  jsonb    := (SELECT l.manifest FROM exograph.loads l WHERE l.load_id = broken_seal.load_id);
    v_seal      bigint   := hashtextextended(v_manifest::text, 0);
    v_verified  regclass := to_regclass('verified_seal');
    v_different text;
BEGIN
    IF v_manifest IS NULL OR v_seal = pg_sequence_last_value(v_verified) THEN
        RETURN NULL;
    END IF;
    SELECT string_agg(format('%s: %s staged, %s sealed', s.table_name, s.staged, m.sealed), '; ' ORDER BY c.table_position)
    INTO v_different
    FROM staged_rows s
    JOIN (SELECT DISTINCT table_name, table_position FROM exograph.staging_columns) c USING (table_name)
    CROSS JOIN LATERAL (SELECT coalesce((v_manifest ->> s.table_name)::bigint, 0) AS sealed) m
    WHERE m.sealed <> s.staged;
    IF v_different IS NULL THEN
        PERFORM setval(v_verified, v_seal);
    END IF;
    RETURN v_different;
END
$$;

ALTER FUNCTION exograph.broken_seal(integer) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.broken_seal(integer) IS
    'How the rows that validate_staging counted differ from the sealed counts. NULL where they do not, where none are sealed, '
    'and where they once did not: the staging may be mended afterwards.';
REVOKE ALL ON FUNCTION exograph.broken_seal(integer) FROM PUBLIC;
