using System.Data;
using Npgsql;

namespace Exograph.ServerSide.Tests.Model;

/// <summary>
/// An index that starts empty, with the model of it beside. It lives in one transaction that is rolled back, or commits and is
/// emptied row by row.
/// </summary>
internal sealed partial class TestIndex : IAsyncDisposable
{
    private const string RowsWereRejected = "XG006";
    private const string SavePoint = "before_refusal";

    private static readonly long?[] s_partitionThresholds = [null, 0, 0, 4, 1_000_000];

    private readonly NpgsqlDataSource _dataSource;
    private readonly NpgsqlTransaction? _transaction;
    private readonly Func<Task>? _restart;
    private readonly HashSet<string> _givenHashes = [];
    private readonly IndexModel _model = new();
    private NpgsqlConnection _connection;
    private BulkLoader _loader;

    private TestIndex(
        NpgsqlDataSource dataSource, NpgsqlConnection connection, NpgsqlTransaction? transaction, Func<Task>? restart)
    {
        _dataSource = dataSource;
        _connection = connection;
        _transaction = transaction;
        _restart = restart;
        _loader = new BulkLoader(connection, _givenHashes);
    }

    /// <param name="dataSource">A database with an empty index, that nobody else uses.</param>
    /// <param name="commits">Whether every statement commits. A transaction is faster, but takes one load only.</param>
    /// <param name="restart">Kills the server and starts it again, where that may be done.</param>
    public static async Task<TestIndex> OpenAsync(NpgsqlDataSource dataSource, bool commits, Func<Task>? restart = null)
    {
        var connection = await dataSource.OpenConnectionAsync();
        return new TestIndex(dataSource, connection, commits ? null : await connection.BeginTransactionAsync(), restart);
    }

    public async Task<IndexContent> ReadAsync() => (await _loader.ReadIndexAsync()).Content;

    public Task<List<string>> SequencesAsync() => _loader.SequencesAsync();

    /// <summary>Loads a bundle, and returns in what the index, the report and the rejects differ from the model.</summary>
    /// <param name="bundle">The rows.</param>
    /// <param name="random">Decides how.</param>
    /// <param name="mayReserve">Whether its rows may get other numbers, by ids that the load reserves.</param>
    /// <param name="replaces">Whether what the index has of its files gives way.</param>
    /// <param name="crash">When a first attempt to finalize is to fail, if one is.</param>
    public async Task<IReadOnlyList<string>> LoadAsync(
        Bundle bundle, Random random, bool mayReserve = true, bool replaces = false, CrashPoint? crash = null)
    {
        var skips = random.Next(2) == 0;
        var threshold = s_partitionThresholds[random.Next(s_partitionThresholds.Length)];
        var reserves = mayReserve && random.Next(2) == 0;
        // The mode is told at the beginning, or only at the end.
        string? mode = replaces ? "replace" : random.Next(2) == 0 ? "union" : null;
        var beginsSo = random.Next(2) == 0;
        var complete = random.GetItems([.. IndexModel.CompleteTables], random.Next(4)).Distinct().ToList();
        var load = await _loader.BeginAsync(
            threshold, skips ? "skip" : null, reserves, beginsSo ? mode : null, [.. complete.Select(table => table.Name)]);
        var staged = bundle;
        IReadOnlyList<BundleRow> resolved = [];
        if (reserves)
        {
            // A transaction that has resolved terms may not finalize.
            var resolves = _transaction is null && random.Next(2) == 0;
            (bundle, resolved) = await new ReservedNumbering(_loader, load, random).NumberAsync(bundle, resolves);
            staged = new Bundle(bundle.AllRows.Except(resolved));
        }
        var validation = new BundleValidation(bundle);
        foreach (var term in validation[BundleTable.Terms].Where(term => resolved.Contains(term.Row)))
            _model.Insert(term.Key, term.Cells);
        var rejected = Describe(validation.Rejected);
        await _loader.StageAsync(load, staged, random);
        var differences = new List<string>();
        if (random.Next(3) == 0 && (!replaces || beginsSo)) // who is told that something exists may not have it give way
            differences.AddRange(await LackingDifferencesAsync(load, validation, replaces));
        if (rejected.Count > 0 || random.Next(4) == 0)
            differences.AddRange(Differences("check_load", rejected, await _loader.CheckAsync(load)));
        if (rejected.Count > 0)
            differences.AddRange(await RefuseAsync(load, staged, skips ? "fail" : null));

        var onReject = rejected.Count == 0 || skips ? null : "skip";
        if (crash is not null && !await FinalizesAsync(load, BulkLoader.FinalizeSql(load, onReject, mode), crash, differences)
            && (crash.Kind == CrashKind.Kill || random.Next(3) == 0))
            return [.. differences, .. await AbandonAsync(load)];
        await _loader.FinalizeAsync(load, onReject, mode);
        var (content, idOf) = await _loader.ReadIndexAsync();
        var report = _model.Load(load, bundle, validation, idOf, replaces, complete).Select(counts => counts.Table == BundleTable.Terms.Name
            ? counts with { Staged = counts.Staged - resolved.Count, Existing = counts.Existing - resolved.Count }
            : counts);
        differences.AddRange(_model.Content().Differences(content));
        differences.AddRange(await _loader.BrokenTermSetsAsync());
        differences.AddRange(Differences("report", report, await _loader.ReportAsync(load)));
        differences.AddRange(Differences("load_rejects", rejected, await _loader.RejectsAsync(load)));
        if (await _loader.HasStagingAsync(load))
            differences.Add("the staging schema is still there");
        return differences;
    }

