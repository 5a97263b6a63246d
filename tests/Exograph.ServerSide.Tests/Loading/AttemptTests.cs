using Xunit;

namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Attempts to finalize a load that failed stay in the ledger: <c>exograph.load_attempts</c>.</summary>
public sealed class AttemptTests : LoadingTest
{
    private const string Attempts =
        "SELECT attempt, outcome, phase, table_name, sqlstate, message FROM exograph.load_attempts ORDER BY load_id, attempt";

    public static TheoryData<string> CallsThatCommit => new("finalize", "abandon", "check");

    [Theory]
    [MemberData(nameof(CallsThatCommit))]
    public async Task The_next_call_that_commits_enters_those_that_failed(string call)
    {
        var load = await Sample.BeginAsync(Db);
        await PhaseStop.InstallAsync(Db);
        await Db.ExecuteAsync("CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'");
        await FailAtAsync(load, "merge terms");
        await FailAtAsync(load, "validate");
        Assert.Empty(await Db.RowsAsync(Attempts));
        Assert.Equal(["2|null"], await Db.RowsAsync("SELECT failed_attempts, last_failure FROM exograph.open_loads"));

        await (call switch
        {
            "finalize" => load.FinalizeAsync(),
            "abandon" => Db.ExecuteAsync($"CALL exograph.abandon_load({load.Id})"),
            _ => load.CheckAsync(),
        });

        Assert.Equal(["1|unknown|merge|terms|null|null", "2|unknown|validate|null|null|null"], await Db.RowsAsync(Attempts));
        Assert.Equal(["true"], await Db.RowsAsync(
            """
            SELECT DISTINCT a.started_at BETWEEN l.started_at - interval '0.1 s' AND now()
                AND a.phase_started_at BETWEEN a.started_at AND a.started_at + interval '1 min'
            FROM exograph.load_attempts a JOIN exograph.loads l USING (load_id)
            """));
    }

    [Fact]
    public async Task An_attempt_that_commits_is_none_of_them_and_one_that_fails_again_loses_none()
    {
        var load = await Sample.BeginAsync(Db);
        await load.StageAsync("terms", "id, term", "(0, 'x')");
        await Db.FailsAsync("XG006", load.FinalizeSql());
        await Db.FailsAsync("XG006", load.FinalizeSql());
        await load.FinalizeAsync("on_reject => 'skip'");
        await (await Load.BeginAsync(Db)).FinalizeAsync();

        Assert.Equal(["1|unknown|validate|null|null|null", "2|unknown|validate|null|null|null"], await Db.RowsAsync(Attempts));
    }

    [Fact]
    public async Task Of_more_than_four_that_nobody_noted_the_last_four_are_known_and_the_others_counted()
    {
        var load = await Sample.BeginAsync(Db);
        await load.StageAsync("terms", "id, term", "(0, 'x')");
        for (var attempt = 1; attempt <= 6; attempt++)
            await Db.FailsAsync("XG006", load.FinalizeSql());
        Assert.Equal(["6"], await Db.RowsAsync("SELECT failed_attempts FROM exograph.open_loads"));

        await load.CheckAsync();

        Assert.Equal(["1|true", "2|true", "3|false", "4|false", "5|false", "6|false"],
            await Db.RowsAsync("SELECT attempt, started_at IS NULL FROM exograph.load_attempts ORDER BY 1"));
        await load.FinalizeAsync("on_reject => 'skip'");
        Assert.Equal(6, await Db.CountAsync("exograph.load_attempts"));
    }

