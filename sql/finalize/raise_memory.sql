CREATE OR REPLACE PROCEDURE exograph.raise_memory()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM set_config(s.name, s.setting, true) FROM exograph.load_settings() s;
END
$$;

ALTER PROCEDURE exograph.raise_memory() OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.raise_memory() IS
    'Puts load_settings in force for the transaction; restore_settings takes them back.';
REVOKE ALL ON PROCEDURE exograph.raise_memory() FROM PUBLIC;