    /// <summary>Inserts a bundle row by row, and returns in what the views and the index differ from the model.</summary>
    public async Task<IReadOnlyList<string>> InsertAsync(Bundle bundle, Random random)
    {
        _loader.ExpectHashesOf(bundle);
        var rowWise = new RowWiseLoader(_connection, _transaction, _model, random);
        var differences = new List<string>(await rowWise.InsertAsync(bundle));
        var (content, idOf) = await _loader.ReadIndexAsync();
        differences.AddRange(_model.Content().Differences(content));
        differences.AddRange(await _loader.BrokenTermSetsAsync());
        differences.AddRange(rowWise.Ids
            .Where(told => idOf(told.Key) != told.Value)
            .Select(told => $"{told.Key} has id {idOf(told.Key)}, {told.Value} was returned"));
        return differences;
    }

    public async ValueTask DisposeAsync()
    {
        if (_transaction is null)
        {
            if (_connection.State is not ConnectionState.Open)
                await ReconnectAsync(); // lest this hide what went wrong
            await _loader.EmptyIndexAsync();
        }
        else
        {
            await _transaction.DisposeAsync();
        }
        await _connection.DisposeAsync();
    }

    /// <summary>A load with rejects is refused: the index stays as it is, and so does the staging.</summary>
    private async Task<IReadOnlyList<string>> RefuseAsync(int load, Bundle staged, string? onReject)
    {
        if (_transaction is not null)
            await _transaction.SaveAsync(SavePoint);
        try
        {
            await _loader.FinalizeAsync(load, onReject);
            return ["a load with rejects was not refused"];
        }
        catch (PostgresException exception) when (exception.SqlState == RowsWereRejected)
        {
            if (_transaction is not null)
                await _transaction.RollbackAsync(SavePoint);
        }
        var staging = Differences("staging after the refusal", Describe(staged.AllRows), await _loader.StagedAsync(load));
        var index = _model.Content().Differences(await ReadAsync());
        return [.. staging, .. index.Select(difference => $"after the refusal: {difference}")];
    }

    private static List<string> Describe(IEnumerable<BundleRow> rows) =>
        [.. rows.Select(row => BulkLoader.Describe(row.Table, row.Cells))];

    /// <summary>The differences of two multisets.</summary>
    private static IEnumerable<string> Differences<T>(string what, IEnumerable<T> expected, IEnumerable<T> actual)
        where T : notnull
    {
        var expectedCounts = expected.CountBy(item => item).ToDictionary();
        var actualCounts = actual.CountBy(item => item).ToDictionary();
        return expectedCounts.Keys.Union(actualCounts.Keys)
            .Select(item => (Item: item, In: expectedCounts.GetValueOrDefault(item), Out: actualCounts.GetValueOrDefault(item)))
            .Where(count => count.In != count.Out)
            .Select(count => $"{what}: expected {count.In} times, found {count.Out} times: {count.Item}");
    }
}
