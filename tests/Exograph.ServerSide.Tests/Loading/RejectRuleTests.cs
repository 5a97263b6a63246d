using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Each rule for staged rows, broken by one row of a good load.</summary>
public sealed class RejectRuleTests(RejectRuleTests.GoodLoad good) : IClassFixture<RejectRuleTests.GoodLoad>
{
    public static TheoryData<string, string> Required => Split(
        """
        packages id, packages ecosystem, packages name, package_versions id, package_versions package_id,
        package_versions version, files id, files path, files source, files sha256, terms id, terms term, fragments id,
        fragments file_id, fragments ast,
        fragments kind, fragments line, fragments mass, graph_nodes id, graph_nodes engine, graph_nodes kind,
        graph_nodes qualified_name, comments file_id, comments text, definitions file_id, definitions kind, definitions name,
        definitions qualified_name, symbol_references file_id, symbol_references kind, symbol_references name,
        symbol_references qualified_name, call_edges caller_node_id, call_edges callee_node_id, call_edges caller_qualified_name,
        call_edges callee_qualified_name, fragment_terms fragment_id, fragment_terms term_id
        """);

    public static TheoryData<string, string> AtMost500Bytes => Split(
        """
        packages ecosystem, fragments content_hash, fragments kind, fragments exact_hash, graph_nodes engine, graph_nodes kind,
        definitions kind, symbol_references kind
        """);

    public static TheoryData<string, string> AtMost2000Bytes => Split(
        """
        packages name, package_versions version, files path, fragments module, fragments name, graph_nodes external_id,
        graph_nodes module, graph_nodes name, graph_nodes qualified_name, definitions module, definitions name,
        definitions qualified_name, symbol_references module, symbol_references name, symbol_references qualified_name,
        call_edges caller_qualified_name, call_edges callee_qualified_name
        """);

    public static TheoryData<string, string> Numbered =>
        Split("packages 2, package_versions 2, files 2, fragments 2, graph_nodes 2, terms 2");

    public static TheoryData<string, string, string> References => new()
    {
        { "package_versions", "package_id", "packages" },
        { "files", "package_id", "packages" },
        { "files", "package_version_id", "package_versions" },
        { "fragments", "package_id", "packages" },
        { "fragments", "package_version_id", "package_versions" },
        { "fragments", "file_id", "files" },
        { "graph_nodes", "package_id", "packages" },
        { "graph_nodes", "package_version_id", "package_versions" },
        { "graph_nodes", "file_id", "files" },
        { "graph_nodes", "fragment_id", "fragments" },
        { "comments", "package_id", "packages" },
        { "comments", "package_version_id", "package_versions" },
        { "comments", "file_id", "files" },
        { "comments", "fragment_id", "fragments" },
        { "definitions", "package_id", "packages" },
        { "definitions", "package_version_id", "package_versions" },
        { "definitions", "file_id", "files" },
        { "definitions", "fragment_id", "fragments" },
        { "symbol_references", "package_id", "packages" },
        { "symbol_references", "package_version_id", "package_versions" },
        { "symbol_references", "file_id", "files" },
        { "symbol_references", "fragment_id", "fragments" },
        { "call_edges", "package_id", "packages" },
        { "call_edges", "package_version_id", "package_versions" },
        { "call_edges", "file_id", "files" },
        { "call_edges", "caller_node_id", "graph_nodes" },
        { "call_edges", "callee_node_id", "graph_nodes" },
        { "call_edges", "call_site_fragment_id", "fragments" },
        { "fragment_terms", "fragment_id", "fragments" },
        { "fragment_terms", "term_id", "terms" },
    };

    public static TheoryData<string> WithFile =>
        ["fragments", "graph_nodes", "comments", "definitions", "symbol_references", "call_edges"];

    public static TheoryData<string> WithVersion => ["files", .. WithFile];

    [Fact]
    public async Task A_good_load_breaks_no_rule() => Assert.Empty(await good.Load.CheckAsync());

    [Theory]
    [MemberData(nameof(Required))]
    public async Task A_required_value_must_be_there(string table, string column) =>
        Assert.Equal([$"{column} is missing"], await ReasonsAsync(table, $"{column} = NULL"));

    [Theory]
    [MemberData(nameof(AtMost500Bytes))]
    public Task Kinds_engines_ecosystems_and_hashes_have_500_bytes(string table, string column) =>
        HasBytesAsync(table, column, 500);

