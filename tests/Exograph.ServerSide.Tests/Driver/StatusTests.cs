using System.Text.Json;
using Exograph.ServerSide.Tests.Loading;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

/// <summary><c>exograph-load status</c> and <c>abandon --older-than</c>, and what a load shows on a terminal.</summary>
public sealed class StatusTests
{
    [Fact]
    public async Task An_open_load_shows_how_far_it_is_and_why_it_failed()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = new BundleDirectory().AddBasics(package: "p").Add("comments.csv", "file_id,text\n9,x\n");
        Assert.Equal(4, (await CliRun.RunAsync(database, ["load", bundle.Path])).ExitCode);

        var one = await CliRun.RunAsync(database, ["status", "1"]);
        Assert.StartsWith("load 1 \"", one.Output, StringComparison.Ordinal);
        Assert.Contains("\n  failed      1 attempt to finalize it: load 1: 1 staged row(s) break a rule", one.Output);
        Assert.Matches(@"\nattempt +began +outcome +at +SQLSTATE +message\n +1 +[0-9: Z-]+ failed +validate +XG006 +load 1: ", one.Output);
        var list = await CliRun.RunAsync(database, ["status"]);
        Assert.Matches(@"\n +1 +open .* staged, \d+ rows, 1 failed attempt\n$", list.Output);

        using var json = JsonDocument.Parse((await CliRun.RunAsync(database, ["status", "1", "--json"])).Output);
        var load = json.RootElement[0];
        Assert.Equal(1, load.GetProperty("progress").GetProperty("failed_attempts").GetInt32());
        Assert.Equal("XG006", load.GetProperty("attempts")[0].GetProperty("sql_state").GetString());
        using var all = JsonDocument.Parse((await CliRun.RunAsync(database, ["status", "--json"])).Output);
        Assert.True(all.RootElement[0].GetProperty("progress").GetProperty("staged_bytes").GetInt64() > 0);

