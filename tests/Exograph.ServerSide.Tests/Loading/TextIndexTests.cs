using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Indexes of trigrams, by which sources and comments are searched: where a DBA wants them.</summary>
public sealed class TextIndexTests : LoadingTest
{
    private const string Add = "CALL exograph.add_text_indexes()";
    private const string Drop = "CALL exograph.drop_text_indexes()";

    private const string Indexes = """
        pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_am a ON a.oid = (SELECT relam FROM pg_class WHERE oid = i.indexrelid)
        WHERE a.amname = 'gin' AND c.relname ~ '^(files|comments)' AND i.indisvalid
        """;

    [Fact]
    public async Task Sources_and_comments_of_earlier_and_of_later_loads_are_found_by_them()
    {
        await (await Sample.BeginAsync(Db)).FinalizeAsync("partition_threshold => 0");

        await Db.ExecuteAsync(Add);
        await LoadMoreAsync();
        await (await ReservedSample.BeginAsync(Db)).Load.FinalizeAsync(ReservedSample.AlwaysPartition);
        await Db.ExecuteAsync("SET enable_seqscan = off");

        Assert.Equal(
            ["comments", "comments_load_1", "comments_load_2", "comments_load_3", "comments_shared", "files"],
            await Db.RowsAsync($"SELECT c.relname FROM {Indexes} ORDER BY 1"));
        await IsFoundAsync("exograph.files WHERE source LIKE '%urce a%'", "files_source_trgm", 1);
        await IsFoundAsync("exograph.files WHERE source ~ 'so[uv]rce [ab]'", "files_source_trgm", 2);
        await IsFoundAsync("exograph.comments WHERE text ILIKE '%THEREFORE%'", "comments_load_2_text_trgm", 1);
    }

    [Fact]
    public async Task Adding_again_and_dropping_again_have_no_effect()
    {
        var before = await Db.CatalogAsync();

        await Db.ExecuteAsync(Add);
        var added = await Db.CatalogAsync();
        await Db.ExecuteAsync(Add);
        Assert.Equal(added, await Db.CatalogAsync());
        await Db.ExecuteAsync(Drop);
        await Db.ExecuteAsync(Drop);

        Assert.Equal(before, await Db.CatalogAsync());
        Assert.Equal(1, await Db.CountAsync("pg_extension WHERE extname = 'pg_trgm'"));
        await Db.ExecuteAsync(Add);
        Assert.Equal(added, await Db.CatalogAsync());
    }

    [Fact]
    public async Task The_extension_is_taken_from_where_it_is_and_the_search_path_does_not_matter()
    {
        await Db.ExecuteAsync("""
            CREATE SCHEMA "My Extensions"; CREATE EXTENSION pg_trgm SCHEMA "My Extensions";
            GRANT USAGE ON SCHEMA "My Extensions" TO exograph_owner;
            CREATE SCHEMA fake; CREATE OPERATOR CLASS fake.gin_trgm_ops FOR TYPE text USING gin AS STORAGE text;
            SET search_path = fake, public;
            """);

        await Db.ExecuteAsync(Add);

        Assert.Equal(["2"], await Db.RowsAsync($"SELECT count(*) FROM {Indexes} AND c.relname IN ('files', 'comments') "
            + "AND pg_get_indexdef(i.indexrelid) LIKE '%\"My Extensions\".gin_trgm_ops%'"));
        Assert.Equal(0, await Db.CountAsync("pg_namespace WHERE nspname = 'exograph_trgm'"));
    }

