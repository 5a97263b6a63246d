SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph.doctor() RETURNS TABLE (finding text, here text, to_try text, mend text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT * FROM exograph_private.advise_on_roles();
    RETURN QUERY SELECT * FROM exograph_private.advise_on_loads();
    RETURN QUERY SELECT * FROM exograph_private.advise_on_settings();
    RETURN QUERY SELECT * FROM exograph_private.advise_on_versions();
END
$$;

COMMENT ON FUNCTION exograph.doctor() IS
'What about the installation is not as it should be or might be better, a row a finding, with how it is here, what to try, and the
statement that does it (NULL where something is only told): roles, their powers and memberships; rights that are missing or too
many; staging of loads that are open for more than 7 days or whose role is gone; disk that open loads need; too many partitions;
terms that nothing uses, by a sample; settings that slow loads or questions down, as they are in the session that asks; versions
and extensions. Takes less than a second, and changes nothing. check_index looks at the rows.';
