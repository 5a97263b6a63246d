-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- dup_select looks for keys that BEFORE triggers make: what its functions take and return changes.

DROP FUNCTION IF EXISTS dup_select.plan_key_candidates(oid, text[]);
DROP FUNCTION IF EXISTS dup_select.plan_key_index(jsonb, jsonb);
DROP FUNCTION IF EXISTS dup_select.level_conflict(jsonb);
DROP FUNCTION IF EXISTS dup_select.level_insert_row(jsonb, text, text);
DROP FUNCTION IF EXISTS dup_select.level_select_row(jsonb, text, text, text);
DROP FUNCTION IF EXISTS dup_select.sole_key(regclass);
DROP FUNCTION IF EXISTS dup_select.require_given_key(anyelement, regclass);
DROP FUNCTION IF EXISTS dup_select.key_of_row(anyelement, regclass);
DROP FUNCTION IF EXISTS dup_select.put_statements(jsonb, oid);
DROP FUNCTION IF EXISTS dup_select.plan_key_element(pg_index, integer, jsonb, jsonb);
DROP FUNCTION IF EXISTS dup_select.plan_check_levels(jsonb);
