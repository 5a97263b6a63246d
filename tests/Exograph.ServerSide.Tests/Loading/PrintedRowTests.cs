using Exograph.ServerSide.Tests.RowWise;
using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Values that are small to store and huge to print: pg_dump and COPY work after every load that was accepted.</summary>
public sealed class PrintedRowTests : LoadingTest
{
    private const string TooLarge = "metadata prints a number of more than 1,000 characters, 1,000 levels, or 32 MiB";

    private static readonly string[] s_longTables =
        ["package_versions", "files", "files", "terms", "fragments", "fragments", "comments"];

    /// <summary>JSON that is refused, as SQL.</summary>
    public static TheoryData<string> Unprintable =>
    [
        "'1e131071'", "'{\"n\": -1e1000}'", "'{\"a\": [{\"b\": 0e-16383}]}'", "('{\"n\": 1.' || repeat('0', 1000) || '}')",
        "('[' || repeat('1e999,', 40000) || '0]')", "(repeat('[', 1002) || repeat(']', 1002))",
        "(repeat('[', 14000) || repeat(']', 14000))", "('[' || repeat('1e131071,', 12000) || '0]')",
        "('[\"' || repeat('x', 5600000) || '\"]')",
    ];

    public static TheoryData<string> Printable =>
    [
        "'{}'", "'[]'", "'1'", "'null'", "'{\"n\": 1e999}'", "('{\"n\": 1.' || repeat('0', 998) || '}')",
        "('{\"n\": \"' || repeat('\\\\u0001', 5000) || '\"}')", "('[' || repeat('1e999,', 10000) || '0]')",
        "(repeat('[', 1000) || repeat(']', 1000))", "('[\"' || repeat('x', 5000000) || '\"]')",
    ];

    [Theory]
    [MemberData(nameof(Unprintable))]
    public async Task Metadata_that_prints_too_much_is_a_reject_whose_copy_in_the_ledger_can_be_printed(string json)
    {
        var load = await WithMetadataAsync(json);

        Assert.Equal(
            [$"packages|{TooLarge}", $"package_versions|{TooLarge}", $"graph_nodes|{TooLarge}", $"call_edges|{TooLarge}"],
            (await load.CheckAsync()).Where(row => row.EndsWith(TooLarge, StringComparison.Ordinal)));
        await Db.FailsAsync("XG006", load.FinalizeSql());
        await load.FinalizeAsync("on_reject => 'skip'");

        Assert.Equal(4, await Db.CountAsync($"exograph.load_rejects WHERE reason = '{TooLarge}'"));
        await EveryTableCanBeCopiedAsync();
    }

    [Theory]
    [MemberData(nameof(Printable))]
    public async Task Metadata_that_can_be_printed_is_loaded_and_printed(string json)
    {
        var load = await WithMetadataAsync(json);

        await load.FinalizeAsync();

        Assert.NotEqual(0, await Db.CountAsync($"exograph.call_edges WHERE metadata = {json}::jsonb"));
        await EveryTableCanBeCopiedAsync();
    }

    [Theory]
    [InlineData("packages", "metadata")]
    [InlineData("package_versions", "metadata")]
    [InlineData("graph_nodes", "metadata")]
    [InlineData("call_edges", "metadata")]
    public async Task An_inserter_view_refuses_the_same_metadata(string view, string column)
    {
        await Row.InsertAllAsync(Db);
        var key = view switch
        {
            "packages" => ("name", "'other'"),
            "package_versions" => ("version", "'other'"),
            "graph_nodes" => ("qualified_name", "'other'"),
            _ => ("line", "4711"),
        };

        var error = await Db.FailsAsync("23514", Row.Insert(view, key, (column, "'{\"n\": 1e131071}'::jsonb")));

        Assert.Equal("metadata_is_printable", error.ConstraintName);
        Assert.Equal(view, error.TableName);
        Assert.StartsWith("Insert such a number as text, nest less deeply, or leave the large part out", error.Hint,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_that_prints_more_than_128_MiB_is_a_reject_whose_copy_in_the_ledger_can_be_printed()
    {
        const string Long = "repeat('a', 134217729)";
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', 'p')");
        await load.StageAsync("package_versions", "id, package_id, version, source_ref",
            $"(1, 1, '1', {Long}), (2, 1, '2', 's')");
        await load.StageAsync("files", "id, path, source, comments_text, sha256",
            $"(1, 'f', 's', 'c', sha256('1')), (2, 'f', {Long}, NULL, sha256('2')), (3, 'f', '', {Long}, sha256('3'))");
        await load.StageAsync("terms", "id, term", $"(1, {Long}), (2, 't')");
        await load.StageAsync("fragments", "id, file_id, ast, kind, line, mass, sub_hashes",
            @"(1, 1, convert_to(repeat('a', 67108865), 'UTF8'), 'k', 1, 1, NULL), "
            + @"(2, 1, '\x', 'k', 1, 1, array_fill(NULL::bigint, ARRAY[4194305])), (3, 1, '\x', 'k', 1, 1, '{1,2}')");
        await load.StageAsync("comments", "file_id, text", $"(1, {Long}), (1, 'short')");

        Assert.Equal(s_longTables.Select(table => table + "|the row prints more than 128 MiB"), await load.CheckAsync());
        await load.FinalizeAsync("on_reject => 'skip'");

        Assert.Equal(1, await Db.CountAsync("exograph.comments"));
        Assert.InRange(
            await Db.ScalarAsync<long>("SELECT sum(octet_length(staged_row::text)) FROM exograph.load_rejects"), 7, 50_000);
        await EveryTableCanBeCopiedAsync();
    }

    [Fact]
    public async Task An_inserter_view_refuses_a_row_that_prints_more_than_128_MiB()
    {
        var error = await Db.FailsAsync("23514", "INSERT INTO exograph_in.terms (term) VALUES (repeat('a', 134217729))");

        Assert.Equal("row_prints_at_most_128_mib", error.ConstraintName);
    }

    [Fact]
    public async Task The_label_of_a_load_has_2000_bytes()
    {
        await Db.ExecuteAsync("SELECT exograph.begin_load(repeat('a', 2000))");

        var error = await Db.FailsAsync("XG008", "SELECT exograph.begin_load(repeat('a', 2001))");

        Assert.Equal("the label of a load has at most 2,000 bytes, not 2001", error.MessageText);
    }

    /// <summary>The sample with a package, a version, a node and a call of the given metadata.</summary>
    private async Task<Load> WithMetadataAsync(string json)
    {
        var load = await Sample.BeginAsync(Db);
        await load.StageAsync("packages", "id, ecosystem, name, metadata", $"(7, 'hex', 'seven', {json}::jsonb)");
        await load.StageAsync("package_versions", "id, package_id, version, metadata", $"(7, 1, '7', {json}::jsonb)");
        await load.StageAsync("graph_nodes", "id, engine, kind, qualified_name, metadata", $"(7, 'e', 'k', 'q', {json}::jsonb)");
        await load.StageAsync("call_edges",
            "caller_node_id, callee_node_id, caller_qualified_name, callee_qualified_name, metadata",
            $"(1, 1, 'q', 'q', {json}::jsonb)");
        return load;
    }

    private async Task EveryTableCanBeCopiedAsync()
    {
        foreach (var table in await Db.RowsAsync("SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') "
            + "AND relnamespace = 'exograph'::regnamespace"))
        {
            await Db.ExecuteAsync($"COPY (TABLE exograph.{table}) TO '/dev/null'");
        }
    }
}
