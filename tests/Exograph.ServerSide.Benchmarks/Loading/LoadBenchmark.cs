using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>Runs the contenders against one server, each in a fresh database and a process of its own, round by round.</summary>
internal sealed class LoadBenchmark(BenchmarkServer server, LoadPlan plan, TextWriter progress)
{
    public async Task<LoadResults> RunAsync(string directory, CancellationToken cancellationToken)
    {
        var heats = new List<Heat>();
        foreach (var (fragments, contenders) in plan.Heats())
            heats.Add(await PrepareAsync(fragments, contenders, directory, cancellationToken));
        for (var round = 0; round < plan.Rounds; round++)
        {
            foreach (var heat in heats)
                await RunRoundAsync(heat, round, cancellationToken);
        }
        return new LoadResults
        {
            PostgresVersion = $"{server.Version}",
            Processors = Environment.ProcessorCount,
            Settings = await server.SettingsAsync(cancellationToken),
            Seed = plan.Seed,
            Rounds = plan.Rounds,
            Streams = plan.Streams,
            IndexJobs = plan.IndexJobs,
            Heats = [.. heats.Select(h => h.Results())],
        };
    }

    /// <summary>Loads the corpus once, and has every contender write what it will load from.</summary>
    private async Task<Heat> PrepareAsync(
        int fragments, IReadOnlyList<ILoadContender> contenders, string directory, CancellationToken cancellationToken)
    {
        await progress.WriteLineAsync($"preparing {fragments:N0} fragments");
        var corpus = new Corpus(fragments, plan.Seed);
        var watch = Stopwatch.StartNew();
        var rows = corpus.CountRows();
        var generating = watch.Elapsed;

        await PrepareStandingAsync(Standing.All, corpus, cancellationToken);
        if (contenders.Any(c => c.Standing == Standing.Half))
            await PrepareStandingAsync(Standing.Half, corpus.FirstHalf(), cancellationToken);
        var rowForm = $"rows_{fragments}";
        await server.CreateDatabaseAsync(rowForm, TemplateOf(Standing.All, fragments), cancellationToken);
        await using var reference = Connect(TemplateOf(Standing.All, fragments));
        await using var referenceOfRows = Connect(rowForm);
        await RowForm.ApplyAsync(referenceOfRows, cancellationToken);
        foreach (var contender in contenders)
        {
            await contender.PrepareInputAsync(new InputContext
            {
                Corpus = corpus,
                Directory = Directory.CreateDirectory(InputOf(contender, fragments, directory)).FullName,
                Reference = contender.Form == IndexForm.Rows ? referenceOfRows : reference,
                BinDirectory = server.BinDirectory,
                Jobs = plan.IndexJobs,
            }, cancellationToken);
        }
        var contents = await IndexContents.ReadAsync(reference, cancellationToken);
        var expected = new Dictionary<IndexForm, IndexContents>
        {
            [IndexForm.Sets] = contents,
            [IndexForm.Rows] = contents with { Keys = await IndexContents.ReadKeysAsync(referenceOfRows, cancellationToken) },
            [IndexForm.Elsewhere] = contents with { Keys = new HashSet<string>() },
        };
        var settings = await LoaderSettings.ReadAsync(reference, cancellationToken);
        reference.Clear();
        referenceOfRows.Clear();
        await server.DropDatabaseAsync(rowForm, cancellationToken);
        return new Heat(
            corpus, rows, generating, settings, expected, contenders, contender => InputOf(contender, fragments, directory));
    }

    /// <summary>Makes the database that a contender begins with which finds rows there.</summary>
    private async Task PrepareStandingAsync(Standing standing, Corpus corpus, CancellationToken cancellationToken)
    {
        var database = TemplateOf(standing, corpus.Fragments);
        await server.CreateDatabaseAsync(database, BenchmarkServer.WithSchema, cancellationToken);
        await using var dataSource = Connect(database);
        var options = new LoadOptions { Ids = IdNumbering.Reserved };
        await using var session = await new ExographClient(dataSource).BeginLoadAsync(options, cancellationToken);
        await CorpusStaging.StageAsync(session, corpus, cancellationToken);
        await session.FinalizeAsync(cancellationToken);
    }

    private NpgsqlDataSource Connect(string database) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(server.ConnectionString(database)) { CommandTimeout = 0 });

    /// <summary>The database that a contender's is a copy of.</summary>
    private static string TemplateOf(Standing standing, int fragments) => standing switch
    {
        Standing.Half => $"half_{fragments}",
        Standing.All => $"all_{fragments}",
        _ => BenchmarkServer.WithSchema,
    };

    /// <summary>Each round begins with another contender, lest one always run after the same.</summary>
    private async Task RunRoundAsync(Heat heat, int round, CancellationToken cancellationToken)
    {
        for (var n = 0; n < heat.Contenders.Count; n++)
        {
            var contender = heat.Contenders[(n + round) % heat.Contenders.Count];
            await progress.WriteAsync($"round {round + 1}, {heat.Corpus.Fragments:N0} fragments, {contender.Name}: ");
            var result = await RunAsync(heat, contender, cancellationToken);
            await progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{result.Seconds:F1} s"));
        }
    }

    private async Task<ContenderResult> RunAsync(Heat heat, ILoadContender contender, CancellationToken cancellationToken)
    {
        var database = $"contender_{contender.Name.Replace('-', '_')}";
        var settings = new ContenderSettings
        {
            ConnectionString = server.ConnectionString(database),
            Fragments = heat.Corpus.Fragments,
            Seed = plan.Seed,
            Input = heat.InputOf(contender),
            Streams = plan.Streams,
            IndexJobs = plan.IndexJobs,
            BinDirectory = server.BinDirectory,
        };
        var template = contender.WantsEmptyDatabase
            ? BenchmarkServer.Empty : TemplateOf(contender.Standing, heat.Corpus.Fragments);
        await server.CreateDatabaseAsync(database, template, cancellationToken);
        await using var dataSource = Connect(database);
        await contender.PrepareDatabaseAsync(dataSource, settings.Input, cancellationToken);
        await server.CheckpointAsync(cancellationToken);

        var result = await ContenderCommand.StartAsync(contender, settings, cancellationToken);
        result = result with { Sizes = result.Sizes ?? await TableSize.ReadAsync(dataSource, cancellationToken) };
        await contender.PresentAsync(dataSource, settings.Input, cancellationToken);
        heat.Add(contender, result, await IndexContents.ReadAsync(dataSource, cancellationToken));
        dataSource.Clear();
        await server.DropDatabaseAsync(database, cancellationToken);
        return result;
    }

    private static string InputOf(ILoadContender contender, int fragments, string directory) =>
        Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{fragments}-{contender.Name}"));
}