    [Theory]
    [MemberData(nameof(AtMost2000Bytes))]
    public Task Names_paths_and_versions_have_2000_bytes(string table, string column) => HasBytesAsync(table, column, 2_000);

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public async Task A_sha256_has_32_bytes(int length) => Assert.Equal(
        ["sha256 is not 32 bytes long"], await ReasonsAsync("files", $"sha256 = convert_to(repeat('a', {length}), 'UTF8')"));

    [Theory]
    [MemberData(nameof(Numbered))]
    public async Task A_number_is_from_1_to_2_to_the_40th(string table, string other)
    {
        Assert.NotEqual("1", other);
        foreach (var number in new[] { "0", "-1", "-9223372036854775808", "1099511627776" })
        {
            // Terms have integers.
            if (table == "terms" && number.Length > 2)
                continue;
            Assert.Equal(["id is not between 1 and 2^40 - 1"], await ReasonsAsync(table, $"id = {number}"));
        }
    }

    [Theory]
    [MemberData(nameof(Numbered))]
    public async Task A_number_used_twice_rejects_all_its_rows(string table, string other) =>
        Assert.Equal(["id is used more than once", "id is used more than once"], await ReasonsAsync(table, $"id = {other}"));

    [Theory]
    [MemberData(nameof(References))]
    public async Task A_reference_names_a_number_that_was_staged(string table, string column, string refersTo)
    {
        foreach (var number in new[] { 0, 3, -1 })
        {
            Assert.Equal(
                [$"{column} is no number of a valid row in staged_{refersTo}"],
                await ReasonsAsync(table, $"{column} = {number}"));
        }
    }

    [Theory]
    [MemberData(nameof(References))]
    public async Task A_reference_names_a_row_that_is_not_rejected_itself(string table, string column, string refersTo)
    {
        var required = refersTo switch
        {
            "packages" => "name",
            "package_versions" => "version",
            "files" => "source",
            "terms" => "term",
            _ => "kind",
        };

        // Node 2 lies in fragment 2, and would be the first reason.
        var rest = column == "call_site_fragment_id" ? ", callee_node_id = 1" : "";

        var reasons = await ReasonsAsync(table, $"{column} = 2{rest}",
            before: $"UPDATE {good.Load.Staged(refersTo)} SET {required} = NULL WHERE id = 2",
            rows: $"staged_row ->> '{column}' = '2'");

        Assert.Equal([$"{column} is no number of a valid row in staged_{refersTo}"], reasons.Distinct());
    }

    [Theory]
    [MemberData(nameof(WithFile))]
    public async Task A_row_belongs_to_the_version_of_its_file(string table)
    {
        Assert.Empty(await ReasonsAsync(table, "package_version_id = 1, package_id = 1"));
        Assert.Equal(["package_version_id contradicts the version of its file"],
            await ReasonsAsync(table, "package_version_id = 2"));
        Assert.Equal(["package_version_id contradicts the version of its file"],
            await ReasonsAsync(table, "package_version_id = 2, package_id = 2"));
        // Of a file without package there is no version to belong to.
        Assert.Contains("package_version_id contradicts the version of its file",
            await ReasonsAsync(table, "package_version_id = 1",
                $"UPDATE {good.Load.Staged("files")} SET package_version_id = NULL"));
    }

    [Theory]
    [MemberData(nameof(WithVersion))]
    public async Task A_row_belongs_to_the_package_of_its_version(string table)
    {
        Assert.Empty(await ReasonsAsync(table, "package_id = 1"));
        Assert.Equal(["package_id contradicts the package of its version"], await ReasonsAsync(table, "package_id = 2"));
        Assert.Contains("package_id contradicts the package of its version",
            await ReasonsAsync(table, "package_id = 1", $"UPDATE {good.Load.Staged("files")} SET package_version_id = NULL"));
    }

    [Theory]
    [InlineData("graph_nodes")]
    [InlineData("call_edges")]
    public async Task A_row_without_file_belongs_to_the_package_of_the_version_it_names(string table)
    {
        Assert.Empty(await ReasonsAsync(table, "file_id = NULL, package_version_id = 2, package_id = 2"));
        Assert.Equal(["package_id contradicts the package of its version"],
            await ReasonsAsync(table, "file_id = NULL, package_version_id = 2, package_id = 1"));
        Assert.Equal(["package_id contradicts the package of its version"],
            await ReasonsAsync(table, "file_id = NULL, package_id = 1"));
    }

    [Theory]
    [InlineData("definitions", "file_id = NULL, kind = NULL, name = repeat('n', 2001)", "file_id is missing")]
    [InlineData("definitions", "fragment_id = 9, kind = NULL", "fragment_id is no number of a valid row in staged_fragments")]
    [InlineData("packages", "id = 0, name = NULL", "id is not between 1 and 2^40 - 1")]
    [InlineData("packages", "id = NULL, name = NULL", "id is missing")]
    public async Task The_first_rule_that_a_row_breaks_is_its_reason(string table, string change, string reason) =>
        Assert.Equal([reason], await ReasonsAsync(table, change));

