CREATE OR REPLACE PROCEDURE exograph.create_told_files()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF to_regclass(format('%I.told_files', current_schema())) IS NULL THEN
        CREATE UNLOGGED TABLE told_files (number bigint, tables text[]);
        CREATE INDEX told_files_number_idx ON told_files (number);
    END IF;
END
$$;

ALTER PROCEDURE exograph.create_told_files() OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.create_told_files() IS
    'Makes the table of the load on the search path that notes what files_lacking answers: per file, the complete tables.';
REVOKE ALL ON PROCEDURE exograph.create_told_files() FROM PUBLIC;
