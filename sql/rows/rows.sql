SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- What the inserter views of exograph_in share, and how they work. Each has a trigger function insert_..., which calls
--
--   resolve_...  for a parent that the row names, by id, by natural key or by both: its id, NULL where the row names none. A
--                package, a version, a term and a node of a call are made where they do not exist; of others that is an error.
--   put_...      for a row of a dimension: the existing row with its key, or the one that was inserted.
--   find_...     for a fact: the existing one with its identity, in whatever partition. If there is none, it is inserted.
--
-- Select first: most rows that come row by row exist already, and an INSERT in vain burns an id. After a conflict a new statement
-- looks the row up, and sees it; if it was deleted meanwhile, the next round inserts it. What the constraints refuse is refused
-- where the key exists, too: it is not looked up, and the INSERT says why.
--
-- A parent that is found stays until the transaction ends: who deletes takes the gate alone, before looking at a row.
--
-- Errors: 23503 (no such parent), XG010 (named twice, and not alike), those of the constraints, and above READ COMMITTED 40001.

CREATE OR REPLACE VIEW exograph.file_keys AS
SELECT f.id AS file_id, p.ecosystem, p.name AS package, v.version, f.sha256 AS file_sha256
FROM exograph.files f
LEFT JOIN exograph.package_versions v ON v.id = f.package_version_id
LEFT JOIN exograph.packages p ON p.id = v.package_id;

COMMENT ON VIEW exograph.file_keys IS
    'The natural key of each file. ecosystem, package and version are NULL for a file without package.';

-- Refuses what a row says of its package and version (NULL: nothing) where the version that an id means is another one; it is
-- NULL for a file without package. Table by table: the plan of a join that was made for small tables reads whole indexes.
CREATE OR REPLACE PROCEDURE exograph_private.check_version(
    id_name text, id bigint, actual_version_id bigint,
    package_version_id bigint, package_id bigint, ecosystem text, package text, version text
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_package record;
    v_version record;
BEGIN
    SELECT v.package_id, v.version INTO v_version FROM exograph.package_versions v WHERE v.id = actual_version_id;
    SELECT p.ecosystem, p.name INTO v_package FROM exograph.packages p WHERE p.id = v_version.package_id;
    CALL exograph_private.check_said(id_name, id, '{package_version_id,package_id,ecosystem,package,version}',
        ARRAY[package_version_id::text, package_id::text, ecosystem, package, version],
        ARRAY[actual_version_id::text, v_version.package_id::text, v_package.ecosystem, v_package.name, v_version.version]);
END
$$;

-- Refuses whatever a row says of a parent (NULL: nothing) that differs from the one that an id names.
CREATE OR REPLACE PROCEDURE exograph_private.check_said(id_name text, id bigint, columns text[], said text[], actual text[])
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    FOR i IN 1 .. cardinality(columns) LOOP
        IF said[i] IS NOT NULL AND said[i] IS DISTINCT FROM actual[i] THEN
            CALL exograph_private.raise_contradiction(columns[i], said[i], id_name, id, actual[i]);
        END IF;
    END LOOP;
END
$$;

-- actual is NULL where the parent has no such value.
CREATE OR REPLACE PROCEDURE exograph_private.raise_contradiction(
    column_name text, said text, id_name text, id bigint, actual text
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    RAISE EXCEPTION '% % contradicts % %, which has %',
        column_name, said, id_name, id, coalesce(column_name || ' ' || actual, 'none')
        USING ERRCODE = 'XG010',
            HINT = 'A parent is named by its id or by its natural key; where both are given, they must mean the same row.';
END
$$;

CREATE OR REPLACE PROCEDURE exograph_private.raise_missing_parent(table_name text, key text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    RAISE EXCEPTION 'there is no row in exograph.% with %', table_name, key
        USING ERRCODE = 'foreign_key_violation', SCHEMA = 'exograph', TABLE = table_name,
            HINT = format('Insert it through exograph_in.%s first.', table_name);
END
$$;

-- Metadata as they are inserted: {} for NULL. Errors: 23514 for those that cannot be printed. The constraint would refuse them,
-- too, but not say what to do.
CREATE OR REPLACE FUNCTION exograph_private.printable_metadata(table_name text, metadata jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF NOT exograph.json_is_printable(metadata) THEN
        RAISE EXCEPTION 'metadata prints a number of more than 1,000 characters, 1,000 levels, or 32 MiB'
            USING ERRCODE = 'check_violation', SCHEMA = 'exograph', TABLE = table_name, CONSTRAINT = 'metadata_is_printable',
                HINT = 'Insert such a number as text, nest less deeply, or leave the large part out: a row that cannot be '
                       'printed could be neither read nor dumped.';
    END IF;
    RETURN coalesce(metadata, '{}');
END
$$;

-- Notes that an inserted row was found, of a load (of facts its number may be negated), which undo_load must not take away then.
-- What was found on the way, its package or file, follows: the load of the row has found them in its turn. Twice is as good as
-- once, and nobody waits for anybody. The next row of the transaction finds by a setting that it is noted: 0.2 us, where the
-- table takes 3.
CREATE OR REPLACE PROCEDURE exograph_private.note_found(load_id integer, table_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM exograph.load_dependencies d
                   WHERE d.depends_on = abs(note_found.load_id) AND d.load_id = 0 AND d.table_name = note_found.table_name)
    THEN
        INSERT INTO exograph.load_dependencies (load_id, depends_on, table_name)
        VALUES (0, abs(note_found.load_id), note_found.table_name);
    END IF;
    PERFORM set_config('exograph.found_' || table_name, load_id::text, true);
END
$$;

CREATE OR REPLACE PROCEDURE exograph_private.raise_given_id(id bigint)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    RAISE EXCEPTION 'id % cannot be inserted: the index gives the ids', id USING ERRCODE = 'generated_always',
        HINT = 'Leave the column out, and take the id from RETURNING.';
END
$$;
