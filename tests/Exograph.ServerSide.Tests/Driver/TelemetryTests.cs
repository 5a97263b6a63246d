using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Exograph.ServerSide.Tests.Support;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

/// <summary>What listeners and logs see of a load. Other tests load at the same time: each looks at its own database.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task A_load_shows_as_spans_with_the_names_of_the_semantic_conventions()
    {
        await using var database = await TestDatabase.CreateAsync();
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ExographTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);

        await using var session = await database.Client.BeginLoadAsync();
        await session.StageAsync(SampleRows.Terms);
        await session.FinalizeAsync();
        await Assert.ThrowsAsync<LoadException>(() => database.Client.DropMapsAsync(77));

        var own = spans.Where(s => Equals(s.GetTagItem("db.namespace"), database.Settings.Database)).ToList();
        Assert.All(own, s =>
        {
            Assert.Equal(ActivityKind.Client, s.Kind);
            Assert.Equal("postgresql", s.GetTagItem("db.system.name"));
            Assert.Equal(database.Settings.Host, s.GetTagItem("server.address"));
            Assert.Equal(database.Settings.Port, s.GetTagItem("server.port"));
        });
        foreach (var operation in new[] { "begin_load", "COPY", "seal_load", "finalize_load" })
            Assert.Single(own, s => Equals(s.GetTagItem("db.operation.name"), operation) && s.Status == ActivityStatusCode.Unset);
        var copy = own.Single(s => s.DisplayName == "COPY staged_terms");
        Assert.Equal(("staged_terms", (object)session.LoadId), (copy.GetTagItem("db.collection.name"), copy.GetTagItem("exograph.load.id")));
        var failed = own.Single(s => s.Status == ActivityStatusCode.Error);
        Assert.Equal(("XG001", "XG001"), (failed.GetTagItem("error.type"), failed.GetTagItem("db.response.status_code")));
    }

    [Fact]
    public async Task A_load_is_counted_in_rows_and_measured_in_seconds()
    {
        await using var database = await TestDatabase.CreateAsync();
        var counts = new ConcurrentDictionary<string, long>();
        var seconds = new ConcurrentBag<(Instrument Instrument, double Value, string? What)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == ExographTelemetry.Name)
                    l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var of = Of(tags);
            if (Equals(of["db.namespace"], database.Settings.Database))
            {
                counts.AddOrUpdate($"{instrument.Name} {of["exograph.table"]} {of.GetValueOrDefault("exograph.row.outcome")}".Trim(),
                    value, (_, sum) => sum + value);
            }
        });
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            var of = Of(tags);
            if (Equals(of["db.namespace"], database.Settings.Database))
            {
                seconds.Add((instrument, value,
                    (of.GetValueOrDefault("exograph.load.state") ?? of.GetValueOrDefault("db.operation.name"))?.ToString()));
            }
        });
        listener.Start();

        for (var i = 0; i < 2; i++)
        {
            await using var session = await database.Client.BeginLoadAsync();
            await session.StageAsync(SampleRows.Terms);
            await session.FinalizeAsync();
        }
        await using (await database.Client.BeginLoadAsync())
        {
        }

        Assert.Equal((4, 2, 2), (
            counts["exograph.rows terms staged"], counts["exograph.rows terms inserted"], counts["exograph.rows terms existing"]));
        Assert.True(counts["exograph.staged.bytes terms"] > 0);
        Assert.All(seconds, s => Assert.True(s.Instrument.Unit == "s" && s.Value > 0));
        Assert.Equal(["abandoned", "finalized", "finalized"],
            seconds.Where(s => s.Instrument.Name == "exograph.load.duration").Select(s => s.What).Order());
        Assert.Contains(seconds, s => s is { Instrument.Name: "db.client.operation.duration", What: "finalize_load" });

        static Dictionary<string, object?> Of(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            tags.ToArray().ToDictionary(t => t.Key, t => t.Value);
    }

    [Fact]
    public async Task A_load_is_logged_with_its_number_and_what_became_of_it()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var logs = new Logs();
        var client = new ExographClient(database.DataSource, logs);
        await using (var session = await client.BeginLoadAsync(new LoadOptions { Label = "logged" }))
        {
            await session.StageAsync([new CommentRow { FileId = 5, Text = "of no file" }]);
            await Assert.ThrowsAsync<LoadException>(() => session.FinalizeAsync());
            await session.AbandonAsync();
        }
        await using (var session = await client.BeginLoadAsync())
        {
            await session.StageAsync(SampleRows.Terms);
            await session.FinalizeAsync();
        }

        Assert.Equal(
            [
                "Exograph.ServerSide 1: Began load 1 \"logged\"",
                "Exograph.ServerSide 5: Finalizing load 1 failed",
                "Exograph.ServerSide 6: Abandoned load 1",
                "Exograph.ServerSide 1: Began load 2 \"unnamed\"",
                "Exograph.ServerSide 4: Finalized load 2: 2 rows inserted, 0 existing, 0 rejected",
            ],
            logs.Lines);
    }

    [Fact]
    public async Task A_client_of_a_connection_string_logs_what_Npgsql_does_and_no_migration()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        using var logs = new Logs();
        await using var client = ExographClient.Create(database.ConnectionString, logs);

        await client.MigrateAsync();
        Assert.Contains(logs.Lines, l => l.StartsWith("Exograph.ServerSide 9: Migrated the database", StringComparison.Ordinal));
        Assert.DoesNotContain(logs.Lines, l => l.StartsWith("Npgsql.Command", StringComparison.Ordinal));

        await client.ListLoadsAsync();
        Assert.Contains(logs.Lines, l => l.StartsWith("Npgsql.Command", StringComparison.Ordinal) && l.Contains("exograph.loads"));
    }

    /// <summary>Keeps what is logged for people: information and above.</summary>
    private sealed class Logs : ILoggerFactory
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => new Logger(categoryName, Lines);

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }

        private sealed class Logger(string category, List<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                lock (lines)
                    lines.Add($"{category} {eventId.Id}: {formatter(state, exception)}");
            }
        }
    }
}
