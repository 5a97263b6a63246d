namespace Exograph.ServerSide.Bundles;

/// <summary>Stages the rows of a bundle.</summary>
internal sealed class BundleStager(LoadSession session, BundleOptions options)
{
    /// <summary>What facts belong to.</summary>
    private static readonly string[] s_keys = ["packages", "package_versions", "files"];

    /// <summary>Tables after those that refer to them: so it is known which rows are needed when they are read.</summary>
    private static readonly string[][] s_referrersFirst =
    [
        ["comments", "definitions", "symbol_references", "call_edges"], ["graph_nodes"], ["fragments"],
        ["fragment_terms", "fragment_term_sets"], ["terms"],
    ];

    private long _rowsRead;

    /// <summary>
    /// Parses, checks and stages the bundle. Where the load declares tables complete, facts of a directory that exist are left
    /// out, and files of which nothing is needed are not read.
    /// </summary>
    /// <exception cref="BundleException">The bundle is at fault. The load can only be abandoned.</exception>
    public async Task StageAsync(StagedBundle staged, CancellationToken cancellationToken)
    {
        var (bundle, shift) = staged;
        if (bundle.Stream is { } stream)
        {
            await StageStreamAsync(staged, stream, cancellationToken);
            return;
        }
        _rowsRead = 0;
        if (session.Declares)
            await StageLackingAsync(bundle, shift, cancellationToken);
        else
            await StageFilesAsync(bundle, bundle.Files, shift, cancellationToken);
        if (_rowsRead == 0 && bundle.Manifest is null)
            throw new BundleException(bundle.Name, "expected rows, found none in any of its files");
    }

    private async Task StageLackingAsync(Bundle bundle, NumberShift shift, CancellationToken cancellationToken)
    {
        var files = bundle.Files;
        await StageFilesAsync(bundle, files.Where(f => s_keys.Contains(f.Table.Name)), shift, cancellationToken);
        var filter = await session.FilterNewFilesAsync(cancellationToken);
        if (filter is null)
        {
            await StageFilesAsync(bundle, files.Where(f => !s_keys.Contains(f.Table.Name)), shift, cancellationToken);
            return;
        }
        session.Filter = filter;
        foreach (var tables in s_referrersFirst)
        {
            var needed = files.Where(f => tables.Contains(f.Table.Name) && filter.MayKeep(f.Table));
            await StageFilesAsync(bundle, needed, shift, cancellationToken);
        }
        session.Filter = null;
    }

    /// <summary>The first error stops the other files, and is the one that is thrown.</summary>
    private Task StageFilesAsync(
        Bundle bundle, IEnumerable<TableFile> files, NumberShift shift, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            files,
            new ParallelOptions { MaxDegreeOfParallelism = options.Readers, CancellationToken = cancellationToken },
            (file, token) => StageFileAsync(bundle, file, shift, token));

    private async ValueTask StageFileAsync(
        Bundle bundle, TableFile file, NumberShift shift, CancellationToken cancellationToken)
    {
        var numbers = shift.ForReader();
        var rows = await new TableFileReader(file, options).ReadAsync(
            columns => ValueTask.FromResult<IRowTarget>(session.OpenTable(file.Table, columns)), numbers, cancellationToken);
        bundle.CheckCount(file, rows);
        Interlocked.Add(ref _rowsRead, rows);
        numbers.Complete();
    }

    private async Task StageStreamAsync(StagedBundle staged, Stream stream, CancellationToken cancellationToken)
    {
        var name = staged.Bundle.Name;
        await using var input = new CountedStream(new EndableStream(stream), name, length: null, options.Progress);
        var numbers = staged.Shift.ForReader();
        await new NdjsonReader(name, options).ReadStreamAsync(input, session, numbers, staged.Lines, cancellationToken);
        numbers.Complete();
    }
}
