SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Finds the rows that break a rule, and leaves them out or fails; compares what is staged with the manifest. Errors: XG005,
-- XG006.
CREATE OR REPLACE PROCEDURE exograph_private.validate(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    CALL exograph_private.start_phase(load.load_id, 'validate');
    CALL exograph_private.validate_staging(load);
    CALL exograph_private.check_manifest(load.load_id);
    CALL exograph_private.open_report(load);
    CALL exograph_private.handle_rejects(load);
END
$$;

-- Finds all staged rows that break a rule (table rejects of the load), and the canonical numbers of the others (tables keys_*).
-- Tables come after those they refer to, so one pass reaches the fixpoint: a row that refers to a rejected one is rejected.
CREATE OR REPLACE PROCEDURE exograph_private.validate_staging(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    CALL exograph_private.create_work_tables();
    CALL exograph_private.note_reservations(load.load_id);

    CALL exograph_private.validate_table('packages', load.is_reserved);
    CALL exograph_private.key_packages();
    CALL exograph_private.validate_table('package_versions', load.is_reserved);
    CALL exograph_private.key_package_versions();
    CALL exograph_private.validate_table('files', load.is_reserved);
    CALL exograph_private.key_files();
    CALL exograph_private.validate_table('terms', load.is_reserved);
    CALL exograph_private.key_terms();
    CALL exograph_private.validate_table('fragments', load.is_reserved);
    CALL exograph_private.key_fragments();
    CALL exograph_private.validate_table('graph_nodes', load.is_reserved);
    CALL exograph_private.key_graph_nodes();

    CALL exograph_private.validate_table('comments', load.is_reserved);
    CALL exograph_private.validate_table('definitions', load.is_reserved);
    CALL exograph_private.validate_table('symbol_references', load.is_reserved);
    CALL exograph_private.validate_table('call_edges', load.is_reserved);
    CALL exograph_private.validate_table('fragment_terms', load.is_reserved);
    CALL exograph_private.validate_term_sets(load.is_reserved);
END
$$;

-- Notes the ids that a load has reserved, ranges that follow each other as one.
CREATE OR REPLACE PROCEDURE exograph_private.note_reservations(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    INSERT INTO reserved_ranges (table_name, first, last)
    SELECT r.table_name, min(r.first), max(r.last)
    FROM (
        SELECT i.table_name, i.first, i.last,
               i.last - sum(i.last - i.first + 1) OVER (PARTITION BY i.table_name ORDER BY i.first) AS range
        FROM exograph.reserved_ids i
        WHERE i.load_id = note_reservations.load_id
    ) r
    GROUP BY r.table_name, r.range;
    ANALYZE reserved_ranges;
END
$$;

-- Counts the rows of a staging table, and adds those that break a rule to the load's rejects. The tables it refers to have been
-- validated and keyed. reserved: its numbers must be ids that the load has reserved. One scan counts the rows and the rejects,
-- in parallel, which INSERT .. SELECT cannot: 10M rows take half the time. Rejects are rare, and only then listed.
CREATE OR REPLACE PROCEDURE exograph_private.validate_table(table_name text, reserved boolean)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_query      text;
    v_staged     bigint;
    v_rejects    bigint;
    v_derived    bigint;
    v_unfinished bigint;
BEGIN
    PERFORM setval(to_regclass('validating'), exograph_private.table_position(table_name));
    IF pg_relation_size(to_regclass('staged_' || table_name)) = 0 THEN -- 3 ms, which to many a load are much
        INSERT INTO staged_rows (table_name, staged, derived, unfinished) VALUES (table_name, 0, 0, 0);
        RETURN;
    END IF;
    v_query := exograph_private.reject_query(table_name, reserved, (
        SELECT jsonb_object_agg(r.table_name, jsonb_build_array(r.first, r.last)) FROM number_ranges r));
    EXECUTE format('SELECT count(*), count(q.broken), count(q.derived), count(q.unfinished) FROM (%s) q', v_query)
    INTO v_staged, v_rejects, v_derived, v_unfinished;
    INSERT INTO staged_rows (table_name, staged, derived, unfinished)
    VALUES (table_name, v_staged, v_derived, v_unfinished);
    IF v_rejects > 0 THEN
        EXECUTE format(
            'INSERT INTO rejects (table_name, staged_ctid, reason, is_dangling)
             SELECT %L, q.staged_ctid, (q.broken).reason, (q.broken).is_dangling
             FROM (%s) q
             WHERE (q.broken).reason IS NOT NULL',
            table_name, v_query);
    END IF;
END
$$;

-- Canonical numbers of the valid staged packages.
CREATE OR REPLACE PROCEDURE exograph_private.key_packages()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    INSERT INTO keys_packages (number, canonical)
    SELECT s.id, min(s.id) OVER (PARTITION BY s.ecosystem, s.name)
    FROM staged_packages s
    WHERE NOT EXISTS (SELECT FROM rejects r WHERE r.table_name = 'packages' AND r.staged_ctid = s.ctid);
    ANALYZE keys_packages;
    INSERT INTO number_ranges (table_name, first, last)
    SELECT 'packages', min(k.number), max(k.number)
    FROM keys_packages k
    HAVING count(*) = max(k.number)::bigint - min(k.number) + 1;
END
$$;

-- Canonical numbers of the valid staged package versions.
CREATE OR REPLACE PROCEDURE exograph_private.key_package_versions()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    INSERT INTO keys_package_versions (number, canonical, package)
    SELECT s.id, min(s.id) OVER (PARTITION BY p.canonical, s.version), p.canonical
    FROM staged_package_versions s
    JOIN keys_packages p ON p.number = s.package_id
    WHERE NOT EXISTS (SELECT FROM rejects r WHERE r.table_name = 'package_versions' AND r.staged_ctid = s.ctid);
    ANALYZE keys_package_versions;
    INSERT INTO number_ranges (table_name, first, last)
    SELECT 'package_versions', min(k.number), max(k.number)
    FROM keys_package_versions k
    HAVING count(*) = max(k.number)::bigint - min(k.number) + 1;
END
$$;

-- Canonical numbers of the valid staged files, with version and package; these are NULL for a file without package.
CREATE OR REPLACE PROCEDURE exograph_private.key_files()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    INSERT INTO keys_files (number, canonical, package_version, package)
    SELECT s.id, min(s.id) OVER (PARTITION BY v.canonical, s.sha256), v.canonical, v.package
    FROM staged_files s
    LEFT JOIN keys_package_versions v ON v.number = s.package_version_id
    WHERE NOT EXISTS (SELECT FROM rejects r WHERE r.table_name = 'files' AND r.staged_ctid = s.ctid);
    ANALYZE keys_files;
    INSERT INTO number_ranges (table_name, first, last)
    SELECT 'files', min(k.number), max(k.number)
    FROM keys_files k
    HAVING count(*) = max(k.number)::bigint - min(k.number) + 1;
END
$$;

-- Canonical numbers and digests of the valid staged terms; those that were resolved early have no digest.
CREATE OR REPLACE PROCEDURE exograph_private.key_terms()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    INSERT INTO keys_terms (number, canonical, digest)
    SELECT d.id, min(d.id) OVER (PARTITION BY d.digest), d.digest
    FROM (
        SELECT s.id, exograph.text_digest(s.term) AS digest
        FROM staged_terms s
        WHERE NOT EXISTS (SELECT FROM rejects r WHERE r.table_name = 'terms' AND r.staged_ctid = s.ctid)
    ) d;
    INSERT INTO keys_terms (number, canonical)
    SELECT DISTINCT r.id, r.id FROM resolved_terms r;
    ANALYZE keys_terms;
    INSERT INTO number_ranges (table_name, first, last)
    SELECT 'terms', min(k.number), max(k.number)
    FROM keys_terms k
    HAVING count(*) = max(k.number)::bigint - min(k.number) + 1;
END
$$;

-- Canonical numbers and natural keys of the valid staged fragments; file is the canonical number of theirs, a content hash that
-- is missing is computed.
CREATE OR REPLACE PROCEDURE exograph_private.key_fragments()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    -- Numbers before bytes: comparing them sorts faster.
    INSERT INTO keys_fragments (number, canonical, file, content_hash, line, end_line)
    SELECT h.id, min(h.id) OVER (PARTITION BY h.file, h.line, h.end_line, h.content_hash), h.file, h.content_hash, h.line,
           h.end_line
    FROM (
        SELECT s.id, k.canonical AS file, s.line, s.end_line, s.content_hash
        FROM staged_fragments s
        JOIN keys_files k ON k.number = s.file_id
        WHERE s.content_hash IS NOT NULL
            AND NOT EXISTS (SELECT FROM rejects r WHERE r.table_name = 'fragments' AND r.staged_ctid = s.ctid)
        UNION ALL
        SELECT s.id, k.canonical, s.line, s.end_line, exograph.fragment_content_hash(
            p.ecosystem, p.name, v.version, f.sha256, s.kind, s.line, s.end_line, s.exact_hash)
        FROM staged_fragments s
        JOIN keys_files k ON k.number = s.file_id
        JOIN staged_files f ON f.id = k.number
        LEFT JOIN staged_package_versions v ON v.id = f.package_version_id
        LEFT JOIN staged_packages p ON p.id = v.package_id
        WHERE s.content_hash IS NULL
            AND NOT EXISTS (SELECT FROM rejects r WHERE r.table_name = 'fragments' AND r.staged_ctid = s.ctid)
    ) h;
    ANALYZE keys_fragments;
    INSERT INTO number_ranges (table_name, first, last)
    SELECT 'fragments', min(k.number), max(k.number)
    FROM keys_fragments k
    HAVING count(*) = max(k.number)::bigint - min(k.number) + 1;
END
$$;

-- Canonical numbers of the valid staged graph nodes. The columns of the key themselves: a digest of them, as graph_node_digest
-- makes it, takes 4 us a row.
CREATE OR REPLACE PROCEDURE exograph_private.key_graph_nodes()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    INSERT INTO keys_graph_nodes (number, canonical)
    SELECT s.id, min(s.id) OVER (
        PARTITION BY f.canonical, CASE WHEN s.file_id IS NULL THEN v.canonical ELSE f.package_version END,
            s.line, s.col, s.qualified_name, s.kind, s.external_id, s.engine)
    FROM staged_graph_nodes s
    LEFT JOIN keys_files f ON f.number = s.file_id
    LEFT JOIN keys_package_versions v ON v.number = s.package_version_id
    WHERE NOT EXISTS (SELECT FROM rejects r WHERE r.table_name = 'graph_nodes' AND r.staged_ctid = s.ctid);
    ANALYZE keys_graph_nodes;
    INSERT INTO number_ranges (table_name, first, last)
    SELECT 'graph_nodes', min(k.number), max(k.number)
    FROM keys_graph_nodes k
    HAVING count(*) = max(k.number)::bigint - min(k.number) + 1;
END
$$;

-- Compares the counts that validate_staging made with the manifest, unless they have agreed before. Errors: XG005.
CREATE OR REPLACE PROCEDURE exograph_private.check_manifest(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_different text := exograph_private.manifest_difference(load_id);
BEGIN
    IF v_different IS NOT NULL THEN
        RAISE EXCEPTION 'load %: the staging does not hold what was sealed', load_id USING ERRCODE = 'XG005',
            DETAIL = v_different,
            HINT = format('Stage what is missing or remove what is too much, or seal the true counts: '
                          'SELECT exograph.seal_load(%s, ...).', load_id);
    END IF;
END
$$;

-- How the counts differ from the manifest. NULL where they do not, where there is none, or where they agreed in an earlier
-- call: the manifest tells whether all that was sent arrived, and what differs afterwards is what somebody corrected (a crash is
-- told by the token). That they agreed must outlive a rollback, as the value of a sequence does.
CREATE OR REPLACE FUNCTION exograph_private.manifest_difference(load_id integer) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_manifest  jsonb    := (SELECT l.manifest FROM exograph.loads l WHERE l.load_id = manifest_difference.load_id);
    v_hash      bigint   := hashtextextended(v_manifest::text, 0);
    v_verified  regclass := to_regclass('verified_manifest');
    v_different text;
BEGIN
    IF v_manifest IS NULL OR v_hash = pg_sequence_last_value(v_verified) THEN
        RETURN NULL;
    END IF;
    SELECT string_agg(format('%s: %s staged, %s sealed', s.table_name, s.staged, m.sealed), '; ' ORDER BY t.table_position)
    INTO v_different
    FROM staged_rows s
    JOIN exograph_private.staging_tables t USING (table_name)
    CROSS JOIN LATERAL (SELECT coalesce((v_manifest ->> s.table_name)::bigint, 0) AS sealed) m
    WHERE m.sealed <> s.staged AND (t.kind <> 'set' OR v_manifest ? s.table_name);
    IF v_different IS NULL THEN
        PERFORM setval(v_verified, v_hash);
    END IF;
    RETURN v_different;
END
$$;
