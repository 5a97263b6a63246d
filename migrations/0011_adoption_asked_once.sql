-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- Which facts may be adopted is asked once for all tables, by exograph.adoptable_facts.

DROP FUNCTION IF EXISTS exograph.may_be_adopted(text);
