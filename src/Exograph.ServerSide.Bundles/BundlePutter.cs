namespace Exograph.ServerSide.Bundles;

/// <summary>How directories of files are put into a schema.</summary>
public sealed record BundlePutOptions
{
    /// <summary>What becomes of rows that exist, and of bad ones.</summary>
    public PutOptions Put { get; init; } = new();

    /// <summary>How files are read.</summary>
    public BundleOptions Reading { get; init; } = new();

    /// <summary>Tables by the names of their files, where these differ.</summary>
    public IReadOnlyDictionary<string, string> Tables { get; init; } = new Dictionary<string, string>();

    /// <summary>Names of files, without extensions, that are left out.</summary>
    public IReadOnlySet<string> LeaveOut { get; init; } = new HashSet<string>();
}

/// <summary>
/// Puts directories of <c>&lt;table&gt;.csv</c> or <c>.ndjson</c>, optionally <c>.gz</c>, into the tables of any schema by their natural
/// keys: all of them in one transaction, each with keys of its own. For one call.
/// </summary>
public sealed class BundlePutter
{
    private readonly ExographClient _client;
    private readonly BundlePutOptions _options;

    /// <summary>For the database of <paramref name="client"/>.</summary>
    public BundlePutter(ExographClient client, BundlePutOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _options = options ?? new BundlePutOptions();
    }

    /// <summary>Rows for which it failed, by file and line.</summary>
    public IReadOnlyList<PutReject> Rejects { get; private set; } = [];

    /// <summary>Puts all directories in, or none.</summary>
    /// <param name="schema">Name of the schema, as it is written.</param>
    /// <param name="directories">The directories.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>A report for each.</returns>
    /// <exception cref="BundleException">A file is at fault.</exception>
    /// <exception cref="PutException">The server refused.</exception>
    /// <exception cref="ConnectionException">The server was lost.</exception>
    public async Task<IReadOnlyList<PutReport>> PutAsync(
        string schema, IEnumerable<string> directories, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(directories);
        // From here on nothing goes back to the caller's synchronization context.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var session = await _client.BeginPutAsync(schema, _options.Put, cancellationToken);
        await using (session)
        {
            var reports = new List<PutReport>();
            // What is wrong with the last of them by its names alone is told before the first is read.
            foreach (var bundle in Open(directories, session))
                reports.Add(await PutAsync(session, bundle, cancellationToken));
            await session.EndAsync(cancellationToken);
            return reports;
        }
    }

    /// <summary>What <see cref="PutAsync(string, IEnumerable{string}, CancellationToken)"/> does as one script for psql. Rows are not read.</summary>
    /// <param name="schema">Name of the schema, as it is written.</param>
    /// <param name="directories">The directories.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="BundleException">A file is at fault.</exception>
    /// <exception cref="PutException">The server refused.</exception>
    /// <exception cref="ConnectionException">The server was lost.</exception>
    public async Task<string> PrintAsync(string schema, IEnumerable<string> directories, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(directories);
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var session = await _client.BeginPutAsync(schema, _options.Put, cancellationToken);
        await using (session)
        {
            var bundles = Open(directories, session);
            return await session.AloneAsync("print", over: null, token => PrintAsync(session, bundles, token), cancellationToken);
        }
    }

    private async Task<string> PrintAsync(PutSession session, IEnumerable<PutBundle> bundles, CancellationToken cancellationToken)
    {
        var script = new PutScript();
        foreach (var bundle in bundles)
        {
            foreach (var file in bundle.Files)
            {
                var columns = await new TableFileReader(file, _options.Reading).ReadColumnsAsync(cancellationToken);
                if (columns.Count == 0)
                    continue;
                var staged = await session.CreateAsync(
                    file.Table, [.. columns.Select(c => Printed(file, c))], hasLines: true, cancellationToken);
                script.Fill(staged, file);
            }
            Check(session, bundle);
            script.Put(await session.PrintAsync(cancellationToken), session.Staged);
            await session.DropAsync(cancellationToken);
        }
        return script.End(_options.Put.DryRun);
    }

    private List<PutBundle> Open(IEnumerable<string> directories, PutSession session) =>
        [.. directories.Select(d => PutBundle.Open(d, session.Target, _options))];

    private async Task<PutReport> PutAsync(PutSession session, PutBundle bundle, CancellationToken cancellationToken)
    {
        var files = bundle.Files.ToDictionary(f => f.Table.Name, f => f.Name);
        foreach (var file in bundle.Files)
            await StageAsync(session, bundle, file, cancellationToken);
        Check(session, bundle);
        try
        {
            var report = await session.PutStagedAsync(cancellationToken);
            return report with { Rejects = Placed(report.Rejects) };
        }
        catch (PutException e)
        {
            Rejects = Placed(e.Rejects);
            throw;
        }

        IReadOnlyList<PutReject> Placed(IReadOnlyList<PutReject> rejects) => [.. rejects.Select(r => r with { File = files[r.Table] })];
    }

    private static void Check(PutSession session, PutBundle bundle)
    {
        if (!session.Staged.Any())
            throw new BundleException(bundle.Name, "expected rows, found none in any of its files");
    }

    private Task<bool> StageAsync(PutSession session, PutBundle bundle, PutFile file, CancellationToken cancellationToken) =>
        session.AloneAsync("stage rows", over: null, async token =>
        {
            var reader = new TableFileReader(file, _options.Reading);
            StagingTable? table = null;
            var rows = await reader.ReadAsync(async columns =>
            {
                table = await CreateAsync(session, file, columns, token);
                return session.Open(table, columns, () => reader.Line);
            }, NumberShift.None.ForReader(), token);
            bundle.CheckCount(file, rows);
            var empty = table!.Columns.Select(c => c.Name).Except(reader.Columns.Select(c => c.Name)).ToList();
            await session.DropColumnsAsync(table, empty, token);
            return true;
        }, cancellationToken);

    private static Task<StagingTable> CreateAsync(
        PutSession session, PutFile file, IReadOnlyList<StagedColumn> columns, CancellationToken cancellationToken) => session.CreateAsync(
        file.Table, [.. columns.Select(c => Staging(file.Table.Find(c.Name)!))], hasLines: true, cancellationToken);

    /// <summary>A JSON array becomes one of the server where it is read for a column of such a type.</summary>
    private static StagingColumn Printed(PutFile file, StagedColumn column) =>
        !file.IsCsv && file.Table.Find(column.Name)!.Type is var type && type.EndsWith("[]", StringComparison.Ordinal)
            ? new StagingColumn(column.Name, type, null)
            : Staging(file.Table.Find(column.Name)!);

    private static StagingColumn Staging(TargetColumn column) => column.Read.Type == ColumnType.Literal
        ? StagingColumn.OfText(column.Read.Name)
        : new StagingColumn(column.Read.Name, column.Type, column.TypeName);
}