    [Fact]
    public async Task Who_may_not_install_the_extension_learns_what_to_do()
    {
        var database = Sql.Name((await Db.RowsAsync("SELECT current_database()"))[0]);
        await Db.ExecuteAsync($"REVOKE CREATE ON DATABASE {database} FROM exograph_owner");

        var refused = await Db.FailsAsync("42501", Add);
        await Db.ExecuteAsync("CREATE SCHEMA closed; CREATE EXTENSION pg_trgm SCHEMA closed");
        var closed = await Db.FailsAsync("42501", Add);
        await Db.ExecuteAsync("DROP EXTENSION pg_trgm; CREATE EXTENSION pg_trgm SCHEMA public");
        await Db.ExecuteAsync(Add);

        Assert.StartsWith("role exograph_owner may not install extension pg_trgm: ", refused.MessageText, StringComparison.Ordinal);
        Assert.Equal("Have a superuser run CREATE EXTENSION pg_trgm, then call again.", refused.Hint);
        Assert.Equal("Have its owner run: GRANT USAGE ON SCHEMA closed TO exograph_owner;", closed.Hint);
    }

    [Fact]
    public async Task A_schema_of_somebody_else_is_left_alone()
    {
        var role = await CreateRoleAsync("stranger");
        await Db.ExecuteAsync($"CREATE SCHEMA exograph_trgm AUTHORIZATION {Sql.Name(role)}");

        var refused = await Db.FailsAsync("XG013", Add);

        Assert.StartsWith("schema exograph_trgm belongs to role \"stranger ", refused.MessageText, StringComparison.Ordinal);
        await Db.ExecuteAsync("DROP SCHEMA exograph_trgm");
    }

    [Theory]
    [InlineData("exograph_loader")]
    [InlineData("exograph_reader")]
    public async Task They_are_for_the_owner_to_add_and_to_drop(string group)
    {
        var session = await OpenAsAsync(await CreateRoleAsync("somebody", group));

        await session.FailsAsync("42501", Add);
        await session.FailsAsync("42501", Drop);
        await (await OpenAsAsync("exograph_owner")).ExecuteAsync(Add);
        await session.ExecuteAsync("SELECT exograph_trgm.similarity('word', 'words')");
    }

    [Fact]
    public async Task A_load_defers_that_of_sources_and_rebuilding_or_dropping_ends_it()
    {
        await Db.ExecuteAsync(Add);
        var before = await Db.CatalogAsync();

        await (await Sample.BeginAsync(Db)).FinalizeAsync("defer_indexes => true");
        Assert.Equal(1, await Db.CountAsync("exograph.deferred_indexes WHERE index_name = 'files_source_trgm'"));
        await Db.ExecuteAsync(Add);
        await Db.ExecuteAsync("CALL exograph.rebuild_indexes()");
        Assert.Equal(before, await Db.CatalogAsync());

        await LoadMoreAsync("defer_indexes => true");
        await Db.ExecuteAsync(Drop);
        await Db.ExecuteAsync("CALL exograph.rebuild_indexes()");
        Assert.Equal(0, await Db.CountAsync(Indexes));
    }

    [Fact]
    public async Task Merged_partitions_have_them()
    {
        await Db.ExecuteAsync(Add);
        await (await Sample.BeginAsync(Db)).FinalizeAsync("partition_threshold => 0");
        await LoadMoreAsync();

        await Db.ExecuteAsync("SELECT exograph.merge_partitions(0)");

        Assert.Equal(4, await Db.CountAsync(Indexes));
        await Db.ExecuteAsync("SET enable_seqscan = off");
        await IsFoundAsync("exograph.comments WHERE text LIKE '%herefor%'", "text_trgm", 1);
    }

    private async Task LoadMoreAsync(string options = "partition_threshold => 0")
    {
        var load = await Load.BeginAsync(Db);
        await load.StageAsync("files", "id, path, source, sha256", "(11, 'c', 'nothing', sha256('c'))");
        await load.StageAsync("comments", "file_id, text, line, col", "(11, 'and therefore', 7, 1)");
        await load.FinalizeAsync(options);
    }

    private async Task IsFoundAsync(string what, string index, int rows)
    {
        Assert.Contains(index, string.Join('\n', await Db.RowsAsync($"EXPLAIN SELECT 1 FROM {what}")), StringComparison.Ordinal);
        Assert.Equal(rows, await Db.CountAsync(what));
    }
}
