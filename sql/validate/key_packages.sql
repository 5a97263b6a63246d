CREATE OR REPLACE PROCEDURE exograph.key_packages()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    INSERT INTO keys_packages (number, canonical)
    SELECT s.id, min(s.id) OVER (PARTITION BY s.ecosystem, s.name)
    FROM staged_packages s
    WHERE NOT EXISTS (SELECT FROM rejects r WHERE r.table_name = 'packages' AND r.staged_ctid = s.ctid);
    ANALYZE keys_packages;
END
$$;

ALTER PROCEDURE exograph.key_packages() OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.key_packages() IS 'Canonical numbers of the valid staged packages.';
REVOKE ALL ON PROCEDURE exograph.key_packages() FROM PUBLIC;
