-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- The inserter views hold the version and file of a row, not its package alone, and say what an id and a key have for values.

DROP PROCEDURE IF EXISTS exograph.hold_package(bigint);
DROP FUNCTION IF EXISTS exograph.resolve_node(bigint, exograph.graph_nodes);
DROP PROCEDURE IF EXISTS exograph.check_version(bigint, bigint, bigint, bigint, text, text, text);
DROP PROCEDURE IF EXISTS exograph.raise_contradiction(text);
