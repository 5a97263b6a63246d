using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>What a DBA who has dropped something of a load's staging is told.</summary>
public sealed class LostStagingTests : LoadingTest
{
    public static TheoryData<string> Dropped =>
    [
        "", "staging_token", "resolved_terms", .. Sample.Staged.Select(t => "staged_" + t),
    ];

    [Theory]
    [MemberData(nameof(Dropped))]
    public async Task A_load_whose_staging_was_dropped_says_what_is_gone_and_can_be_abandoned(string table)
    {
        var load = await Load.BeginAsync(Db, "ids => 'reserved', complete => '{definitions}'");
        await Db.ExecuteAsync($"SELECT * FROM exograph.files_lacking({load.Id})");
        await Db.ExecuteAsync(table.Length == 0 ? $"DROP SCHEMA {load.Schema} CASCADE" : $"DROP TABLE {load.Schema}.{table}");

        foreach (var call in new[]
        {
            load.FinalizeSql(), $"SELECT * FROM exograph.check_load({load.Id})",
            $"SELECT * FROM exograph.files_lacking({load.Id})", $"SELECT exograph.resolve_terms('{{a}}', {load.Id})",
        })
        {
            var error = await Db.FailsAsync("XG004", call);
            Assert.Equal($"load {load.Id}: its staging is lost", error.MessageText);
            Assert.Equal(
                table.Length == 0
                    ? $"Schema {load.Schema} is gone: somebody has dropped it."
                    : $"Gone: {load.Schema}.{table}. Somebody has dropped them.",
                error.Detail);
            Assert.Equal($"Nothing of it reached the index. CALL exograph.abandon_load({load.Id}), and load again.", error.Hint);
        }
        // These need no staging.
        await Db.ExecuteAsync($"SELECT exograph.reserve_ids({load.Id}, 'files', 1)");
        await Db.ExecuteAsync($"SELECT exograph.seal_load({load.Id}, '{{}}')");

        await Db.ExecuteAsync($"CALL exograph.abandon_load({load.Id})");
        Assert.Equal("abandoned", await load.StateAsync());
        Assert.Equal(0, await Db.CountAsync($"pg_namespace WHERE nspname = '{load.Schema}'"));
    }

    [Theory]
    [InlineData("DROP COLUMN term")]
    [InlineData("RENAME COLUMN term TO \"Term\"")]
    public async Task A_load_whose_staging_lacks_a_column_says_which_and_can_be_abandoned(string change)
    {
        var load = await Load.BeginAsync(Db, "ids => 'reserved', complete => '{definitions}'");
        await Db.ExecuteAsync($"ALTER TABLE {load.Staged("terms")} {change}");

        foreach (var call in new[]
        {
            load.FinalizeSql(), $"SELECT * FROM exograph.check_load({load.Id})",
            $"SELECT * FROM exograph.files_lacking({load.Id})", $"SELECT exograph.resolve_terms('{{a}}', {load.Id})",
        })
        {
            var error = await Db.FailsAsync("XG004", call);
            Assert.Equal($"Gone: {load.Schema}.staged_terms.term. Somebody has dropped them.", error.Detail);
        }

        await Db.ExecuteAsync($"CALL exograph.abandon_load({load.Id})");
        Assert.Equal("abandoned", await load.StateAsync());
    }

    [Fact]
    public async Task Staging_that_is_dropped_while_finalize_waits_for_it_is_lost()
    {
        var load = await Sample.BeginAsync(Db);
        var other = await OpenAsync();
        await other.ExecuteAsync($"BEGIN; DROP TABLE {load.Staged("terms")}");

        var finalizing = Db.FailsAsync("XG004", load.FinalizeSql());
        await other.UntilBlockedAsync(Db);
        await other.ExecuteAsync("COMMIT");
        await finalizing;

        await Db.ExecuteAsync($"CALL exograph.abandon_load({load.Id})");
    }

    [Fact]
    public async Task A_schema_that_somebody_else_made_in_its_place_is_no_staging()
    {
        var load = await Sample.BeginAsync(Db);
        await Db.ExecuteAsync($"DROP SCHEMA {load.Schema} CASCADE; CREATE SCHEMA {load.Schema}");
        foreach (var table in Sample.Staged)
            await Db.ExecuteAsync($"CREATE TABLE {load.Staged(table)} AS TABLE exograph.{table}");
        await Db.ExecuteAsync($"CREATE TABLE {load.Schema}.staging_token AS SELECT 1; CREATE TABLE {load.Schema}.resolved_terms ()");

        var error = await Db.FailsAsync("XG004", load.FinalizeSql());
        Assert.Equal($"Schema {load.Schema} is gone: there is one of its name that belongs to role {Db.UserName}.", error.Detail);
        await Db.ExecuteAsync($"CALL exograph.abandon_load({load.Id})");

        Assert.Equal(14, await Db.CountAsync($"pg_class WHERE relnamespace = '{load.Schema}'::regnamespace AND relkind = 'r'"));
    }

    [Fact]
    public async Task A_schema_that_exists_before_its_load_is_told()
    {
        await Db.ExecuteAsync("CREATE SCHEMA exograph_load_1");

        var error = await Db.FailsAsync("42P06", "SELECT exograph.begin_load('x')");

        Assert.Equal("schema exograph_load_1 exists already, and is no staging of this database", error.MessageText);
        Assert.Equal("Have it dropped or renamed, or call again: the next load has another number.", error.Hint);
        Assert.Equal(2, (await Load.BeginAsync(Db)).Id);
    }

    [Fact]
    public async Task What_depends_on_the_staging_is_told()
    {
        var load = await Sample.BeginAsync(Db, "keep_maps => true");
        await Db.ExecuteAsync($"CREATE VIEW public.looked_at AS TABLE {load.Staged("files")}");

        foreach (var call in new[] { load.FinalizeSql(), $"CALL exograph.abandon_load({load.Id})" })
        {
            var error = await Db.FailsAsync("2BP01", call);
            Assert.Equal($"load {load.Id}: other objects depend on its staging", error.MessageText);
            Assert.Equal("Drop these objects, then call again: nothing was changed.", error.Hint);
            Assert.StartsWith("view public.looked_at depends on table ", error.Detail, StringComparison.Ordinal);
        }
        await Db.ExecuteAsync("DROP VIEW public.looked_at");

        await load.FinalizeAsync();
        await Db.ExecuteAsync($"CREATE VIEW public.looked_at AS TABLE {load.Schema}.map_files");
        await Db.FailsAsync("2BP01", $"CALL exograph.drop_maps({load.Id})");
    }

    [Fact]
    public async Task Maps_whose_schema_was_dropped_are_dropped_already()
    {
        var load = await Sample.BeginAsync(Db, "keep_maps => true");
        await load.FinalizeAsync();
        await Db.ExecuteAsync($"DROP SCHEMA {load.Schema} CASCADE");

        await Db.ExecuteAsync($"CALL exograph.drop_maps({load.Id})");
    }
}
