using System.Diagnostics;
using Exograph.ServerSide.Benchmarks.Loading;
using Exograph.ServerSide.Benchmarks.Loading.Writing;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Reading;

/// <summary>
/// Puts the questions to our index and to its copy in DuckDB, in turn; those for texts also to another index of the same rows, which
/// has the indexes for that. forget makes server and system forget what they hold in memory; without it nothing is asked cold.
/// </summary>
internal sealed class ReadBenchmark(
    NpgsqlDataSource index, NpgsqlDataSource textIndex, int rounds, TextWriter progress, Func<CancellationToken, Task>? forget = null)
{
    public async Task<ReadResults> RunAsync(IReadCorpus corpus, string directory, CancellationToken cancellationToken)
    {
        await progress.WriteLineAsync($"preparing {corpus.Description}");
        await corpus.PrepareAsync(directory, cancellationToken);
        var cost = await LoadAsync(corpus, index, cancellationToken);
        await new ExographClient(textIndex).MigrateAsync(new MigrateOptions { TextSearch = true }, cancellationToken);
        var costOfTextSearch = await LoadAsync(corpus, textIndex, cancellationToken);
        await textIndex.RunAsync("CALL exograph.add_similarity_index()", cancellationToken);
        await progress.WriteLineAsync("copying");
        var tables = await DuckDbCopy.MakeAsync(index, directory, cancellationToken);

        await progress.WriteLineAsync("choosing arguments");
        var asked = new List<(Question Question, IReadOnlyList<(string Ours, string DuckDb)> Queries)>();
        foreach (var question in Questions.All)
            asked.Add((question, await QueriesAsync(question, cancellationToken)));
        var results = asked.Where(a => a.Queries.Count > 0).Select(a => new AskedQuestion(a.Question, a.Queries)).ToList();
        // What finds no session waiting begins a new one: of the server, and of a file that was closed.
        index.Clear();
        textIndex.Clear();
        using (var ours = new AskedDatabase(await index.OpenConnectionAsync(cancellationToken)))
        using (var ofTexts = new AskedDatabase(await textIndex.OpenConnectionAsync(cancellationToken)))
        using (var duckDb = new AskedDatabase(DuckDbIndex.Open(directory)))
        {
            for (var round = 0; round <= rounds; round++)
            {
                await progress.WriteLineAsync(round == 0 ? "asking first" : $"round {round}");
                foreach (var question in results)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    question.Ask(question.NeedsTextIndexes ? ofTexts : ours, duckDb, isOursFirst: round % 2 == 0);
                }
            }
        }
        if (forget is not null)
            await AskColdAsync(results, directory, cancellationToken);
        return new ReadResults
        {
            Corpus = corpus.Description,
            Tables = tables,
            Cost = cost,
            CostOfTextSearch = costOfTextSearch,
            DuckDbBytes = new FileInfo(DuckDbIndex.FileIn(directory)).Length,
            Questions = [.. results.Select(r => r.Results())],
            Unasked = [.. asked.Where(a => a.Queries.Count == 0).Select(a => a.Question.Name)],
        };
    }

    /// <summary>Puts each question once more, with the first of its arguments, to databases that have nothing of it in memory.</summary>
    private async Task AskColdAsync(IReadOnlyList<AskedQuestion> questions, string directory, CancellationToken cancellationToken)
    {
        await progress.WriteLineAsync("asking cold");
        foreach (var question in questions)
        {
            await forget!(cancellationToken);
            index.Clear();
            textIndex.Clear();
            using var ours = new AskedDatabase(
                await (question.NeedsTextIndexes ? textIndex : index).OpenConnectionAsync(cancellationToken));
            using var duckDb = new AskedDatabase(DuckDbIndex.Open(directory));
            question.AskCold(ours, duckDb);
        }
    }

    /// <summary>Loads, and leaves nothing to be done by autovacuum, which comes within a minute.</summary>
    private async Task<IndexCost> LoadAsync(IReadCorpus corpus, NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await progress.WriteLineAsync("loading");
        await dataSource.RunAsync("CHECKPOINT", cancellationToken);
        var watch = Stopwatch.StartNew();
        await corpus.LoadAsync(dataSource, cancellationToken);
        var seconds = watch.Elapsed.TotalSeconds;
        foreach (var leaf in await LeafTable.ReadAsync(dataSource, cancellationToken))
            await dataSource.RunAsync($"VACUUM {leaf.Name}", cancellationToken);
        return new IndexCost(seconds, await TableSize.ReadAsync(dataSource, cancellationToken));
    }

    private async Task<IReadOnlyList<(string Ours, string DuckDb)>> QueriesAsync(Question question, CancellationToken cancellationToken)
    {
        if (question.Arguments is null)
            return [question.With([])];
        var arguments = await index.QueryAsync(
            question.Arguments, r => Enumerable.Range(0, r.FieldCount).Select(r.GetString).ToList(), cancellationToken);
        return [.. arguments.Select(question.With)];
    }
}
