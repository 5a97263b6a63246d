-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- A parameter more makes an overload of a function, so the old one goes first.

DROP FUNCTION IF EXISTS exograph.reject_query(text);
DROP FUNCTION IF EXISTS exograph.fact_query(text, boolean);
