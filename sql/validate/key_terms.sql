CREATE OR REPLACE PROCEDURE exograph.key_terms()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    INSERT INTO keys_terms (number, canonical, digest)
    SELECT d.id, min(d.id) OVER (PARTITION BY d.digest), d.digest
    FROM (
        SELECT s.id, exograph.text_digest(s.term) AS digest
        FROM staged_terms s
        WHERE NOT EXISTS (SELECT FROM rejects r WHERE r.table_name = 'terms' AND r.staged_ctid = s.ctid)
    ) d;
    INSERT INTO keys_terms (number, canonical)
    SELECT DISTINCT r.id, r.id FROM resolved_terms r;
    ANALYZE keys_terms;
END
$$;

ALTER PROCEDURE exograph.key_terms() OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.key_terms() IS
    'Canonical numbers and digests of the valid staged terms; those that were resolved early have no digest.';
REVOKE ALL ON PROCEDURE exograph.key_terms() FROM PUBLIC;
