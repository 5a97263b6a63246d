using Exograph.Shared;

namespace Exograph.ServerSide.Cli.Bundles;

/// <summary>A file of a bundle.</summary>
/// <param name="Table">Table that its rows belong to.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Name">How messages call it.</param>
internal sealed record TableFile(StagedTable Table, string Path, string Name)
{
    public bool IsGzip { get; } = Path.EndsWith(".gz", StringComparison.Ordinal);

    public bool IsCsv { get; } =
        Path.EndsWith(".csv", StringComparison.Ordinal) || Path.EndsWith(".csv.gz", StringComparison.Ordinal);
}

/// <summary>A bundle of docs/bundle-format.md: a directory with a file per table, or one stream.</summary>
internal sealed record Bundle
{
    /// <summary>How the command line names the stream on standard input.</summary>
    public const string StandardInput = "-";

    private static readonly string[] s_extensions = [".csv", ".ndjson", ".csv.gz", ".ndjson.gz"];

    /// <summary>How messages call it.</summary>
    public required string Name { get; init; }

    /// <summary>The files of a directory, in the order of the tables; empty for a stream.</summary>
    public required IReadOnlyList<TableFile> Files { get; init; }

    /// <summary>What the manifest of a directory counts; null where it has none, and for a stream, which has an end record.</summary>
    public RowCounts? Manifest { get; init; }

    /// <summary>Whether nothing tells a file that was cut off at the end of a line from one that is whole.</summary>
    public bool IsUncounted => Stream is null && Manifest is null;

    /// <summary>The stream on standard input; null for a directory.</summary>
    public Stream? Stream { get; init; }

    public static Bundle Open(string path, Func<Stream> standardInput)
    {
        if (path == StandardInput)
            return new Bundle { Name = "standard input", Files = [], Stream = standardInput() };
        if (File.Exists(path))
            throw new BundleException(path, "expected a directory, found a file; a stream is read from standard input, as '-'");
        if (!Directory.Exists(path))
            throw new BundleException(path, "expected a directory, found nothing there");
        var files = Directory.EnumerateFileSystemEntries(path).Order(StringComparer.Ordinal).Select(Recognize).OfType<TableFile>().ToList();
        if (files.Count == 0)
            throw new BundleException(path, "expected files such as packages.csv or files.ndjson.gz, found none");
        var twice = files.GroupBy(f => f.Table).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
        {
            var names = string.Join(" and ", twice.Select(f => f.Name));
            throw new BundleException(path, $"expected one file per table, found {names}");
        }
        return new Bundle
        {
            Name = path,
            Files = [.. StagedTable.All.SelectMany(t => files.Where(f => f.Table == t))],
            Manifest = ReadManifest(path, files),
        };
    }

    private static RowCounts? ReadManifest(string path, List<TableFile> files)
    {
        if (RowCounts.ReadManifest(System.IO.Path.Combine(path, RowCounts.ManifestName)) is not { } manifest)
            return null;
        var missing = StagedTable.All.FirstOrDefault(t => manifest[t] > 0 && files.TrueForAll(f => f.Table != t));
        return missing is null
            ? manifest
            : throw new BundleException(path, $"expected a file of {missing.Name}, of which {RowCounts.ManifestName} counts "
                + $"{manifest[missing]} rows, found none");
    }

    /// <summary>Files of other kinds, such as a README, are nobody's; one that looks like a table must be one.</summary>
    private static TableFile? Recognize(string path)
    {
        var name = System.IO.Path.GetFileName(path);
        var extension = Array.Find(s_extensions, e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase));
        if (extension is null)
            return null;
        var table = name.EndsWith(extension, StringComparison.Ordinal) ? StagedTable.Find(name[..^extension.Length]) : null;
        if (table is null)
            throw new BundleException(path, $"expected the name of a table before {extension}; the tables are {TableNames}");
        return RegularFile.Problem(path) is { } problem
            ? throw new BundleException(path, $"expected a regular file, but it {problem}")
            : new TableFile(table, path, path);
    }

    public static string TableNames { get; } = string.Join(", ", StagedTable.All.Select(t => t.Name));
}
