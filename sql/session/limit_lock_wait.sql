-- Without a limit, one forgotten transaction would keep a load waiting, and behind it every writer.
CREATE OR REPLACE PROCEDURE exograph.limit_lock_wait()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF current_setting('lock_timeout') = '0' THEN
        PERFORM set_config('lock_timeout', '60s', true);
    END IF;
END
$$;

ALTER PROCEDURE exograph.limit_lock_wait() OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.limit_lock_wait() IS
    'Sets lock_timeout to 60 s until the transaction ends, where it is not set.';
REVOKE ALL ON PROCEDURE exograph.limit_lock_wait() FROM PUBLIC;