    [Fact]
    public async Task Numbers_that_lost_their_key_are_no_contradiction()
    {
        var duplicates = $"""
            INSERT INTO {good.Load.Staged("packages")} (id, ecosystem, name) VALUES (9, 'hex', 'alpha');
            INSERT INTO {good.Load.Staged("package_versions")} (id, package_id, version) VALUES (9, 9, '1.0');
            INSERT INTO {good.Load.Staged("files")} (id, package_version_id, path, source, sha256)
                VALUES (9, 9, 'x', 'a', sha256('a'))
            """;

        Assert.Empty(await ReasonsAsync("definitions", "file_id = 9, package_version_id = 1, package_id = 9", duplicates));
    }

    [Fact]
    public async Task The_cases_above_are_all_that_staging_columns_lists()
    {
        Assert.Equal(
            Lines(Required).Order(StringComparer.Ordinal), await ColumnsAsync("required", "''"));
        Assert.Equal(
            Lines(AtMost500Bytes).Select(c => c + " 500").Concat(Lines(AtMost2000Bytes).Select(c => c + " 2000"))
                .Append("files sha256 32").Order(StringComparer.Ordinal),
            await ColumnsAsync("max_bytes IS NOT NULL", "' ' || max_bytes"));
        Assert.Equal(
            Lines(References).Order(StringComparer.Ordinal), await ColumnsAsync("refers_to IS NOT NULL", "' ' || refers_to"));
    }

    private static IEnumerable<string> Lines(IEnumerable<ITheoryDataRow> data) =>
        data.Select(row => string.Join(' ', row.GetData()));

    private Task<string[]> ColumnsAsync(string condition, string rest) => good.Session.RowsAsync(
        $"""
        SELECT table_name || ' ' || column_name || {rest} FROM exograph.staging_columns
        WHERE {condition} AND kind <> 'set' -- the pairs in them: TermSetTests
        ORDER BY (table_name || ' ' || column_name || {rest}) COLLATE "C"
        """);

    private async Task HasBytesAsync(string table, string column, int most)
    {
        var isBytes = column.EndsWith("hash", StringComparison.Ordinal);
        // Bytes, not characters: half as many of two bytes each.
        var longest = isBytes ? $"convert_to(repeat('a', {most}), 'UTF8')" : $"repeat('é', {most / 2})";
        var tooLong = isBytes ? $"convert_to(repeat('a', {most + 1}), 'UTF8')" : $"repeat('é', {most / 2}) || 'e'";

        Assert.Empty(await ReasonsAsync(table, $"{column} = {longest}"));
        Assert.Equal([$"{column} is longer than {most} bytes"], await ReasonsAsync(table, $"{column} = {tooLong}"));
    }

    /// <summary>Why rows of a table are rejected once one of them is changed.</summary>
    private async Task<string[]> ReasonsAsync(string table, string change, string before = "", string rows = "true")
    {
        var staged = good.Load.Staged(table);
        await good.Session.ExecuteAsync("BEGIN");
        try
        {
            if (before.Length > 0)
                await good.Session.ExecuteAsync(before);
            await good.Session.ExecuteAsync($"UPDATE {staged} SET {change} WHERE ctid = (SELECT min(ctid) FROM {staged})");
            return await good.Session.RowsAsync(
                $"SELECT reason FROM exograph.check_load({good.Load.Id}) WHERE table_name = '{table}' AND {rows}");
        }
        finally
        {
            await good.Session.ExecuteAsync("ROLLBACK");
        }
    }

    private static TheoryData<string, string> Split(string pairs)
    {
        var data = new TheoryData<string, string>();
        foreach (var pair in pairs.Split(',', StringSplitOptions.TrimEntries))
            data.Add(pair.Split(' ')[0], pair.Split(' ')[1]);
        return data;
    }

    /// <summary>The sample, staged once; each case changes it in a transaction that it rolls back.</summary>
    public sealed class GoodLoad : IAsyncLifetime
    {
        private TestDatabase _database = null!;

        internal Session Session { get; private set; } = null!;

        internal Load Load { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _database = await TestDatabase.CreateAsync();
            Session = await Session.OpenAsync(_database.Settings);
            Load = await Sample.BeginAsync(Session);
        }

        public async ValueTask DisposeAsync()
        {
            await Session.DisposeAsync();
            await _database.DisposeAsync();
        }
    }
}
