using System.Text;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

public sealed class StagingTests
{
    [Fact]
    public async Task Every_column_and_null_arrives_in_staging_as_it_was_given_and_missing_json_as_an_empty_object()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync();
        await SampleRows.StageAsync(session);
        await AssertStagedAsync(database, session, SampleRows.Packages);
        await AssertStagedAsync(database, session, SampleRows.Versions);
        await AssertStagedAsync(database, session, SampleRows.Files);
        await AssertStagedAsync(database, session, SampleRows.Terms);
        await AssertStagedAsync(database, session, SampleRows.Fragments);
        await AssertStagedAsync(database, session, SampleRows.Nodes);
        await AssertStagedAsync(database, session, SampleRows.Comments);
        await AssertStagedAsync(database, session, SampleRows.Definitions);
        await AssertStagedAsync(database, session, SampleRows.References);
        await AssertStagedAsync(database, session, SampleRows.Edges);
        await AssertStagedAsync(database, session, SampleRows.FragmentTermSets);
    }

    [Fact]
    public async Task The_columns_are_those_of_the_server()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync();
        var server = await database.ColumnAsync<string>($"""
            SELECT concat_ws(' ', substr(c.relname, 8), a.attname, format_type(a.atttypid, NULL), s.required,
                             CASE WHEN a.attname = 'id' THEN substr(c.relname, 8) ELSE s.refers_to END)
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            JOIN exograph.staging_columns s ON 'staged_' || s.table_name = c.relname AND s.column_name = a.attname
            WHERE c.relnamespace = 'exograph_load_{session.LoadId}'::regnamespace AND a.attnum > 0 AND a.attname <> 'load_id'
            ORDER BY c.relname COLLATE "C", a.attnum
            """);
        var driver = StagedTable.All.OrderBy(t => t.Name, StringComparer.Ordinal).SelectMany(t => t.Columns.Select(
            c => $"{t.Name} {c.Name} {TypeName(c.Type)} {(c.Required ? "t" : "f")} {c.NumberOf}".TrimEnd()));
        Assert.Equal(server, driver);
    }

    [Fact]
    public async Task Rows_of_one_table_are_staged_in_many_chunks_over_several_connections()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync(new LoadOptions { Connections = 3, ChunkBytes = 1000 });
        var first = session.StageAsync(Terms(1, 5_000));
        var second = session.StageAsync(Terms(5_001, 5_000));
        var counts = await Task.WhenAll(first, second);
        Assert.Equal([5_000, 5_000], counts);
        Assert.Equal(10_000, await database.ScalarAsync<long>(
            $"SELECT count(DISTINCT id) FROM exograph_load_{session.LoadId}.staged_terms WHERE term = 'term ' || id"));
        var report = await session.FinalizeAsync();
        Assert.Equal(10_000, report.Tables.Single(t => t.Table == IndexTable.Terms).Inserted);
    }

    [Theory]
    [InlineData('\0', 1, "terms, row 3, column term: the text holds a NUL character at position 2")]
    [InlineData('\uD800', 1, "terms, row 3, column term: the text holds a lone surrogate at position 2")]
    [InlineData('\uDC00', 0, "terms, row 3, column term: the text holds a lone surrogate at position 1")]
    public async Task A_text_that_cannot_be_stored_is_refused_with_table_row_and_column(char bad, int at, string expected)
    {
        var text = "ab".Insert(at, bad.ToString());
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync();
        var rows = new TermRow[] { new() { Id = 1, Term = "" }, new() { Id = 2, Term = "" }, new() { Id = 3, Term = text } };
        var error = await Assert.ThrowsAsync<LoadException>(() => session.StageAsync(rows.ToAsyncEnumerable()));
        Assert.StartsWith(expected, error.Message);
        Assert.Equal((session.LoadId, IndexTable.Terms, 3L, "term"), (error.LoadId, error.Table, error.Row, error.Column));
        Assert.Null(error.SqlState);
    }

    [Fact]
    public async Task A_row_that_the_server_refuses_is_named_by_its_ordinal_over_all_chunks()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync(new LoadOptions { Connections = 1, ChunkBytes = 100 });
        var rows = Enumerable.Range(1, 50).Select(
            i => new PackageRow { Id = i, Ecosystem = "hex", Name = "p", Metadata = i == 37 ? "{no json" : "{}" });
        var error = await Assert.ThrowsAsync<LoadException>(() => session.StageAsync(rows.ToAsyncEnumerable()));
        Assert.Equal(("22P02", IndexTable.Packages, 37L, "metadata"), (error.SqlState, error.Table, error.Row, error.Column));
        Assert.StartsWith("packages, row 37, column metadata: invalid input syntax for type json", error.Message);
        Assert.IsType<PostgresException>(error.InnerException);
    }

    [Fact]
    public async Task A_slow_copy_is_not_cut_off_by_the_command_timeout()
    {
        await using var database = await TestDatabase.CreateAsync();
        var settings = database.Settings;
        settings.CommandTimeout = 1;
        await using var hasty = NpgsqlDataSource.Create(settings.ConnectionString);
        await using var session = await new ExographClient(hasty).BeginLoadAsync();
        await database.ExecuteAsync($"""
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(2); RETURN new; END';
            CREATE TRIGGER slow BEFORE INSERT ON exograph_load_{session.LoadId}.staged_terms FOR EACH ROW EXECUTE FUNCTION slow();
            """);
        Assert.Equal(1, await session.StageAsync(SampleRows.Terms.Take(1).ToAsyncEnumerable()));
    }

    [Fact]
    public async Task Rows_of_no_staging_table_are_refused()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => session.StageAsync(AsyncEnumerable.Empty<StagedRow>()));
    }

    [Fact]
    public async Task An_error_of_the_producer_comes_through_as_it_is()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync();
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => session.StageAsync(Failing()));
    }

    [Fact]
    public async Task A_load_that_was_staged_in_part_is_not_finalized()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync(new LoadOptions { Connections = 1, ChunkBytes = 1 });
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => session.StageAsync(Failing()));
        Assert.NotEqual(0, await database.ScalarAsync<long>($"SELECT count(*) FROM exograph_load_{session.LoadId}.staged_terms"));
        var error = await Assert.ThrowsAsync<LoadException>(() => session.FinalizeAsync());
        Assert.Equal($"load {session.LoadId} holds only part of the rows of terms: staging them failed", error.Message);
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM exograph.terms"));
    }

    private static IAsyncEnumerable<TermRow> Failing() => Enumerable.Range(1, 3)
        .Select(i => i < 3 ? new TermRow { Id = i, Term = "" } : throw new TimeZoneNotFoundException()).ToAsyncEnumerable();

    private static IAsyncEnumerable<TermRow> Terms(int from, int count) =>
        Enumerable.Range(from, count).Select(i => new TermRow { Id = i, Term = $"term {i}" }).ToAsyncEnumerable();

    /// <summary>Compares what the server holds with the rows, both as text, by reflection over the properties.</summary>
    private static async Task AssertStagedAsync<TRow>(TestDatabase database, LoadSession session, TRow[] rows)
        where TRow : StagedRow
    {
        var table = StagedTable.For<TRow>();
        var columns = table.Columns.Select(c => $"coalesce({c.Name}::text, 'null')");
        var staged = await database.ColumnAsync<string>(
            $"SELECT concat_ws('|', {string.Join(", ", columns)}) FROM exograph_load_{session.LoadId}.staged_{table.Name}");
        var given = rows.Select(row => string.Join('|', table.Columns.Select(c => Show(row, c.Name))));
        Assert.Equal(given.Order(StringComparer.Ordinal), staged.Order(StringComparer.Ordinal));
    }

    private static string Show(StagedRow row, string column)
    {
        var name = string.Concat(column.Split('_').Select(part => char.ToUpperInvariant(part[0]) + part[1..]));
        return row.GetType().GetProperty(name)!.GetValue(row) switch
        {
            null when column == "metadata" => "{}",
            null => "null",
            ReadOnlyMemory<byte> bytes => new StringBuilder(@"\x").Append(Convert.ToHexStringLower(bytes.Span)).ToString(),
            ReadOnlyMemory<long> longs => $"{{{string.Join(',', longs.ToArray())}}}",
            ReadOnlyMemory<int> ints => $"{{{string.Join(',', ints.ToArray())}}}",
            var value => value.ToString()!,
        };
    }

    private static string TypeName(ColumnType type) => type switch
    {
        ColumnType.BigIntArray => "bigint[]",
        ColumnType.IntegerArray => "integer[]",
        _ => type.ToString().ToLowerInvariant(),
    };
}
