using Exograph.ServerSide.Benchmarks;
using Exograph.ServerSide.Benchmarks.Reading;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Benchmarks;

public sealed class ReadBenchmarkTests
{
    [Fact]
    public async Task Every_question_has_the_same_answer_from_the_index_and_from_its_copy_in_DuckDB()
    {
        var results = await RunAsync(new GeneratedCorpus(new Corpus(1_000, seed: 1)));

        Assert.Equal(Questions.All.Count, results.Questions.Count);
        Assert.Empty(results.Unasked);
        Assert.Empty(results.Questions.SelectMany(q => q.Differences));
        Assert.Empty(results.Questions.Where(q => q.Rows == 0).Select(q => q.Question.Name));
        Assert.All(results.Questions, q => Assert.Equal(2, q.Rounds.Count));
        Assert.Contains(("fragment_terms", 100_000L), results.Tables);
        Assert.True(results.CostOfTextSearch.Bytes > results.Cost.Bytes);
    }

    [Fact]
    public async Task A_tree_of_sources_is_extracted_and_asked()
    {
        var results = await RunAsync(new CSharpTrees([new DirectoryInfo(Repository.PathOf("src/Exograph.EmbeddedPostgres"))]));
        using var report = new StringWriter();
        ReadReport.Write(results, report);

        Assert.Contains("## C#: Exograph.EmbeddedPostgres", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("| callers, and theirs, four levels |", report.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("DIFFERS", report.ToString(), StringComparison.Ordinal);
        Assert.True(results.IsSame);
    }

    [Fact]
    public async Task Another_row_or_one_too_few_is_found_out()
    {
        await using var db = await TestDatabase.CreateEmptyAsync();
        using var one = new AskedDatabase(await db.DataSource.OpenConnectionAsync());
        using var other = new AskedDatabase(await db.DataSource.OpenConnectionAsync());
        var question = new AskedQuestion(Questions.All[0], [
            ("VALUES (1), (2)", "VALUES (1::bigint), (2)"),
            ("VALUES ('a'), ('b')", "VALUES ('a'), ('c')"),
            ("VALUES (1), (2)", "VALUES (1)"),
        ]);

        question.Ask(one, other, isOursFirst: true);
        question.Ask(one, other, isOursFirst: false);

        var results = question.Results();
        Assert.Equal(2, results.Differences.Count);
        Assert.StartsWith("2 rows and 2; row 2 is \"b\" and \"c\"", results.Differences[0], StringComparison.Ordinal);
        Assert.StartsWith("2 rows and 1; row 2 is \"2\" and \"\"", results.Differences[1], StringComparison.Ordinal);
        Assert.Equal(6, results.Rows);
        Assert.Single(results.Rounds);
    }

    [Fact]
    public void An_argument_is_a_literal_whatever_is_in_it()
    {
        var question = new Question { Kind = QuestionKind.LookUp, Name = "", Sql = "a = $1 AND b = $2", DuckDbSql = "$2" };

        Assert.Equal(("a = '$2' AND b = 'it''s'", "'it''s'"), question.With(["$2", "it's"]));
    }

    private static async Task<ReadResults> RunAsync(IReadCorpus corpus)
    {
        await using var db = await TestDatabase.CreateAsync();
        await using var withTextIndexes = await TestDatabase.CreateAsync();
        var scratch = Directory.CreateTempSubdirectory("exograph-read-");
        try
        {
            return await new ReadBenchmark(db.DataSource, withTextIndexes.DataSource, rounds: 2, TextWriter.Null)
                .RunAsync(corpus, scratch.FullName, CancellationToken.None);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }
}
