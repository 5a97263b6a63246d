using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>What a call changes of the settings of its caller's transaction: nothing.</summary>
public sealed class SettingTests : LoadingTest
{
    /// <summary>Each public call once with every outcome that ends without an error, {0} an open load, {1} a finalized one.</summary>
    private static readonly string[] s_calls =
    [
        "SELECT exograph.begin_load('x')",
        "SELECT exograph.seal_load({0}, '{{}}')",
        "SELECT * FROM exograph.check_load({0})",
        "SELECT * FROM exograph.files_lacking({0})",
        "SELECT * FROM exograph.reserve_ids({0}, 'terms', 3)",
        "SELECT exograph.resolve_terms('{{a}}')",
        "SELECT exograph.resolve_terms('{{b}}', {0})",
        "SELECT exograph.prepare_facts({0})",
        "CALL exograph.index_staged_sets({0})",
        "CALL exograph.finalize_load({0})",
        "CALL exograph.finalize_load({0}, defer_indexes => true)",
        "CALL exograph.finalize_load({1})",
        "CALL exograph.abandon_load({0})",
        "CALL exograph.abandon_load({0}); CALL exograph.abandon_load({0})",
        "CALL exograph.drop_maps({1})",
        "CALL exograph.finalize_load({0}, mode => 'replace', most_partitions => 2)",
        "SELECT exograph.merge_partitions()",
        "SELECT exograph.merge_partitions(0)",
        "SELECT exograph.abandon_loads()",
        "SELECT exograph.abandon_loads('0 s')",
        "SELECT exograph.note_attempt({0}, '57014', 'cancelled')",
        "SELECT exograph.load_progress({0}, NULL)",
        "CALL exograph.undo_load({1}, dependents => true)",
        "CALL exograph.undo_load({1}, dependents => true); CALL exograph.undo_load({1})",
        "SELECT exograph.delete_package('hex', 'alpha')",
        "SELECT exograph.delete_package('hex', 'none')",
        "SELECT exograph.delete_package_version('hex', 'alpha', '1.0')",
        "SELECT exograph.sweep_terms()",
        "SELECT exograph.check_index()",
        "SELECT exograph.doctor()",
        "SELECT exograph.index_sizes()",
        "SELECT exograph.help()",
        "CALL exograph.rebuild_indexes()",
        "CALL exograph.finalize_load({0}, defer_indexes => true); CALL exograph.rebuild_indexes()",
        "CALL exograph.add_text_indexes(); CALL exograph.drop_text_indexes()",
        "CALL exograph.drop_text_indexes()",
        "CALL exograph.add_similarity_index(); CALL exograph.drop_similarity_index()",
        "CALL exograph.drop_similarity_index()",
        "INSERT INTO exograph_in.terms (term) VALUES ('a')",
    ];

    /// <summary>Without those that come with the library of an extension.</summary>
    private const string Settings = "SELECT name, setting FROM pg_settings WHERE name NOT LIKE 'pg_trgm.%' ORDER BY name";

    public static TheoryData<string> Calls => [.. s_calls];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_call_leaves_the_settings_of_its_transaction_as_they_were(string call)
    {
        var finalized = await Sample.BeginAsync(Db, "keep_maps => true, partition_threshold => 0");
        await finalized.FinalizeAsync();
        await (await Sample.BeginAsync(Db, "partition_threshold => 0")).FinalizeAsync();
        var open = await Load.BeginAsync(Db, "ids => 'reserved'");
        await Db.ExecuteAsync("BEGIN");
        var before = await Db.RowsAsync(Settings);

        await Db.ExecuteAsync(string.Format(null, call, open.Id, finalized.Id));

        Assert.Equal(before, await Db.RowsAsync(Settings));
    }

    [Fact]
    public async Task A_call_whose_error_the_caller_catches_leaves_the_settings_as_they_were()
    {
        var open = await Load.BeginAsync(Db);
        await open.StageAsync("packages", "id, ecosystem, name", "(1, 'hex', NULL)");
        await Db.ExecuteAsync("BEGIN");
        var before = await Db.RowsAsync("SELECT name, setting FROM pg_settings ORDER BY name");

        foreach (var call in new[]
        {
            $"CALL exograph.finalize_load({open.Id})", "CALL exograph.finalize_load(99)", "CALL exograph.abandon_load(99)",
            "PERFORM * FROM exograph.check_load(99)", "PERFORM exograph.merge_partitions(-1)", "CALL exograph.undo_load(99)",
        })
        {
            await Db.ExecuteAsync($"DO 'BEGIN {call}; EXCEPTION WHEN OTHERS THEN NULL; END'");
            Assert.Equal(before, await Db.RowsAsync("SELECT name, setting FROM pg_settings ORDER BY name"));
        }
    }

    [Fact]
    public async Task Every_public_call_is_tried()
    {
        var names = await Db.RowsAsync(
            """
            SELECT DISTINCT p.proname FROM pg_proc p
            WHERE p.pronamespace = 'exograph'::regnamespace AND p.prosecdef AND p.prorettype <> 'trigger'::regtype ORDER BY 1
            """);

        Assert.All(names, n => Assert.Contains(s_calls, c => c.Contains($"exograph.{n}(", StringComparison.Ordinal)));
    }
}
