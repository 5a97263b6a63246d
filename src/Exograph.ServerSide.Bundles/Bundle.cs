using Exograph.Shared;

namespace Exograph.ServerSide.Bundles;

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

/// <summary>A bundle of docs/bundle-format.md: a directory with a file per table, or one NDJSON stream of all tables.</summary>
public sealed class Bundle
{
    /// <summary>Name of the file of a directory that counts its rows.</summary>
    public const string ManifestName = RowCounts.ManifestName;

    private static readonly string[] s_extensions = [".csv", ".ndjson", ".csv.gz", ".ndjson.gz"];

    private Bundle(string name) => Name = name;

    /// <summary>How messages call it.</summary>
    public string Name { get; }

    /// <summary>
    /// Whether its rows are counted: by the manifest of a directory, by the end record of a stream. Where not, nothing tells a file
    /// that was cut off at the end of a line from one that is whole.
    /// </summary>
    public bool IsCounted => Stream is not null || Manifest is not null;

    /// <summary>The files of a directory, in the order of the tables; empty for a stream.</summary>
    internal IReadOnlyList<TableFile> Files { get; private init; } = [];

    /// <summary>What the manifest of a directory counts; null where it has none, and for a stream, which has an end record.</summary>
    internal RowCounts? Manifest { get; private init; }

    /// <summary>The stream; null for a directory.</summary>
    internal Stream? Stream { get; private init; }

    /// <summary>A bundle that is read once, from a stream.</summary>
    /// <param name="stream">NDJSON whose lines name their tables, with an end record behind them. Disposed when it was read.</param>
    /// <param name="name">How messages call it.</param>
    public static Bundle FromStream(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new Bundle(name) { Stream = stream };
    }

    /// <summary>Opens a directory of <c>&lt;table&gt;.csv</c> or <c>.ndjson</c>, each optionally <c>.gz</c>.</summary>
    /// <exception cref="BundleException">There is no such directory, or it holds no bundle.</exception>
    public static Bundle Open(string path)
    {
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
        return new Bundle(path)
        {
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

    internal static string TableNames { get; } = string.Join(", ", StagedTable.All.Select(t => t.Name));
}
