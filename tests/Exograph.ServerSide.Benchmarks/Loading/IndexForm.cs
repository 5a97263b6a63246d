using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>How a contender stores the index.</summary>
internal enum IndexForm
{
    /// <summary>As the loader does: the terms of a fragment are a row.</summary>
    Sets,

    /// <summary>As it was before: a row per pair of fragment and term.</summary>
    Rows,

    /// <summary>In another database system. What it holds is copied into bare tables of the row form, to be compared.</summary>
    Elsewhere,
}

/// <summary>
/// The row form: the same index, but that exograph.fragment_terms is a table, and that fragments, graph nodes and facts have foreign
/// keys.
/// </summary>
internal static class RowForm
{
    /// <summary>Takes an index to the row form: definitions as migrations/0005_facts.sql has them.</summary>
    public static Task ApplyAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken) => dataSource.RunAsync("""
        DROP VIEW exograph.fragment_terms, exograph.fragment_term_pairs CASCADE;
        CREATE TABLE exograph.fragment_terms (
            fragment_id bigint  NOT NULL,
            term_id     integer NOT NULL,
            load_id     integer NOT NULL DEFAULT 0
        ) PARTITION BY RANGE (load_id);
        DO $$
        DECLARE
            v_sets   regclass;
            v_pairs  text;
            v_bounds text;
        BEGIN
            FOR v_sets, v_pairs, v_bounds IN
                SELECT c.oid, replace(c.relname, 'fragment_term_sets', 'fragment_terms'), pg_get_expr(c.relpartbound, c.oid)
                FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = 'exograph.fragment_term_sets'::regclass
            LOOP
                EXECUTE format('CREATE TABLE exograph.%I PARTITION OF exograph.fragment_terms %s', v_pairs, v_bounds);
                EXECUTE format('INSERT INTO exograph.%I SELECT fragment_id, unnest(term_ids), load_id FROM %s', v_pairs, v_sets);
            END LOOP;
        END
        $$;
        CREATE UNIQUE INDEX fragment_terms_identity ON exograph.fragment_terms (term_id, fragment_id, load_id);
        CREATE INDEX fragment_terms_fragment_id ON exograph.fragment_terms
            USING brin (fragment_id) WITH (pages_per_range = 32);
        DROP TABLE exograph.fragment_term_sets CASCADE; -- with the view of a shard
        DO $$
        DECLARE
            r exograph_private.references;
        BEGIN
            FOR r IN
                SELECT * FROM exograph_private.references f
                WHERE NOT f.has_key AND f.parent <> 'loads' AND f.table_name <> 'fragment_term_sets'
            LOOP
                EXECUTE format('ALTER TABLE exograph.%I ADD CONSTRAINT %I FOREIGN KEY (%I) REFERENCES exograph.%I ON DELETE %s',
                               r.table_name, format('%s_%s_fkey', r.table_name, r.column_name), r.column_name, r.parent,
                               CASE r.on_orphan WHEN 'clear' THEN 'SET NULL' ELSE 'CASCADE' END);
            END LOOP;
        END
        $$;
        """, cancellationToken);
}
