SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Trigger before each INSERT into an inserter view, COPY included: waits at the gate. Errors: 40001, 55P03.
CREATE OR REPLACE FUNCTION exograph_private.enter_gate() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    CALL exograph_private.wait_at_gate();
    RETURN NULL;
END
$$;

-- Trigger on the inserter views: UPDATE and DELETE fail with 0A000.
CREATE OR REPLACE FUNCTION exograph_private.refuse_change() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    RAISE EXCEPTION '% on %.% is not possible: rows are only inserted through this view', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported',
            HINT = 'The row that stands wins over what is inserted. Whoever owns the index changes it in schema exograph.';
END
$$;

-- Raises XG010: a row for an inserter view names a parent twice, and not alike. actual NULL: the parent has no such value.
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

-- Raises 23503: a row for an inserter view names a parent that does not stand and cannot be made from its key.
CREATE OR REPLACE PROCEDURE exograph_private.raise_missing_parent(table_name text, key text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    RAISE EXCEPTION 'there is no row in exograph.% with %', table_name, key
        USING ERRCODE = 'foreign_key_violation', SCHEMA = 'exograph', TABLE = table_name,
            HINT = format('Insert it through exograph_in.%s first.', table_name);
END
$$;

-- Raises 428C9: a row for an inserter view brings an id of its own.
CREATE OR REPLACE PROCEDURE exograph_private.raise_given_id(id bigint)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    RAISE EXCEPTION 'id % cannot be inserted: the index gives the ids', id USING ERRCODE = 'generated_always',
        HINT = 'Leave the column out, and take the id from RETURNING.';
END
$$;

-- Raises XG010 where something that a row says of a parent (NULL: nothing) differs from the parent that an id names.
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

-- Keeps a version and its package (NULL: none) and a file (NULL: none) from being deleted until the transaction ends, after
-- waiting for whoever is deleting them; false where one is gone. Errors: 40001. Deleting a package, version or file locks it and
-- then what belongs to it. The foreign keys of a row may lock in any other order, and deadlock with that, unless the topmost is
-- locked first.
CREATE OR REPLACE FUNCTION exograph_private.hold_parents(package_id bigint, package_version_id bigint, file_id bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    IF package_version_id IS NOT NULL THEN
        PERFORM FROM exograph.packages p WHERE p.id = hold_parents.package_id FOR KEY SHARE;
        PERFORM FROM exograph.package_versions v WHERE v.id = hold_parents.package_version_id FOR KEY SHARE;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
    END IF;
    IF file_id IS NOT NULL THEN
        PERFORM FROM exograph.files f WHERE f.id = hold_parents.file_id FOR KEY SHARE;
        RETURN FOUND;
    END IF;
    RETURN true;
END
$$;

-- Keeps what the nodes of a call belong to from being deleted until the transaction ends. One of them may be NULL. Errors: 23503
-- where a node does not stand, 40001. In the order of their ids, as a DELETE of many meets them. One by one, because the plan of
-- a join that was made for a small table reads all nodes: 5,000 calls took 5.7 s instead of 1.0 s.
CREATE OR REPLACE PROCEDURE exograph_private.hold_nodes(caller_node_id bigint, callee_node_id bigint)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_id   bigint;
    v_node record;
    v_held bigint[];
BEGIN
    FOREACH v_id IN ARRAY ARRAY[least(caller_node_id, callee_node_id), greatest(caller_node_id, callee_node_id)] LOOP
        SELECT n.package_id, n.package_version_id, n.file_id INTO v_node FROM exograph.graph_nodes n WHERE n.id = v_id;
        IF NOT FOUND THEN
            CALL exograph_private.raise_missing_parent('graph_nodes', format('id %s', v_id));
        END IF;
        -- Most calls stay within a file.
        IF v_held IS DISTINCT FROM ARRAY[v_node.package_version_id, v_node.file_id] THEN
            IF NOT exograph_private.hold_parents(v_node.package_id, v_node.package_version_id, v_node.file_id) THEN
                CALL exograph_private.raise_missing_parent('graph_nodes', format('id %s', v_id));
            END IF;
            v_held := ARRAY[v_node.package_version_id, v_node.file_id];
        END IF;
    END LOOP;
END
$$;

-- Raises XG010 where what a row says of its package and version (NULL: nothing) contradicts the version that an id means.
-- actual_version_id is NULL for a file without package. Table by table: the plan of a join that was made for small tables reads
-- whole indexes.
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

-- Raises XG010 where what a row says of a node (NULL: nothing) contradicts the node that an id names. qualified_name is a column
-- of the call, too, and need not be that of a node named by id.
CREATE OR REPLACE PROCEDURE exograph_private.check_node(
    id_name text, id bigint, ecosystem text, package text, version text, file_sha256 bytea, engine text, kind text,
    external_id text, line integer, col integer
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_node   exograph.graph_nodes;
    v_sha256 bytea;
BEGIN
    IF num_nonnulls(ecosystem, package, version, file_sha256, engine, kind, external_id, line, col) = 0 THEN
        RETURN;
    END IF;
    SELECT n.* INTO v_node FROM exograph.graph_nodes n WHERE n.id = check_node.id;
    SELECT f.sha256 INTO v_sha256 FROM exograph.files f WHERE f.id = v_node.file_id;
    CALL exograph_private.check_version(id_name, id, v_node.package_version_id, NULL, NULL, ecosystem, package, version);
    CALL exograph_private.check_said(id_name, id, '{file_sha256,engine,kind,external_id,line,col}',
        ARRAY[file_sha256::text, engine, kind, external_id, line::text, col::text],
        ARRAY[v_sha256::text, v_node.engine, v_node.kind, v_node.external_id, v_node.line::text, v_node.col::text]);
END
$$;

CREATE OR REPLACE VIEW exograph.file_keys AS
SELECT f.id AS file_id, p.ecosystem, p.name AS package, v.version, f.sha256 AS file_sha256
FROM exograph.files f
LEFT JOIN exograph.package_versions v ON v.id = f.package_version_id
LEFT JOIN exograph.packages p ON p.id = v.package_id;

COMMENT ON VIEW exograph.file_keys IS
    'The natural key of each file. ecosystem, package and version are NULL for a file without package.';
