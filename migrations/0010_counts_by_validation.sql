-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- The staged rows are counted by the scan that validates them, which also tells whether facts name their package and version.

DROP FUNCTION IF EXISTS exograph.count_staging();
DROP FUNCTION IF EXISTS exograph.fact_parts(text, jsonb);
DROP FUNCTION IF EXISTS exograph.fact_query(text, boolean, jsonb);
DROP FUNCTION IF EXISTS exograph.changes_query(text, jsonb);
DROP FUNCTION IF EXISTS exograph.adopt_facts(integer, text, bigint, jsonb);
DROP FUNCTION IF EXISTS exograph.rewrite_facts(integer, text, bigint, bigint, jsonb);
