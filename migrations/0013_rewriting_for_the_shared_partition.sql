-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- exograph.rewrite_facts is told whether the facts are to be shared, which its caller has decided.

DROP FUNCTION IF EXISTS exograph.rewrite_facts(integer, text, bigint, bigint, jsonb, boolean);
