-- The caller's transaction may go on.
CREATE OR REPLACE PROCEDURE exograph.restore_settings(settings jsonb)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM set_config(s.key, s.value, true) FROM jsonb_each_text(settings) s;
END
$$;

ALTER PROCEDURE exograph.restore_settings(jsonb) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.restore_settings(jsonb) IS 'Puts settings back to what saved_settings noted.';
REVOKE ALL ON PROCEDURE exograph.restore_settings(jsonb) FROM PUBLIC;
