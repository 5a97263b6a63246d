using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Exograph.Shared;

namespace Exograph.ServerSide.Bundles;

/// <summary>A file of a bundle.</summary>
/// <param name="Table">Table that its rows belong to.</param>
/// <param name="Path">Where it is.</param>
internal sealed record TableFile(StagedTable Table, string Path) : InputFile(Table, Path);

/// <summary>A bundle of docs/bundle-format.md: a directory with a file per table, or one NDJSON stream of all tables.</summary>
public sealed class Bundle
{
    /// <summary>Name of the file of a directory that counts its rows.</summary>
    public const string ManifestName = RowCounts.ManifestName;

    private const int RowsAhead = 64;

    private Bundle(string name) => Name = name;

    /// <summary>How messages call it.</summary>
    public string Name { get; }

    /// <summary>
    /// Whether its rows are counted: by the manifest of a directory, by the end record of a stream. Where not, nothing tells a file
    /// that was cut off at the end of a line from one that is whole.
    /// </summary>
    public bool IsCounted => Stream is not null || Manifest is not null;

    /// <summary>Bytes of the files of a directory, as they are now; null for a stream, whose end nobody knows.</summary>
    public long? Bytes => Stream is null ? Files.Sum(f => new FileInfo(f.Path).Length) : null;

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
        var files = InputFile.In(path).Select(Recognize).OfType<TableFile>().ToList();
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

    /// <summary>
    /// Reads the rows of a table of a directory, with the numbers that the bundle gives them. JSON that a row lacks is the empty
    /// object. What <see cref="BundleLoader"/> loads goes to the server without becoming objects.
    /// </summary>
    /// <param name="options">How it is read.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="InvalidOperationException">The bundle is a stream, in which the rows of all tables are mixed.</exception>
    /// <exception cref="BundleException">The file of the table is at fault.</exception>
    public IAsyncEnumerable<TRow> ReadAsync<TRow>(BundleOptions? options = null, CancellationToken cancellationToken = default)
        where TRow : StagedRow
    {
        if (Stream is not null)
            throw new InvalidOperationException($"{Name} is a stream, in which the rows of all tables are mixed: it can be loaded only.");
        var table = StagedTable.For<TRow>();
        var file = Files.FirstOrDefault(f => f.Table == table);
        return file is null ? AsyncEnumerable.Empty<TRow>() : ReadAsync<TRow>(file, options ?? new BundleOptions(), cancellationToken);
    }

    /// <exception cref="BundleException">The manifest counts other rows than were found.</exception>
    internal void CheckCount(TableFile file, long rows)
    {
        if (Manifest is not null && Manifest[file.Table] is var expected && expected != rows)
            throw new BundleException(file.Name, $"expected {expected} rows, as {RowCounts.ManifestName} counts them, found {rows}");
    }

    /// <summary>A reader hands rows on, some ahead of whoever takes them.</summary>
    private async IAsyncEnumerable<TRow> ReadAsync<TRow>(
        TableFile file, BundleOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TRow : StagedRow
    {
        var rows = Channel.CreateBounded<TRow>(RowsAhead);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = Task.Run(() => ReadAsync(file, options, rows.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var row in rows.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return row;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }
    }

    private async Task ReadAsync<TRow>(
        TableFile file, BundleOptions options, ChannelWriter<TRow> rows, CancellationToken cancellationToken)
        where TRow : StagedRow
    {
        var reader = new TableFileReader(file, options);
        try
        {
            var count = await reader.ReadAsync(
                columns => ValueTask.FromResult<IRowTarget>(
                    new RowLook(ids: null, file.Table, columns, (fields, token) => rows.WriteAsync(Make(fields), token))),
                NumberShift.None.ForReader(), cancellationToken);
            CheckCount(file, count);
            rows.Complete();
        }
        catch (Exception e)
        {
            rows.Complete(e);
        }

        TRow Make(ReadOnlyMemory<byte>?[] fields)
        {
            try
            {
                return RowFactory<TRow>.Create(fields);
            }
            catch (BadValueException e)
            {
                throw new BundleException(file.Name, e.Message, reader.Line, e.Column, e);
            }
        }
    }

    private static RowCounts? ReadManifest(string path, List<TableFile> files)
    {
        if (RowCounts.ReadManifest(System.IO.Path.Combine(path, RowCounts.ManifestName), RowCounts.Tables) is not { } manifest)
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
        if (InputFile.ExtensionOf(name) is not { } extension)
            return null;
        var table = name.EndsWith(extension, StringComparison.Ordinal) ? StagedTable.Find(name[..^extension.Length]) : null;
        if (table is null)
            throw new BundleException(path, $"expected the name of a table before {extension}; the tables are {TableNames}");
        return RegularFile.Problem(path) is { } problem
            ? throw new BundleException(path, $"expected a regular file, but it {problem}")
            : new TableFile(table, path);
    }

    internal static string TableNames { get; } = string.Join(", ", RowCounts.Tables);
}