        await CliRun.RunAsync(database, ["abandon"]);
        Assert.Contains("failed", (await CliRun.RunAsync(database, ["status", "1"])).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_load_is_watched_until_it_ends(bool onTerminal)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var holder = await Session.OpenAsync(database.Settings);
        await PhaseStop.InstallAsync(holder);
        await using var session = await database.Client.BeginLoadAsync(new LoadOptions { Label = "watched" });
        await session.StageAsync(SampleRows.Terms);
        await PhaseStop.HoldAsync(holder, "merge terms");
        var screen = new Screen(80, 24);
        var watching = CliRun.RunAsync(
            database, ["status", $"{session.LoadId}", "--watch", "--interval", "0.1"], screen: onTerminal ? screen : null);
        var finalizing = session.FinalizeAsync();
        IReadOnlyList<OpenLoad> open;
        while ((open = await database.Client.ListOpenLoadsAsync()) is not [{ Phase: LoadPhase.Merge, Table: IndexTable.Terms }])
        {
            Assert.False(finalizing.IsCompleted, $"{finalizing.Exception} {open.SingleOrDefault()}");
            await Task.Delay(20);
        }
        await Task.Delay(500);
        await holder.ExecuteAsync("COMMIT");
        await finalizing;
        var run = await watching;

        Assert.Equal(0, run.ExitCode);
        if (onTerminal)
        {
            Assert.Contains(screen.Frames, f => f.Contains("  at          merge terms, for ", StringComparison.Ordinal));
            Assert.StartsWith("load 1 \"watched\": finalized", screen.Lines[0], StringComparison.Ordinal);
            Assert.DoesNotContain(screen.Lines, l => l.Contains("merge terms", StringComparison.Ordinal));
            Assert.False(screen.HasWrapped);
        }
        else
        {
            Assert.Contains("load 1: merge terms, 0 %, ", run.Output, StringComparison.Ordinal);
            Assert.Contains("\nload 1 \"watched\": finalized\n", run.Output, StringComparison.Ordinal);
            Assert.Equal(1, run.Output.Split('\n').Count(l => l.StartsWith("load 1: merge terms", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Watching_writes_a_line_of_JSON_a_look_and_ends_when_no_load_is_open()
    {
        await using var database = await TestDatabase.CreateAsync();
        Assert.Equal("no load is open\n", (await CliRun.RunAsync(database, ["status", "--watch"])).Output);
        await using var session = await database.Client.BeginLoadAsync(new LoadOptions { Label = "watched" });
        var screen = new Screen(100_000, 24);
        var watching = CliRun.RunAsync(database, ["status", "--watch", "--json", "--interval", "0.1"], screen: screen);
        while (screen.Lines.Length < 3)
            await Task.Delay(20);
        await session.AbandonAsync();
        Assert.Equal(0, (await watching).ExitCode);

        var lines = screen.Lines.Where(l => l.Length > 0).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(0, lines[0].GetProperty("failed_attempts").GetInt32());
        Assert.Equal("abandoned", lines[^1].GetProperty("state").GetString());
        Assert.Equal(1, (await CliRun.RunAsync(database, ["status", "1", "--watch"])).Output.Count(c => c == '\n'));
        Assert.Equal(4, (await CliRun.RunAsync(database, ["status", "9", "--watch"])).ExitCode);
        Assert.Equal(2, (await CliRun.RunAsync(database, ["status", "--watch", "--interval", "0"])).ExitCode);
    }

    [Fact]
    public async Task Whoever_has_seen_enough_ends_watching_without_an_error()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var session = await database.Client.BeginLoadAsync();
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(2));

        var run = await CliRun.RunAsync(database, ["status", "--watch"], cancellationToken: enough.Token);

        Assert.Equal((130, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("load 1: staged, 0 rows\n", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(40, 10)]
    [InlineData(200, 50)]
    public async Task A_load_shows_a_line_a_phase_and_a_summary_that_fit_the_terminal(int columns, int rows)
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = new BundleDirectory().AddBasics(package: new string('p', 100));
        using var other = new BundleDirectory().AddBasics(package: "q");
        var screen = new Screen(columns, rows);

        var run = await CliRun.RunAsync(database, ["load", bundle.Path, other.Path], screen: screen);

        Assert.Equal(0, run.ExitCode);
        var lines = screen.Lines;
        Assert.All(lines.SkipWhile(l => !l.StartsWith("load 1", StringComparison.Ordinal)), l => Assert.True(l.Length < columns, l));
        Assert.Contains("load 1", lines);
        foreach (var phase in new[] { "stage", "verify", "validate", "merge", "finish", "in all" })
            Assert.Single(lines, l => l.StartsWith(phase + " ", StringComparison.Ordinal));
        Assert.Equal(columns >= 60, lines.Any(l => l.Contains("MB", StringComparison.Ordinal)));
        Assert.Single(lines, l => l.StartsWith("table ", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("packages ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_server_says_besides_stays_above_the_phases()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(
            """
            CREATE FUNCTION public.speak() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE WARNING E'beware\x1b[2J'; RETURN NULL; END$$;
            CREATE TRIGGER speak AFTER INSERT ON exograph.terms FOR EACH STATEMENT EXECUTE FUNCTION public.speak()
            """);
        using var bundle = new BundleDirectory().AddBasics(package: "p").Add("terms.csv", "id,term\n1,x\n");
        var screen = new Screen(80, 24);

        Assert.Equal(0, (await CliRun.RunAsync(database, ["load", bundle.Path], screen: screen)).ExitCode);

        var lines = screen.Lines;
        var said = Array.IndexOf(lines, "beware\\u001B[2J");
        Assert.InRange(said, 0, Array.IndexOf(lines, "load 1") - 1);
    }

    [Fact]
    public async Task Old_loads_are_abandoned_and_those_in_use_told()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var used = await database.Client.BeginLoadAsync(new LoadOptions { Label = "used" });
        await using var old = await database.Client.BeginLoadAsync(new LoadOptions { Label = "old" });
        Assert.Equal((0, "no open load is that old\n"), Pair(await CliRun.RunAsync(database, ["abandon", "--older-than", "7d"])));
        await database.ExecuteAsync("UPDATE exograph.loads SET started_at = now() - interval '30 hours'");
        await database.ExecuteAsync($"CREATE VIEW public.v AS TABLE exograph_load_{used.LoadId}.staged_files");

        var run = await CliRun.RunAsync(database, ["abandon", "--older-than", "24h"]);

        var role = database.Settings.Username;
        Assert.Equal((4, $"load 1 \"used\" of {role}: in the way: load 1: other objects depend on its staging: view public.v depends on table "
            + $"exograph_load_1.staged_files; view public.v belongs to role {role}\nload 2 \"old\" of {role}: abandoned\n"), Pair(run));
        using var json = JsonDocument.Parse((await CliRun.RunAsync(database, ["abandon", "--older-than", "1d", "--json"])).Output);
        Assert.False(json.RootElement[0].GetProperty("is_abandoned").GetBoolean());
        foreach (var bad in new[] { "7", "d", "-1d", "7 parsecs", "99999999w" })
            Assert.Equal(2, (await CliRun.RunAsync(database, ["abandon", "--older-than", bad])).ExitCode);
        Assert.Equal(2, (await CliRun.RunAsync(database, ["abandon", "1", "--older-than", "1d"])).ExitCode);

        static (int, string) Pair(CliRun run) => (run.ExitCode, run.Output);
    }
}
