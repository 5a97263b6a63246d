using System.Diagnostics;
using System.Text.Json;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>What a contender is given in its own process, and where it tells what its phases cost.</summary>
internal sealed class ContenderContext(ContenderSettings settings) : IAsyncDisposable
{
    private readonly List<PhaseCost> _phases = [];
    private readonly NpgsqlDataSource _meter = NpgsqlDataSource.Create(settings.ConnectionString);

    public ContenderSettings Settings { get; } = settings;

    public Corpus Corpus { get; } = new(settings.Fragments, settings.Seed);

    public NpgsqlDataSource DataSource { get; } = NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(settings.ConnectionString) { CommandTimeout = 0 });

    public IReadOnlyList<PhaseCost> Phases => _phases;

    /// <summary>Peak memory of the process that does the work, where it is not this one.</summary>
    public long? PeakBytes { get; set; }

    /// <summary>What the index takes on disk, where it is not in the server's database.</summary>
    public IReadOnlyList<TableSize>? Sizes { get; set; }

    /// <summary>Processor time so far, of the server and of this process.</summary>
    public async Task<(double? Server, double? Client)> ProcessorSecondsAsync(CancellationToken cancellationToken) =>
        (await ProcessorTime.OfServerAsync(_meter, cancellationToken), ProcessorTime.OfTree(Environment.ProcessId));

    /// <summary>Where the server's WAL ends, in bytes.</summary>
    public async Task<long> WalPositionAsync(CancellationToken cancellationToken)
    {
        await using var command = _meter.CreateCommand("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Does a phase of the work and notes its time and WAL.</summary>
    public async Task PhaseAsync(string name, Func<Task> work, CancellationToken cancellationToken)
    {
        var wal = await WalPositionAsync(cancellationToken);
        var watch = Stopwatch.StartNew();
        await work();
        Add(new PhaseCost(name, watch.Elapsed.TotalSeconds, await WalPositionAsync(cancellationToken) - wal));
    }

    public void Add(PhaseCost phase) => _phases.Add(phase);

    /// <summary>Adds the phases of a load as the server reports them.</summary>
    public void AddPhases(LoadReport report)
    {
        foreach (var phase in report.Phases.GroupBy(Words))
            Add(new PhaseCost(phase.Key, phase.Sum(p => p.Milliseconds) / 1000, phase.Sum(p => p.WalBytes)));
    }

    /// <summary>As the server says it: <c>close gate</c>, <c>merge graph_nodes</c>.</summary>
    private static string Words(LoadReportPhase phase) =>
        $"{Snake($"{phase.Phase}").Replace('_', ' ')} {Snake($"{phase.Table}")}".TrimEnd();

    private static string Snake(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    /// <summary>Does something with items, so many at once.</summary>
    public static Task InParallelAsync<T>(
        int most, IEnumerable<T> items, Func<T, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = most, CancellationToken = cancellationToken },
            async (item, token) => await work(item, token));

    /// <summary>The contenders that write the index tables themselves end with this, as the loader does.</summary>
    public Task AnalyzeAsync(CancellationToken cancellationToken) => PhaseAsync("analyze", async () =>
    {
        var leaves = await LeafTable.ReadAsync(DataSource, cancellationToken);
        await InParallelAsync(
            Settings.IndexJobs, leaves.OrderByDescending(l => l.Pages),
            (leaf, token) => DataSource.RunAsync($"ANALYZE {leaf.Name}", token), cancellationToken);
    }, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await _meter.DisposeAsync();
    }
}

/// <summary>What the process of a contender is told.</summary>
internal sealed record ContenderSettings
{
    public required string ConnectionString { get; init; }

    public required int Fragments { get; init; }

    public required int Seed { get; init; }

    /// <summary>The directory that <see cref="ILoadContender.PrepareInputAsync"/> filled.</summary>
    public required string Input { get; init; }

    /// <summary>Most COPY streams at once.</summary>
    public required int Streams { get; init; }

    /// <summary>Most indexes that are built at once.</summary>
    public required int IndexJobs { get; init; }

    public required string BinDirectory { get; init; }
}

/// <summary>What a phase cost.</summary>
internal sealed record PhaseCost(string Phase, double Seconds, long WalBytes);

/// <summary>What a contender's process reports.</summary>
internal sealed record ContenderResult
{
    public required double Seconds { get; init; }

    /// <summary>WAL that the server wrote meanwhile.</summary>
    public required long WalBytes { get; init; }

    /// <summary>Peak memory of the process that drove the load.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>Processor time of all processes of the server; null where it cannot be told.</summary>
    public required double? ServerSeconds { get; init; }

    /// <summary>Processor time of the process that drove the load and of those that it started; null where it cannot be told.</summary>
    public required double? ClientSeconds { get; init; }

    /// <summary>What the index takes on disk; null where the benchmark is to ask the database.</summary>
    public required IReadOnlyList<TableSize>? Sizes { get; init; }

    public required IReadOnlyList<PhaseCost> Phases { get; init; }
}