    [Fact]
    public async Task A_driver_tells_at_once_why()
    {
        var load = await Sample.BeginAsync(Db);
        Assert.False(await NoteAsync("XG006", "nothing has begun"));
        await load.StageAsync("terms", "id, term", "(0, 'x')");
        await Db.FailsAsync("XG006", load.FinalizeSql());
        Assert.True(await NoteAsync("XG006", new string('x', 3000)));
        Assert.False(await NoteAsync("XG006", "again"));
        await Db.FailsAsync("XG006", load.FinalizeSql());
        Assert.True(await NoteAsync("57014", "stop"));

        Assert.Equal([$"1|failed|validate|null|XG006|{new string('x', 2000)}", "2|cancelled|validate|null|57014|stop"],
            await Db.RowsAsync(Attempts));
        Assert.Equal(["2|stop"], await Db.RowsAsync("SELECT failed_attempts, last_failure FROM exograph.open_loads"));
        await Db.ExecuteAsync($"CALL exograph.abandon_load({load.Id})");
        Assert.False(await NoteAsync("XG006", "it is over"));

        Task<bool> NoteAsync(string state, string message) =>
            Db.ScalarAsync<bool>($"SELECT exograph.note_attempt({load.Id}, $1, $2)", state, message);
    }

    [Fact]
    public async Task Nobody_tells_of_the_loads_of_others_or_while_one_is_at_work()
    {
        var owner = await OpenAsAsync(await CreateRoleAsync("loader", "exograph_loader"));
        var load = await Sample.BeginAsync(owner);
        var other = await OpenAsAsync(await CreateRoleAsync("other", "exograph_loader"));
        await other.FailsAsync("42501", $"SELECT exograph.note_attempt({load.Id}, 'XG006', 'mine')");
        await other.FailsAsync("XG001", "SELECT exograph.note_attempt(99, 'XG006', 'none')");

        await Db.ExecuteAsync($"BEGIN; SELECT FROM exograph.loads WHERE load_id = {load.Id} FOR UPDATE");
        Assert.False(await owner.ScalarAsync<bool>($"SELECT exograph.note_attempt({load.Id}, 'XG006', 'busy')"));
        await Db.ExecuteAsync("COMMIT");
    }

    [Fact]
    public async Task A_refusal_before_the_first_phase_is_no_attempt()
    {
        var load = await Sample.BeginAsync(Db);
        var other = await OpenAsync();
        await Db.FailsAsync("XG008", load.FinalizeSql("partition_threshold => -1"));
        await Db.ExecuteAsync($"BEGIN; SELECT FROM exograph.loads WHERE load_id = {load.Id} FOR UPDATE");
        await other.ExecuteAsync("SET lock_timeout = '50ms'");
        await other.FailsAsync("55P03", load.FinalizeSql());
        await Db.ExecuteAsync("COMMIT");

        Assert.Equal(["0"], await Db.RowsAsync("SELECT failed_attempts FROM exograph.open_loads"));
    }

    [Fact]
    public async Task Tables_are_numbered_as_the_contract_has_them() => Assert.Equal(
        await Db.RowsAsync(
            """
            SELECT table_name, table_position FROM exograph_private.staging_tables WHERE kind <> 'set'
            UNION ALL VALUES ('file_paths', 4) ORDER BY 2
            """),
        await Db.RowsAsync("SELECT t.* FROM unnest(exograph_private.report_tables()) WITH ORDINALITY t"));

    [Fact]
    public async Task Attempts_go_with_the_ledger_row_of_their_load()
    {
        var load = await Sample.BeginAsync(Db);
        await load.StageAsync("terms", "id, term", "(0, 'x')");
        await Db.FailsAsync("XG006", load.FinalizeSql());
        await Db.ExecuteAsync($"CALL exograph.abandon_load({load.Id})");
        await Db.ExecuteAsync($"DELETE FROM exograph.loads WHERE load_id = {load.Id}");

        Assert.Equal(0, await Db.CountAsync("exograph.load_attempts"));
    }

    /// <summary>A trigger on the ledger raises where a phase begins.</summary>
    private async Task FailAtAsync(Load load, string phase)
    {
        await Db.ExecuteAsync(
            $"""
            CREATE TRIGGER fail BEFORE INSERT ON exograph.load_phases FOR EACH ROW
            WHEN (concat_ws(' ', NEW.phase, NEW.table_name) = {Sql.Literal(phase)}) EXECUTE FUNCTION public.fail()
            """);
        await Db.FailsAsync("P0001", load.FinalizeSql());
        await Db.ExecuteAsync("DROP TRIGGER fail ON exograph.load_phases");
    }
}
