using Exograph.ServerSide.Tests.Loading;
using Exograph.ServerSide.Tests.Security;
using Xunit;

namespace Exograph.ServerSide.Tests.Find;

/// <summary>What questions answer where nothing is meant, what they refuse, and with whose rights they read.</summary>
public sealed class QuestionTests : LoadingTest
{
    /// <summary>Every question, about the sample.</summary>
    private static readonly string[] s_questions =
    [
        "definitions('a')", "definitions('A.%', page => 5)", "references_to('B.b')", "callers('B.b/0', 3)", "callees('A.a/0', NULL, page => 2)",
        "call_path('a', 'b')", "fragments_with('{call,def}', page => 5)", "copies_of(1)", "copies_of_file(1, page => 3)",
        "shared_code('alpha', 'beta', page => 3)", "similar(1, page => 3)", "changes('alpha', '1.0', '1.0', page => 3)",
        "text('source', true, true)", "text('WHY', false, true, true, page => 3)", "file(1)", "file('lib/a.ex', 'alpha', '1.0', 'hex')", "outline(1)",
    ];

    [Theory]
    [InlineData("definitions('a', page => 0)", "page => 0 is not allowed")]
    [InlineData("references_to('nothing', page => -1)", "page => -1 is not allowed")]
    [InlineData("callers('a', 0)", "depth => 0 is not allowed")]
    [InlineData("callees('nothing', page => 0)", "page => 0 is not allowed")]
    [InlineData("call_path('a', 'b', -1)", "depth => -1 is not allowed")]
    [InlineData("fragments_with('{}')", "terms => '{}' is not allowed")]
    [InlineData("fragments_with('{call,NULL}')", "terms => '{call,NULL}' is not allowed")]
    [InlineData("fragments_with(NULL)", "terms => NULL is not allowed")]
    [InlineData("shared_code('alpha', 'gamma')", "there is no package 'gamma'")]
    [InlineData("shared_code('alpha', 'beta', '9')", "there is no version '9' of package 'alpha'")]
    [InlineData("changes('alpha', '1.0', '2.0')", "there is no version '2.0' of package 'alpha'")]
    [InlineData("changes('alpha', '1.0', NULL)", "there is no version '' of package 'alpha'")]
    [InlineData("changes('alpha', '1.0', '1.0', 'npm')", "there is no package 'alpha' in ecosystem 'npm'")]
    [InlineData("changes('common', '1.0', '1.0')", "package 'common' is in several ecosystems: 'hex', 'npm'")]
    [InlineData("file('nothing', page => 0)", "page => 0 is not allowed")]
    [InlineData("text('')", "pattern => '' is not allowed")]
    [InlineData("text('***=a')", "pattern => '***=a' is not allowed")]
    public async Task What_can_be_nothing_but_a_mistake_is_refused_with_a_hint(string question, string message)
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        await Db.ExecuteAsync("INSERT INTO exograph_in.packages (ecosystem, name) VALUES ('hex', 'common'), ('npm', 'common')");

        var error = await Db.FailsAsync("XG008", $"SELECT * FROM exograph_find.{question}");

        Assert.Equal(message, error.MessageText);
        Assert.NotNull(error.Hint);
    }

    [Theory]
    [InlineData("a(b")]
    [InlineData("[")]
    [InlineData("(?i)*a")]
    public async Task A_malformed_pattern_is_told_as_it_was_given(string pattern)
    {
        var error = await Db.FailsAsync("2201B", $"SELECT * FROM exograph_find.text('{pattern}')");

        Assert.StartsWith($"pattern => '{pattern}' is no regular expression: ", error.MessageText, StringComparison.Ordinal);
        Assert.NotNull(error.Hint);
    }

    [Theory]
    [InlineData("definitions(NULL)")]
    [InlineData("definitions('a', 'none')")]
    [InlineData("references_to(NULL)")]
    [InlineData("callers(NULL, NULL)")]
    [InlineData("call_path('a', NULL)")]
    [InlineData("fragments_with('{call,unknown}')")]
    [InlineData("copies_of(NULL)")]
    [InlineData("copies_of_file(99)")]
    [InlineData("similar(99)")]
    [InlineData("text(NULL, true, true)")]
    [InlineData("text('source', false, false)")]
    [InlineData("file(99)")]
    [InlineData("file(NULL::text)")]
    [InlineData("outline(NULL)")]
    public async Task What_is_unknown_or_NULL_has_no_answer(string question)
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();

        Assert.Empty(await Db.RowsAsync($"SELECT * FROM exograph_find.{question}"));
    }

    [Theory]
    [InlineData("(?i)SOURCE A$", "lib/a.ex|1|1|source a")]
    [InlineData(@"\mb\M", "lib/b.ex|1|8|b")]
    public async Task Options_of_an_expression_stay_in_force(string pattern, string hit)
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();

        Assert.Equal([hit], await Db.RowsAsync($"SELECT path, line, col, match FROM exograph_find.text('{pattern}')"));
    }

    [Theory]
    [InlineData("exograph_loader")]
    [InlineData("exograph_reader")]
    public async Task Who_may_read_may_ask_and_reads_with_rights_of_its_own(string group)
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        var reader = await OpenAsAsync(await CreateRoleAsync("reader", group));

        foreach (var question in s_questions)
            await reader.RowsAsync($"SELECT * FROM exograph_find.{question}");

        await reader.FailsAsync("42501", "CREATE TABLE exograph_find.t ()");
        await Db.ExecuteAsync($"REVOKE SELECT ON exograph.definitions FROM {group}");
        await reader.FailsAsync("42501", "SELECT * FROM exograph_find.definitions('a')");
    }

    [Fact]
    public async Task Questions_may_be_asked_in_a_transaction_that_only_reads()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync();
        await Db.ExecuteAsync("BEGIN READ ONLY");

        foreach (var question in s_questions)
            await Db.RowsAsync($"SELECT * FROM exograph_find.{question}");
    }

    [Fact]
    public async Task Questions_call_nothing_of_public()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync("partition_threshold => 0");
        await Overloads.MakeAsync(Db, await CreateRoleAsync("hostile"));

        foreach (var question in s_questions)
            await Db.ExecuteAsync($"SELECT * FROM exograph_find.{question}");

        await Overloads.AssertUnusedAsync(Db);
    }

    [Fact]
    public async Task Help_lists_the_questions_and_not_what_they_are_made_of()
    {
        var calls = await Db.RowsAsync("SELECT call FROM exograph.help() WHERE call ~ 'exograph_find'");

        Assert.Equal(15, calls.Length);
        Assert.Contains(calls, c => c == "SELECT * FROM exograph_find.outline(file_id)");
        Assert.DoesNotContain(calls, c => c.Contains("walk_calls", StringComparison.Ordinal));
    }
}
