namespace Exograph.ServerSide.Bundles;

/// <summary>A file with rows of a table.</summary>
/// <param name="Rows">What is known of the table.</param>
/// <param name="Path">Where it is.</param>
internal record InputFile(RowTable Rows, string Path)
{
    private static readonly string[] s_extensions = [".csv", ".ndjson", ".csv.gz", ".ndjson.gz"];

    /// <summary>How messages call it.</summary>
    public string Name => Path;

    public bool IsGzip { get; } = Path.EndsWith(".gz", StringComparison.Ordinal);

    public bool IsCsv { get; } =
        Path.EndsWith(".csv", StringComparison.Ordinal) || Path.EndsWith(".csv.gz", StringComparison.Ordinal);

    /// <summary>What follows the name of the table, in the case that it ought to have; null of files of other kinds.</summary>
    public static string? ExtensionOf(string fileName) =>
        Array.Find(s_extensions, e => fileName.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    /// <summary>What is in a directory, in the order of the names.</summary>
    /// <exception cref="BundleException">There is no such directory.</exception>
    public static IEnumerable<string> In(string directory)
    {
        if (File.Exists(directory))
            throw new BundleException(directory, "expected a directory, found a file; a stream is read from standard input, as '-'");
        if (!Directory.Exists(directory))
            throw new BundleException(directory, "expected a directory, found nothing there");
        return Directory.EnumerateFileSystemEntries(directory).Order(StringComparer.Ordinal);
    }
}
