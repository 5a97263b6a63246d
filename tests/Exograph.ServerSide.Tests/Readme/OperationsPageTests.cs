using System.Text.RegularExpressions;
using Exograph.ServerSide.Tests.Loading;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Readme;

/// <summary>
/// Every block of docs/operations.md is run, section by section, in the order of the page, on clusters of the section's own. What
/// is shown as text is printed by the block before, which fails where the text is an error, and nowhere else.
/// </summary>
public sealed partial class OperationsPageTests
{
    private static readonly Dictionary<string, Section> s_sections =
        Pages.SectionsOf(Pages.Operations).ToDictionary(s => s.Title, StringComparer.Ordinal);

    /// <summary>What a section finds beside what all find. It returns what is to be looked at after the section.</summary>
    private static readonly Dictionary<string, Func<OperatedCluster, Task<Func<Task>>>> s_scenes = new(StringComparer.Ordinal)
    {
        ["Who waits for whom"] = ALoadWaitsAsync,
        ["The disk is full"] = ASlotKeepsWalAsync,
        ["After a crash"] = TheServerCrashedAsync,
        ["Failover"] = ThePrimaryIsGoneAsync,
        ["Restore"] = ALoadWasFinalizedBesideTheDumpAsync,
        ["Backup"] = TheStagingIsDumpedTooAsync,
        ["A standby"] = TheSecondClusterIsEmptyAsync,
        ["Subscribers"] = AnotherLoadFollowsAsync,
        ["Tablespaces"] = ThereIsATablespaceAsync,
        ["postgresql.conf"] = TheServerIsRestartedAsync,
    };

    public static TheoryData<string> Titles => [.. s_sections.Values.Where(s => s.Blocks.Any(IsRun)).Select(s => s.Title)];

    [Fact]
    public void Every_block_is_run_and_every_scene_played()
    {
        Assert.Equal(Pages.BlocksOf(Pages.Operations), s_sections.Values.SelectMany(s => s.Blocks));
        Assert.Subset(Titles.Select(row => row.Data).ToHashSet(StringComparer.Ordinal), s_scenes.Keys.ToHashSet(StringComparer.Ordinal));
        // C# is DbUpExample's.
        Assert.All(s_sections.Values.SelectMany(s => s.Blocks.Zip(s.Blocks.Prepend(null!))), pair =>
            Assert.True(IsRun(pair.First) || pair.First.Language == "csharp" || (pair.First.Language == "text" && IsRun(pair.Second)),
                $"not run: {pair.First.Text}"));
    }

    [Theory]
    [MemberData(nameof(Titles))]
    public async Task A_section_does_what_it_says(string title)
    {
        await using var cluster = await OperatedCluster.StartAsync();
        var section = s_sections[title];
        // A section that needs a dump or a standby finds them made as the page says.
        var programs = s_sections.Values.Where(s => s == section || (title, s.Title) is ("Restore", "Backup") or ("Failover", "A standby"))
            .SelectMany(s => s.Blocks).Where(b => b.Language == "sh").SelectMany(b => Word().Matches(b.Text).Select(m => m.Value));
        if (await cluster.InstallAsync(ServerPrograms.All.Intersect(programs)) is { } missing)
            Assert.Skip(missing);
        var look = s_scenes.TryGetValue(title, out var scene) ? await scene(cluster) : () => Task.CompletedTask;

        for (var i = 0; i < section.Blocks.Count; i++)
        {
            if (!IsRun(section.Blocks[i]))
                continue;
            var (exitCode, output) = await cluster.RunAsync(section.Blocks[i]);
            var shown = section.Blocks.ElementAtOrDefault(i + 1) is { Language: "text" } text ? text : null;
            Assert.True((exitCode != 0) == (shown is not null && Error().IsMatch(shown.Text)), $"{section.Blocks[i].Text}\n{output}");
            Assert.True(shown is null || shown.IsExcerptOf(output), $"{section.Blocks[i].Text}\n{output}");
        }

        await look();
    }

    private static bool IsRun(Block? block) => block?.Language is "sh" or "sql";

