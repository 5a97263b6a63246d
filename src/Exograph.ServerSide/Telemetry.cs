using System.Diagnostics;
using System.Diagnostics.Metrics;
using Npgsql;

namespace Exograph.ServerSide;

/// <summary>
/// What this library reports to a listener such as OpenTelemetry: <c>AddSource(ExographTelemetry.Name)</c> for spans,
/// <c>AddMeter(ExographTelemetry.Name)</c> for metrics. Attributes have the names of the semantic conventions for databases.
/// </summary>
public static class ExographTelemetry
{
    /// <summary>Name of the <see cref="ActivitySource"/>, of the <see cref="Meter"/>, and category of logs.</summary>
    public const string Name = "Exograph.ServerSide";
}

/// <summary>Spans and metrics of one client.</summary>
internal sealed class Telemetry
{
    private const string Outcome = "exograph.row.outcome";
    private const string TableTag = "exograph.table";

    private static readonly string? s_version = typeof(Telemetry).Assembly.GetName().Version?.ToString(3);
    private static readonly ActivitySource s_source = new(ExographTelemetry.Name, s_version);
    private static readonly Meter s_meter = new(ExographTelemetry.Name, s_version);

    private static readonly Histogram<double> s_operations = s_meter.CreateHistogram("db.client.operation.duration", "s",
        "Duration of a call of the server.", advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 600],
        });

    private static readonly Histogram<double> s_loads = s_meter.CreateHistogram("exograph.load.duration", "s",
        "Duration of a load, from its beginning to its end.", advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.1, 1, 10, 60, 600, 3600],
        });

    private static readonly Counter<long> s_rows = s_meter.CreateCounter<long>("exograph.rows", "{row}",
        "Rows that loads staged, and what became of them.");

    private static readonly Counter<long> s_bytes = s_meter.CreateCounter<long>("exograph.staged.bytes", "By",
        "Bytes staged, in the binary format of COPY.");

    private readonly KeyValuePair<string, object?>[] _server;

    public Telemetry(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        _server =
        [
            new("db.system.name", "postgresql"),
            new("db.namespace", settings.Database ?? settings.Username),
            new("server.address", settings.Host),
            new("server.port", settings.Port),
        ];
    }

    /// <summary>Runs a call of the server as a span, and measures it.</summary>
    /// <param name="operation">The public call, COPY, or the relation that is read.</param>
    /// <param name="loadId">Number of the load; null where there is none.</param>
    /// <param name="table">Table that rows are sent to; null where none are.</param>
    /// <param name="work">The call.</param>
    public async Task<T> MeasureAsync<T>(string operation, int? loadId, string? table, Func<Task<T>> work)
    {
        using var span = s_source.StartActivity($"{operation} {table ?? _server[1].Value}", ActivityKind.Client);
        var tags = new TagList(_server) { { "db.operation.name", operation } };
        if (table is not null)
            tags.Add("db.collection.name", table);
        foreach (var (name, value) in span is null ? default : tags)
            span!.SetTag(name, value);
        span?.SetTag("exograph.load.id", loadId);
        var begun = Stopwatch.GetTimestamp();
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            var state = (e as ExographException)?.SqlState ?? (e as PostgresException)?.SqlState;
            var type = state ?? e.GetType().FullName;
            tags.Add("error.type", type);
            span?.SetTag("error.type", type).SetTag("db.response.status_code", state).SetStatus(ActivityStatusCode.Error, e.Message);
            throw;
        }
        finally
        {
            s_operations.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds, tags);
        }
    }

    /// <summary>Counts rows that have arrived in staging.</summary>
    public void CountStaged(string table, long rows, long bytes)
    {
        CountRows(table, "staged", rows);
        if (s_bytes.Enabled)
            s_bytes.Add(bytes, new TagList(_server) { { TableTag, table } });
    }

    /// <summary>Counts what became of the rows of a load.</summary>
    public void CountAdopted(LoadReport report)
    {
        foreach (var t in report.Tables)
        {
            var table = Names<IndexTable>.Of(t.Table);
            CountRows(table, "inserted", t.Inserted);
            CountRows(table, "existing", t.Existing);
            CountRows(table, "collapsed", t.Collapsed);
            CountRows(table, "rejected", t.Rejected);
        }
    }

    /// <summary>Notes how long a load took.</summary>
    /// <param name="begun">When it began.</param>
    /// <param name="state">How it ended.</param>
    public void EndLoad(long begun, LoadState state) => s_loads.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds,
        new TagList(_server) { { "exograph.load.state", Names<LoadState>.Of(state) } });

    private void CountRows(string table, string outcome, long rows)
    {
        if (rows > 0 && s_rows.Enabled)
            s_rows.Add(rows, new TagList(_server) { { TableTag, table }, { Outcome, outcome } });
    }
}
