using System.Globalization;
using System.Text.Json;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>A file of the final rows of a table, or a part of them, in the binary format of COPY.</summary>
internal sealed record DumpPart(string Table, string File);

/// <summary>The final rows of a database with the definitions of its keys: what a dump would hold.</summary>
internal sealed record IndexDump(IndexSchema Schema, IReadOnlyList<DumpPart> Parts)
{
    /// <summary>32 MB of heap: several streams can share a table, and each is some seconds busy.</summary>
    private const long PagesPerPart = 4096;

    private const string ContentsFile = "contents.json";

    public static async Task WriteAsync(NpgsqlDataSource dataSource, string directory, CancellationToken cancellationToken)
    {
        var schema = await IndexSchema.ReadAsync(dataSource, cancellationToken);
        var parts = new List<(double Position, DumpPart Part)>();
        foreach (var leaf in schema.Leaves.Where(l => l.Pages > 0))
        {
            var count = (leaf.Pages + PagesPerPart - 1) / PagesPerPart;
            for (var n = 0L; n < count; n++)
            {
                var part = new DumpPart(leaf.Name, string.Create(CultureInfo.InvariantCulture, $"{parts.Count:D5}.copy"));
                await CopyOutAsync(dataSource, part, directory, n * PagesPerPart, cancellationToken);
                parts.Add(((double)n / count, part));
            }
        }
        // All tables progress alike, so that the streams seldom wait for each other to extend one table.
        var dump = new IndexDump(schema, [.. parts.OrderBy(p => p.Position).Select(p => p.Part)]);
        await File.WriteAllBytesAsync(
            Path.Combine(directory, ContentsFile), JsonSerializer.SerializeToUtf8Bytes(dump), cancellationToken);
    }

    public static async Task<IndexDump> ReadAsync(string directory, CancellationToken cancellationToken)
    {
        var json = await File.ReadAllBytesAsync(Path.Combine(directory, ContentsFile), cancellationToken);
        return JsonSerializer.Deserialize<IndexDump>(json)!;
    }

    /// <summary>Copies a part into its table.</summary>
    public static async Task CopyInAsync(
        NpgsqlDataSource dataSource, DumpPart part, string directory, CancellationToken cancellationToken)
    {
        await using var file = OpenFile(part, directory, FileMode.Open, FileAccess.Read);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var copy = await connection.BeginRawBinaryCopyAsync(
            $"COPY {part.Table} FROM STDIN (FORMAT BINARY)", cancellationToken);
        await file.CopyToAsync(copy, 1 << 20, cancellationToken);
    }

    private static async Task CopyOutAsync(
        NpgsqlDataSource dataSource, DumpPart part, string directory, long firstPage, CancellationToken cancellationToken)
    {
        var query = string.Create(CultureInfo.InvariantCulture, $"""
            COPY (SELECT * FROM ONLY {part.Table} WHERE ctid >= '({firstPage},0)' AND ctid < '({firstPage + PagesPerPart},0)')
            TO STDOUT (FORMAT BINARY)
            """);
        await using var file = OpenFile(part, directory, FileMode.CreateNew, FileAccess.Write);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var copy = await connection.BeginRawBinaryCopyAsync(query, cancellationToken);
        await copy.CopyToAsync(file, 1 << 20, cancellationToken);
    }

    private static FileStream OpenFile(DumpPart part, string directory, FileMode mode, FileAccess access) =>
        new(Path.Combine(directory, part.File), mode, access, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous);
}
