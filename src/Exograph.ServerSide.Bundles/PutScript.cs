using System.Text;

namespace Exograph.ServerSide.Bundles;

/// <summary>A script for psql that stages files and puts their rows in, in one transaction. It needs nothing of this library.</summary>
internal sealed class PutScript
{
    private readonly StringBuilder _text = new("""
        \set ON_ERROR_STOP on
        BEGIN;

        """);

    /// <summary>Makes a temporary table and has psql fill it from a file.</summary>
    public void Fill(StagingTable table, PutFile file)
    {
        _text.Append($"\n{table.CreateCommand(counts: true)};\n");
        var columns = string.Join(", ", table.Columns.Select(c => Identifier.Quote(c.Name)));
        var path = Path.GetFullPath(file.Path);
        var from = file.IsGzip ? $"PROGRAM {Literal($"gzip -dc -- {Shell(path)}")}" : Literal(path);
        if (file.IsCsv)
        {
            _text.Append($"\\copy {table.QualifiedName} ({columns}) FROM {from} (FORMAT csv, HEADER, ENCODING 'UTF8')\n");
            return;
        }
        // A line of JSON holds neither of these two characters as they are.
        _text.Append($"""
            CREATE TEMPORARY TABLE staged_ndjson (line pg_catalog.text, number pg_catalog.int8 GENERATED ALWAYS AS IDENTITY) ON COMMIT DROP;
            \copy pg_temp.staged_ndjson (line) FROM {from} (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02', ENCODING 'UTF8')
            INSERT INTO {table.QualifiedName} ({columns})
            SELECT {string.Join(", ", table.Columns.Select(c => $"r.{Identifier.Quote(c.Name)}"))}
            FROM pg_temp.staged_ndjson AS l
            CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::{table.QualifiedName}, l.line::pg_catalog.jsonb) AS r
            ORDER BY l.number;
            DROP TABLE pg_temp.staged_ndjson;

            """);
    }

    /// <summary>Puts in what has been staged, and has it go.</summary>
    public void Put(string statements, IEnumerable<StagingTable> tables)
    {
        _text.Append($"\n{statements}\nDROP TABLE {string.Join(", ", tables.Select(t => t.QualifiedName))};\n");
    }

    public string End(bool rollsBack) => _text.Append(rollsBack ? "ROLLBACK;\n" : "COMMIT;\n").ToString();

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Shell(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