    private static async Task<Func<Task>> ALoadWaitsAsync(OperatedCluster cluster)
    {
        var holder = await cluster.OpenAsync();
        await holder.ExecuteAsync("BEGIN; LOCK TABLE exograph.packages IN SHARE MODE");
        var loader = await cluster.OpenAsync();
        var finalizing = loader.ExecuteAsync("CALL exograph.finalize_load(43)");
        await cluster.Db.UntilWaitingAsync(loader);
        return async () =>
        {
            await finalizing;
            await loader.DisposeAsync();
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => holder.ExecuteAsync("COMMIT"));
            await holder.DisposeAsync();
            Assert.Equal(["41|finalized", "42|finalized", "43|finalized", "44|open"], await StatesAsync(cluster.Db));
        };
    }

    private static async Task<Func<Task>> ASlotKeepsWalAsync(OperatedCluster cluster)
    {
        await cluster.Db.ExecuteAsync("SELECT pg_create_physical_replication_slot('standby', true)");
        return async () =>
        {
            Assert.Equal(0, await cluster.Db.CountAsync("pg_replication_slots"));
            Assert.Equal(["41|finalized", "42|finalized", "43|abandoned", "44|finalized"], await StatesAsync(cluster.Db));
        };
    }

    private static async Task<Func<Task>> TheServerCrashedAsync(OperatedCluster cluster)
    {
        var catalog = await cluster.Db.CatalogAsync();
        await cluster.Db.ExecuteAsync("CALL exograph.finalize_load(44, defer_indexes => true)");
        var before = await cluster.Db.IndexAsync();
        await cluster.KillAsync();
        await cluster.RestartAsync();
        return async () =>
        {
            Assert.Equal(before, (await cluster.Db.IndexAsync()).Intersect(before));
            Assert.Empty(catalog.Except(await cluster.Db.CatalogAsync()));
            Assert.Equal(["finalized|app.bundle", "abandoned|a test"], await cluster.Db.RowsAsync(
                "SELECT state, label FROM exograph.loads WHERE load_id NOT IN (41, 42, 44) ORDER BY load_id DESC"));
        };
    }

    private static async Task<Func<Task>> ThePrimaryIsGoneAsync(OperatedCluster cluster)
    {
        await cluster.EmptySecondAsync();
        await cluster.RunAllAsync(s_sections["A standby"].Blocks);
        await cluster.Db.ExecuteAsync("CALL exograph.finalize_load(44)");
        var before = await cluster.Db.IndexAsync();
        var standby = await cluster.OpenSecondAsync();
        await UntilEqualAsync(before, standby);
        Assert.Equal("25006", (await standby.FailsAsync("25006", "SELECT exograph.begin_load('here')")).SqlState);
        await cluster.KillAsync();
        return async () =>
        {
            Assert.Equal(before, (await standby.IndexAsync()).Intersect(before));
            Assert.Equal(1, await standby.CountAsync("exograph.packages WHERE name = 'app'"));
            Assert.Equal("abandoned", await standby.ScalarAsync<string>("SELECT state FROM exograph.loads WHERE load_id = 43"));
            await standby.DisposeAsync();
        };
    }

    private static async Task<Func<Task>> ALoadWasFinalizedBesideTheDumpAsync(OperatedCluster cluster)
    {
        var before = await cluster.Db.IndexAsync();
        await using (var loader = await cluster.OpenAsync())
        {
            await loader.ExecuteAsync("BEGIN; CALL exograph.finalize_load(44)");
            await cluster.RunAllAsync(s_sections["Backup"].Blocks);
            await loader.ExecuteAsync("COMMIT");
        }
        return async () =>
        {
            await using var restored = await cluster.OpenAsync("restored");
            await using var elsewhere = await cluster.OpenSecondAsync();
            await elsewhere.ExecuteAsync("CREATE ROLE indexer; GRANT exograph_loader TO indexer");
            foreach (var (session, open) in new[] { (restored, "open"), (elsewhere, "abandoned") })
            {
                Assert.Equal(before, await session.IndexAsync());
                Assert.Equal(["41|finalized", "42|finalized", $"43|{open}", $"44|{open}"], await StatesAsync(session));
                // migrate has given the roles what they need: the same rows again are there.
                Assert.Empty(await session.RowsAsync(
                    "SELECT oid::regtype FROM pg_type WHERE typnamespace::regnamespace::text = 'exograph_find' "
                    + "AND typowner <> 'exograph_owner'::regrole"));
                await session.ExecuteAsync("SET SESSION AUTHORIZATION indexer");
                Assert.Equal(2, await session.CountAsync("exograph_find.definitions('a', page => 2)"));
                await (await Sample.BeginAsync(session)).FinalizeAsync();
                Assert.Equal(before, await session.IndexAsync());
            }
            await restored.FailsAsync("XG004", "CALL exograph.finalize_load(44)");
            await restored.ExecuteAsync("CALL exograph.abandon_load(44)");
        };
    }

    private static Task<Func<Task>> TheStagingIsDumpedTooAsync(OperatedCluster cluster) => Task.FromResult<Func<Task>>(async () =>
    {
        Assert.Null(await cluster.InstallAsync(["createdb", "pg_restore"]));
        await cluster.RunAllAsync(
            [new(Pages.Operations, "sh", "pg_dump -Fd -f whole.dump; createdb -T template0 whole; pg_restore -d whole whole.dump")]);
        await using var restored = await cluster.OpenAsync("whole");
        await restored.ExecuteAsync("CALL exograph.finalize_load(43)");
        await cluster.Db.ExecuteAsync("CALL exograph.finalize_load(43)");
        Assert.Equal(await cluster.Db.IndexAsync(), await restored.IndexAsync());
    });

    private static async Task<Func<Task>> TheSecondClusterIsEmptyAsync(OperatedCluster cluster)
    {
        await cluster.EmptySecondAsync();
        return async () =>
        {
            await cluster.Db.ExecuteAsync("CALL exograph.finalize_load(43)");
            await using var standby = await cluster.OpenSecondAsync();
            await UntilEqualAsync(await cluster.Db.IndexAsync(), standby);
            foreach (var view in await standby.RowsAsync(
                "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'exograph'::regnamespace AND relkind = 'v'"))
            {
                await standby.ExecuteAsync($"TABLE {view}");
            }
        };
    }

    private static Task<Func<Task>> AnotherLoadFollowsAsync(OperatedCluster cluster) => Task.FromResult<Func<Task>>(async () =>
    {
        await using var subscriber = await cluster.OpenSecondAsync();
        await UntilEqualAsync(await cluster.Db.IndexAsync(), subscriber);
        await cluster.Db.ExecuteAsync("CALL exograph.finalize_load(43)");
        await AgainAfterDeadlocksAsync(() => cluster.RunAllAsync(s_sections["Subscribers"].Blocks.TakeLast(1)));
        await UntilEqualAsync(await cluster.Db.IndexAsync(), subscriber);
        await subscriber.ExecuteAsync("DROP SUBSCRIPTION index");
    });

    private static async Task<Func<Task>> ThereIsATablespaceAsync(OperatedCluster cluster)
    {
        await cluster.Db.ExecuteAsync("SET allow_in_place_tablespaces = on");
        await cluster.Db.ExecuteAsync("CREATE TABLESPACE large LOCATION ''");
        return async () =>
        {
            await cluster.Db.ExecuteAsync("CALL exograph.finalize_load(43)");
            Assert.Equal(["false|large", "true|null"], await cluster.Db.RowsAsync(
                """
                SELECT c.oid = ANY (moved.back), s.spcname
                FROM pg_class c
                LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
                CROSS JOIN (SELECT array_agg(t.relid) || array_agg(i.indexrelid) AS back
                            FROM pg_partition_tree('exograph.symbol_references') t
                            LEFT JOIN pg_index i ON i.indrelid = t.relid) moved
                WHERE c.relnamespace = 'exograph'::regnamespace AND c.relkind IN ('r', 'p', 'i', 'I')
                GROUP BY 1, 2 ORDER BY 1, 2
                """));
        };
    }

    private static Task<Func<Task>> TheServerIsRestartedAsync(OperatedCluster cluster) => Task.FromResult<Func<Task>>(async () =>
    {
        await cluster.RestartAsync();
        Assert.Equal(["enable_partitionwise_aggregate|on", "jit|off", "max_locks_per_transaction|256"], await cluster.Db.RowsAsync(
            "SELECT name, setting FROM pg_settings WHERE name IN "
            + "('max_locks_per_transaction', 'enable_partitionwise_aggregate', 'jit') ORDER BY 1"));
    });

    private static async Task AgainAfterDeadlocksAsync(Func<Task> blocks)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await blocks();
                return;
            }
            catch (Xunit.Sdk.XunitException e) when (e.Message.Contains("deadlock", StringComparison.Ordinal) && attempt < 10)
            {
            }
        }
    }

    private static Task<string[]> StatesAsync(Session session) =>
        session.RowsAsync("SELECT load_id, state FROM exograph.loads ORDER BY load_id");

    /// <summary>Returns when another database has all that is expected.</summary>
    private static async Task UntilEqualAsync(string[] expected, Session other)
    {
        var received = await other.IndexAsync();
        for (var look = 0; look < 600 && !expected.SequenceEqual(received); look++)
        {
            await Task.Delay(100);
            received = await other.IndexAsync();
        }
        Assert.Equal(expected, received);
    }

    [GeneratedRegex(@"\b[a-z_]+\b")]
    private static partial Regex Word();

    [GeneratedRegex("(?m)^(error|ERROR): ")]
    private static partial Regex Error();
}
