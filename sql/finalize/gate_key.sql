CREATE OR REPLACE FUNCTION exograph.gate_key() RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT x'45584f4752415048'::bigint -- "EXOGRAPH"
$$;

ALTER FUNCTION exograph.gate_key() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.gate_key() IS
    'Advisory lock of the gate: row-wise writers take it shared before they touch a table, finalize_load takes it alone.';
REVOKE ALL ON FUNCTION exograph.gate_key() FROM PUBLIC;
