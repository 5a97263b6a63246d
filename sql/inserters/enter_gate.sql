CREATE OR REPLACE FUNCTION exograph.enter_gate() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    CALL exograph.wait_at_gate();
    RETURN NULL;
END
$$;

ALTER FUNCTION exograph.enter_gate() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.enter_gate() IS
    'Trigger before each INSERT into an inserter view, COPY included: waits at the gate. Errors: 40001, 55P03.';
REVOKE ALL ON FUNCTION exograph.enter_gate() FROM PUBLIC;
