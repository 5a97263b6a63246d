using System.CommandLine;
using Exograph.ServerSide.Benchmarks.Loading;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Reading;

/// <summary><c>read</c>: how long questions to the index take, beside DuckDB.</summary>
internal static class ReadCommand
{
    public static Command Create()
    {
        var corpus = new CorpusOptions();
        var tree = new Option<DirectoryInfo[]>("--tree")
        {
            Description = "A folder of C# sources, read by exograph-extract; several make one index. In place of the generated corpus, "
                + "or beside it where its size is given.",
        };
        tree.AcceptExistingOnly();
        var rounds = new Option<int>("--rounds") { Description = "Rounds after the first; medians are reported.", DefaultValueFactory = _ => 7 };
        var set = ServerSettings.Option();
        var command = new Command("read", "Questions to the index, beside DuckDB with the same rows.")
        {
            corpus.Size, corpus.Fragments, corpus.Seed, tree, rounds, set,
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
            return await RunAsync(server, corpora, arguments.GetValue(rounds), cancellationToken) ? 0 : 1;
        });
        return command;
    }

    /// <returns>Whether all answers were the same.</returns>
    private static async Task<bool> RunAsync(
        BenchmarkServer server, IReadOnlyList<IReadCorpus> corpora, int rounds, CancellationToken cancellationToken)
    {
        const string Database = "reading";
        var isSame = true;
        ReadReport.WriteHead(await server.DescribeAsync(cancellationToken), rounds, Console.Out);
        foreach (var corpus in corpora)
        {
            var scratch = Directory.CreateTempSubdirectory("exograph-benchmark-");
            await server.CreateDatabaseAsync(Database, BenchmarkServer.WithSchema, cancellationToken);
            try
            {
                await using var index = NpgsqlDataSource.Create(
                    new NpgsqlConnectionStringBuilder(server.ConnectionString(Database)) { CommandTimeout = 0 });
                var results = await new ReadBenchmark(index, rounds, Console.Error)
                    .RunAsync(corpus, scratch.FullName, cancellationToken);
                ReadReport.Write(results, Console.Out);
                isSame &= results.IsSame;
            }
            finally
            {
                scratch.Delete(recursive: true);
            }
            await server.DropDatabaseAsync(Database, cancellationToken);
        }
        return isSame;
    }
}
