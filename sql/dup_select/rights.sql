-- The toolkit works with the rights of whoever calls, in its private schema too: calling it gives nobody anything.
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

GRANT USAGE ON SCHEMA dup_select, dup_select_private TO PUBLIC;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA dup_select, dup_select_private TO PUBLIC;
