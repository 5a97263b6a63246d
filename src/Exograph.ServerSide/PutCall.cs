using Npgsql;

namespace Exograph.ServerSide;

/// <summary>A call of <c>dup_select.put_schema</c> with what has been staged, and what it says of the rows.</summary>
/// <param name="connection">A session in a transaction, in which the path is pinned.</param>
/// <param name="searchPath">The path of the caller, on which triggers may rely.</param>
/// <param name="schema">The schema that takes the rows.</param>
/// <param name="staged">The rows, by the names of their tables.</param>
/// <param name="options">What becomes of them.</param>
internal sealed class PutCall(NpgsqlConnection connection, string searchPath, string schema,
    IReadOnlyDictionary<string, StagingTable> staged, PutOptions options)
{
    /// <summary>What the options say of tables for which rows were staged.</summary>
    private readonly PutOptions _options = options with
    {
        NaturalKeys = options.NaturalKeys.Where(k => staged.ContainsKey(k.Key)).ToDictionary(StringComparer.Ordinal),
    };

    /// <summary>Where keys in source and target are kept, by the names of the tables.</summary>
    public IReadOnlyDictionary<string, string> Maps { get; private set; } = new Dictionary<string, string>();

    /// <exception cref="PutException">Rows cannot be put in.</exception>
    public async Task<PutReport> RunAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<PutTable> tables;
        await connection.ExecuteAsync("SAVEPOINT staged", cancellationToken).ConfigureAwait(false);
        try
        {
            tables = await CallAsync(_options, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == PutException.RowsAreBad)
        {
            var (found, count) = await FindRejectsAsync(cancellationToken).ConfigureAwait(false);
            throw PutException.FromRejects(e, found, count, _options.OnReject);
        }
        var rejects = tables.Any(t => t.Rejected > 0) ? await RejectsAsync(cancellationToken).ConfigureAwait(false) : [];
        if (_options.KeepMaps)
        {
            Maps = (await PutStatements.Maps.RunAsync(connection, [], cancellationToken).ConfigureAwait(false))
                .ToDictionary(m => m.Table, m => $"pg_temp.{Identifier.Quote(m.Map)}", StringComparer.Ordinal);
        }
        // Neither a pooler in transaction mode nor the next call is to find them.
        await connection.ExecuteAsync("DROP TABLE pg_temp.put_report, pg_temp.put_rejects", cancellationToken).ConfigureAwait(false);
        return new PutReport { Schema = schema, IsDryRun = _options.DryRun, Tables = tables, Rejects = rejects };
    }

    /// <summary>The statements that it would run.</summary>
    public async Task<string> PrintAsync(CancellationToken cancellationToken) =>
        (await PutStatements.Print.RunAsync(connection, PutStatements.ArgumentsOf(schema, staged.Values, _options), cancellationToken)
            .ConfigureAwait(false))[0];

    private async Task<IReadOnlyList<PutTable>> CallAsync(PutOptions wanted, CancellationToken cancellationToken)
    {
        await PutStatements.SetPath.RunAsync(connection, [Statements.Argument(searchPath)], cancellationToken).ConfigureAwait(false);
        if (wanted.Progress is not null)
            await connection.ExecuteAsync(PutStatements.TellProgress, cancellationToken).ConfigureAwait(false);
        connection.Notice += Hear;
        try
        {
            var tables = await PutStatements.Put.RunAsync(
                connection, PutStatements.ArgumentsOf(schema, staged.Values, wanted), cancellationToken).ConfigureAwait(false);
            await connection.ExecuteAsync(ServerCall.PinPath, cancellationToken).ConfigureAwait(false);
            return tables;
        }
        finally
        {
            connection.Notice -= Hear;
        }

        void Hear(object sender, NpgsqlNoticeEventArgs e)
        {
            if (PutStatements.ProgressOf(e.Notice) is { } progress)
                wanted.Progress?.Report(progress);
        }
    }

    /// <summary>
    /// The rows for which the call failed. What it knew of them is gone with it: it is made again, as one that leaves them out, and
    /// taken back.
    /// </summary>
    private async Task<(IReadOnlyList<PutReject> First, long Count)> FindRejectsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync("ROLLBACK TO SAVEPOINT staged", cancellationToken).ConfigureAwait(false);
            var lenient = _options with { OnReject = RejectPolicy.Skip, RejectLimit = null, KeepMaps = false };
            var tables = await CallAsync(lenient, cancellationToken).ConfigureAwait(false);
            return (await RejectsAsync(cancellationToken).ConfigureAwait(false), tables.Sum(t => t.Rejected));
        }
        catch (NpgsqlException) when (!cancellationToken.IsCancellationRequested)
        {
            return ([], 0); // what is told of the failure itself must not be lost for it
        }
    }

    private async Task<IReadOnlyList<PutReject>> RejectsAsync(CancellationToken cancellationToken)
    {
        var ours = staged.Values.Select(t => t.Line).OfType<string>().Distinct().ToArray();
        var rejects = await PutStatements.Rejects.RunAsync(connection,
            [Statements.Argument((int?)_options.RejectsReturned), Statements.Argument(ours)], cancellationToken).ConfigureAwait(false);
        var placed = new List<PutReject>(rejects.Count);
        foreach (var ofTable in rejects.GroupBy(r => r.Table))
        {
            var table = staged[ofTable.Key];
            var lines = table.Line is null ? []
                : await LinesAsync(table, [.. ofTable.Select(r => r.Line)], cancellationToken).ConfigureAwait(false);
            placed.AddRange(ofTable.Select(r => r with { Line = r.Line is { } n && lines.TryGetValue(n, out var line) ? line : null }));
        }
        return placed;
    }

    /// <summary>The lines of rows by their ordinals.</summary>
    private async Task<Dictionary<long, long>> LinesAsync(StagingTable table, long?[] ordinals, CancellationToken cancellationToken)
    {
        var line = Identifier.Quote(table.Line!);
        var statement = new Statement<(long Ordinal, long Line)>(table.Name, $"""
            SELECT n, line FROM (SELECT {line} AS line, pg_catalog.row_number() OVER (ORDER BY {line}) AS n FROM {table.QualifiedName}) s
            WHERE n = ANY ($1)
            """, r => (r.GetInt64(0), r.GetInt64(1)));
        var argument = new NpgsqlParameter { Value = ordinals.OfType<long>().ToArray() };
        return (await statement.RunAsync(connection, [argument], cancellationToken).ConfigureAwait(false))
            .ToDictionary(l => l.Ordinal, l => l.Line);
    }
}
