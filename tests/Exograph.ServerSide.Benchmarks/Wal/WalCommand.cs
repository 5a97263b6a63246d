using System.CommandLine;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Wal;

/// <summary>
/// <c>wal</c>: how many rows go into a WAL record, and how many bytes of WAL a row is, by each way to write rows and in each
/// phase of the loader. Read from the server's own WAL by pg_walinspect.
/// </summary>
internal static class WalCommand
{
    private const int MostRowsOfPage = 291;

    public static Command Create()
    {
        var fragments = new Option<int>("--fragments")
        {
            Description = "Fragments of the corpus that is loaded.",
            DefaultValueFactory = _ => 20_000,
        };
        var command = new Command("wal", "Rows per WAL record, and bytes of WAL per row.") { fragments };
        command.SetAction(
            (arguments, cancellationToken) => RunAsync(arguments.GetValue(fragments), Console.Out, cancellationToken));
        return command;
    }

    private static async Task RunAsync(int fragments, TextWriter output, CancellationToken cancellationToken)
    {
        await using var server = await BenchmarkServer.StartAsync(new Dictionary<string, string>(), cancellationToken);
        output.WriteLine($"""
            PostgreSQL {server.Version}. Records and bytes are those of the heap, without full-page images, unless stated.

            | an integer and a letter, no index | rows | records | rows per record | bytes | bytes per row |
            |---|--:|--:|--:|--:|--:|
            """);
        await using (var dataSource = await CreateDatabaseAsync(server, "ways", cancellationToken))
            await WriteWaysAsync(dataSource, output, cancellationToken);
        foreach (var (database, ids) in ((string, IdNumbering)[])
            [("reserved", IdNumbering.Reserved), ("numbered", IdNumbering.Numbered)])
        {
            await using var dataSource = await CreateDatabaseAsync(server, database, cancellationToken);
            await server.CheckpointAsync(cancellationToken);
            await WriteLoadAsync(dataSource, new Corpus(fragments, seed: 1), ids, output, cancellationToken);
        }
    }

    private static async Task<NpgsqlDataSource> CreateDatabaseAsync(
        BenchmarkServer server, string name, CancellationToken cancellationToken)
    {
        await server.CreateDatabaseAsync(name, BenchmarkServer.WithSchema, cancellationToken);
        var dataSource = NpgsqlDataSource.Create(server.ConnectionString(name));
        await dataSource.RunAsync("CREATE EXTENSION pg_walinspect", cancellationToken);
        return dataSource;
    }

    private static async Task WriteWaysAsync(NpgsqlDataSource dataSource, TextWriter output, CancellationToken cancellationToken)
    {
        foreach (var rows in (int[])[8, 100_000])
        {
            foreach (var (way, write) in WaysToWrite.All)
            {
                await dataSource.RunAsync("DROP TABLE IF EXISTS two; CREATE TABLE two (a integer, b text)", cancellationToken);
                var wal = await WalReader.MeasureAsync(
                    dataSource, () => write(dataSource, rows, cancellationToken), cancellationToken);
                output.WriteLine($"| {way} | {rows:N0} | {wal.HeapRecords:N0} | {(double)rows / wal.HeapRecords:F1} "
                    + $"| {wal.HeapBytes:N0} | {(double)wal.HeapBytes / rows:F1} |");
            }
        }
    }

    private static async Task WriteLoadAsync(
        NpgsqlDataSource dataSource, Corpus corpus, IdNumbering ids, TextWriter output, CancellationToken cancellationToken)
    {
        var options = new LoadOptions { Label = "wal", Ids = ids };
        await using var session = await new ExographClient(dataSource).BeginLoadAsync(options, cancellationToken);
        var staged = 0L;
        var staging = await WalReader.MeasureAsync(
            dataSource,
            async () => staged = await CorpusStaging.StageAsync(session, corpus, cancellationToken),
            cancellationToken);
        await session.FinalizeAsync(cancellationToken);

        output.WriteLine($"""

            | loader, ids {ids}, {corpus.Fragments:N0} fragments | rows | heap records | rows per record | bytes, all kinds | bytes per row |
            |---|--:|--:|--:|--:|--:|
            """);
        Write("staging", staged, staging);
        foreach (var phase in await WalReader.PhasesAsync(dataSource, session.LoadId, cancellationToken))
            Write(phase.Phase, phase.Rows, phase.Wal);

        void Write(string phase, long rows, WalVolume wal)
        {
            // Other phases, and a record for more rows than a page holds, write rows of the catalog.
            var writesRows = phase.Split(' ')[0] is "staging" or "merge" or "resolve" or "share"
                && rows > 0 && rows <= wal.HeapRecords * MostRowsOfPage;
            var perRecord = writesRows ? $"{(double)rows / wal.HeapRecords:F1}" : "";
            var perRow = rows > 0 ? $"{(double)wal.AllBytes / rows:F1}" : "";
            output.WriteLine(
                $"| {phase} | {rows:N0} | {wal.HeapRecords:N0} | {perRecord} | {wal.AllBytes:N0} | {perRow} |");
        }
    }
}
