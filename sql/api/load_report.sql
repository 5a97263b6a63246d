SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE VIEW exograph.load_report AS
SELECT l.load_id, l.label, l.state, t.table_name, t.staged, t.inserted, t.existing, t.collapsed, t.rejected, t.conflicting,
       t.path, round(t.milliseconds::numeric, 1) AS milliseconds, t.wal_bytes, t.reason, t.replaced
FROM exograph.loads l
JOIN exograph.load_tables t USING (load_id)
ORDER BY l.load_id DESC, t.position;

COMMENT ON VIEW exograph.load_report IS
    'What became of every staged row, per finalized load and table, the newest load first. staged = inserted + existing + '
    'collapsed + rejected. reason: why facts took their path. replaced: rows that the index had and that gave way.';
