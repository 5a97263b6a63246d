using System.CommandLine;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Reading;

/// <summary><c>read</c>: how long questions to the index take, beside DuckDB.</summary>
internal static class ReadCommand
{
    private static readonly string[] s_databases = ["reading", "reading_texts"];

    public static Command Create()
    {
        var corpus = new CorpusOptions();
        var tree = new Option<DirectoryInfo[]>("--tree")
        {
            Description = "A folder of C# sources, read by exograph-extract; several make one index. In place of the generated corpus, "
                + "or beside it where its size is given.",
        };
        var rounds = new Option<int>("--rounds") { Description = "Rounds after the first; medians are reported.", DefaultValueFactory = _ => 7 };
        var cold = new Option<bool>("--cold") { Description = "Ask each question cold, too. Only root can drop the page cache, on Linux." };
        var set = ServerSettings.Option();
        var command = new Command("read", "Questions to the index, beside DuckDB with the same rows.")
        {
            corpus.Size, corpus.Fragments, corpus.Seed, tree, rounds, cold, set,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var server = await BenchmarkServer.StartAsync(ServerSettings.Of(arguments, set), cancellationToken);
            var trees = arguments.GetValue(tree) ?? [];
            var corpora = new List<IReadCorpus>();
            if (trees.Length == 0 || corpus.IsGiven(arguments))
                corpora.Add(new GeneratedCorpus(new Corpus(corpus.FragmentsOf(arguments), arguments.GetValue(corpus.Seed))));
            if (trees.Length > 0)
                corpora.Add(new CSharpTrees(trees));
            Func<CancellationToken, Task>? forget = arguments.GetValue(cold) ? server.ForgetAsync : null;
            return await RunAsync(server, corpora, arguments.GetValue(rounds), forget, cancellationToken) ? 0 : 1;
        });
        return command;
    }

    /// <returns>Whether all answers were the same.</returns>
    private static async Task<bool> RunAsync(
        BenchmarkServer server, IReadOnlyList<IReadCorpus> corpora, int rounds, Func<CancellationToken, Task>? forget,
        CancellationToken cancellationToken)
    {
        var isSame = true;
        ReadReport.WriteHead(await server.DescribeAsync(cancellationToken), rounds, Console.Out);
        foreach (var corpus in corpora)
        {
            var scratch = Directory.CreateTempSubdirectory("exograph-benchmark-");
            foreach (var database in s_databases)
                await server.CreateDatabaseAsync(database, BenchmarkServer.WithSchema, cancellationToken);
            try
            {
                await using var index = Connect(server, s_databases[0]);
                await using var textIndex = Connect(server, s_databases[1]);
                var results = await new ReadBenchmark(index, textIndex, rounds, Console.Error, forget)
                    .RunAsync(corpus, scratch.FullName, cancellationToken);
                ReadReport.Write(results, Console.Out);
                isSame &= results.IsSame;
            }
            finally
            {
                scratch.Delete(recursive: true);
            }
            foreach (var database in s_databases)
                await server.DropDatabaseAsync(database, cancellationToken);
        }
        return isSame;
    }

    private static NpgsqlDataSource Connect(BenchmarkServer server, string database) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(server.ConnectionString(database)) { CommandTimeout = 0 });
}
