CREATE OR REPLACE FUNCTION exograph.raise_lock_timeout(what text, hint text, holders text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    RAISE EXCEPTION '%', what USING ERRCODE = 'lock_not_available',
        DETAIL = concat_ws(' ', format('It waited for longer than lock_timeout (%s).', current_setting('lock_timeout')),
                           upper(left(holders, 1)) || substr(holders, 2) || '.'),
        HINT = hint;
END
$$;

ALTER FUNCTION exograph.raise_lock_timeout(text, text, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.raise_lock_timeout(text, text, text) IS
    'Raises 55P03 with what was not had, who holds it (lock_holders or row_holder; NULL where it is gone), and what to do.';
REVOKE ALL ON FUNCTION exograph.raise_lock_timeout(text, text, text) FROM PUBLIC;
