using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Exograph.Extract.CSharp;
using Exograph.ServerSide.Cli;
using Exograph.ServerSide.Tests.Extract;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

/// <summary>What others wrote reaches no terminal as it is.</summary>
public sealed class TerminalTests
{
    // Sets a window's title by C0 and by C1, turns the direction of text, hides, forges a line, and speaks Spectre's markup.
    private const string Evil = "\u001b]0;owned\u0007\u009b31m\u202etxt.exe\u200b\u007f\r\nload 9 forged\u2028[red]x[";

    private static readonly string[] s_waysPast = [" Console.", ".Unescaped", "TextWriter"];

    [Theory]
    [InlineData("plain text, 漢字 é ♥ 👩‍💻", "plain text, 漢字 é ♥ 👩‍💻")]
    [InlineData("\u001b[2J", "\\u001B[2J")]
    [InlineData("a\r\nb\nc\td\re", "a\\r\\nb\\nc\\td\\re")]
    [InlineData("\u009b\u007f\0", "\\u009B\\u007F\\u0000")]
    [InlineData("\u202a\u2066\u200f\u061c\ufeff\u2029", "\\u202A\\u2066\\u200F\\u061C\\uFEFF\\u2029")]
    [InlineData("\U000E0041", "\\uDB40\\uDC41")]
    public void A_value_is_one_line_without_control_characters(string value, string shown)
    {
        Assert.Equal(shown, TerminalText.Line(value));
        var output = new StringWriter();
        new TerminalWriter(output).WriteLine($"-{value}-{1234:N0}");
        Assert.Equal($"-{shown}-1,234\n", output.ToString());
    }

    [Fact]
    public void Half_a_surrogate_pair_is_shown_as_such() => Assert.Equal("a\\uD800b\\uDC00", TerminalText.Line("a\ud800b\udc00"));

    [Fact]
    public void Lines_of_others_are_indented()
    {
        var output = new StringWriter();
        new TerminalWriter(output).WriteParagraph("error: ", "one\u001b\r\ntwo\rthree\n");
        Assert.Equal("error: one\\u001B\r\n  two\\rthree\n", output.ToString());
    }

    [Fact]
    public void Whatever_writes_is_escaped()
    {
        var output = new StringWriter();
        using var writer = new TerminalWriter(output);
        writer.Write('\u001b');
        writer.Write("\u001b".ToCharArray());
        writer.Write((object)"\u001b");
        writer.Write("{0}", "\u001b");
        writer.WriteLine((object)"\u001b");
        writer.WriteLine("{0}", "\u001b");
        AssertPlain(output.ToString());
    }

    [Fact]
    public void Columns_are_as_wide_as_a_terminal_shows_them()
    {
        var output = new StringWriter();
        TextTable.Write(
            new(output), ["name", "n"], [["a\u001bb", 1], ["漢字", 22], ["e\u0301", 333], [new string('漢', 60), 4]]);
        var lines = output.ToString().Split('\n');
        Assert.Equal("a\\u001Bb" + new string(' ', 91 + 2) + "  1", lines[1]);
        Assert.Equal("漢字" + new string(' ', 95 + 2) + " 22", lines[2]);
        Assert.StartsWith(new string('漢', 48) + "...  ", lines[4]);
    }

    [Fact]
    public async Task No_command_passes_on_what_labels_names_rows_and_the_server_hold()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await RunAsync(0, ["migrate"]);
        using var bundle = new BundleDirectory().AddBasics(package: "p").Add("comments.csv", "file_id,text\n9,\"" + Evil + "\"\n")
            .Add("terms.ndjson", JsonSerializer.Serialize(new { id = 1, term = Evil }));
        var directory = Path.Combine(bundle.Path, Evil);
        Directory.CreateDirectory(directory);
        foreach (var file in Directory.GetFiles(bundle.Path))
            File.Move(file, Path.Combine(directory, Path.GetFileName(file)));

        await RunAsync(4, ["load", directory]);
        await RunAsync(4, ["load", directory], errorIsTerminal: true);
        await RunAsync(0, ["abandon", "2"]);
        await RunAsync(4, ["check"]);
        await RunAsync(0, ["status"]);
        await RunAsync(0, ["status", "1"]);
        Assert.Equal(Evil, Json(await RunAsync(4, ["check", "--json"]))[0].GetProperty("row").GetProperty("text").GetString());
        Assert.Equal(Evil, Json(await RunAsync(0, ["status", "--json"]))[0].GetProperty("label").GetString());

        await RaiseAsync(database, "NOTICE");
        await RunAsync(0, ["finalize", "--on-reject", "skip"]);
        await database.ExecuteAsync($"""
            INSERT INTO exograph.deferred_indexes (index_name, table_name, definition, load_id)
            VALUES ('{Evil}', 'files', 'CREATE INDEX "{Evil[..30]}" ON exograph.no_such_table (path)', 1)
            """);
        Assert.Contains(TerminalText.Line(Evil), (await RunAsync(4, ["rebuild-indexes"])).Output);
        await RaiseAsync(database, "EXCEPTION");
        var refused = await RunAsync(4, ["load", directory, "--on-reject", "skip", "--label", "another"]);
        Assert.Contains("error: message \\u001B", refused.Error);
        await RunAsync(0, ["abandon"]);

        await RunAsync(3, ["load", Path.Combine(directory, "files.ndjson")]);
        await RunAsync(3, ["load", "-"], input: JsonSerializer.Serialize(new { table = Evil }) + "\n");
        File.WriteAllText(Path.Combine(directory, "packages.csv"), $"\"{Evil}\"\n");
        await RunAsync(3, ["load", directory]);
        File.Move(Path.Combine(directory, "packages.csv"), Path.Combine(directory, Evil + ".csv"));
        await RunAsync(3, ["load", directory]);

        await RunAsync(2, [Evil]);
        await RunAsync(2, ["status", Evil]);
        await RunAsync(2, ["load", "x", "--on-reject", Evil]);
        await RunAsync(2, ["load", "x", "--complete", Evil]);
        await RunAsync(2, ["status", "--connection", $"Host=x;{Evil}=1"]);
        await RunAsync(2, ["status", "--connection", $"postgresql://h/d?{Evil}=1"]);
        await RunAsync(5, ["status", "--connection", new NpgsqlConnectionStringBuilder { Host = Evil }.ConnectionString]);
        await RunAsync(5, ["status", "--connection", new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Database = Evil,
        }.ConnectionString]);

        async Task<CliRun> RunAsync(int exitCode, string[] args, string? input = null, bool errorIsTerminal = false)
        {
            var run = await CliRun.RunAsync(database, args, input, errorIsTerminal: errorIsTerminal);
            Assert.True(exitCode == run.ExitCode, $"{string.Join(' ', args)} ended with {run.ExitCode}: {run.Error}");
            AssertPlain(run.Output);
            AssertPlain(run.Error);
            return run;
        }
    }

    [Fact]
    public async Task Neither_the_demo_nor_the_extractor_passes_on_what_files_are_called()
    {
        using var folder = new SourceFolder().With($"{Evil}/A.cs", "class A { void F() { F(); } /* \0 */ }");
        var demo = await CliRun.RunAsync(null, ["demo", "--source", folder.Sources]);
        Assert.Equal(0, demo.ExitCode);
        AssertPlain(demo.Output);
        AssertPlain(demo.Error);

        var tests = typeof(TerminalTests).Assembly.Location;
        using var tool = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                "exec", "--runtimeconfig", Path.ChangeExtension(tests, ".runtimeconfig.json"),
                "--depsfile", Path.ChangeExtension(tests, ".deps.json"),
                typeof(ExtractCommand).Assembly.Location, "csharp", folder.Sources, "-o", folder.Bundle,
            },
            RedirectStandardError = true,
        })!;
        var error = await tool.StandardError.ReadToEndAsync();
        await tool.WaitForExitAsync();
        Assert.Equal(0, tool.ExitCode);
        Assert.Contains("warning: \\u001B", error);
        AssertPlain(error);
    }

    [Fact]
    public void Nothing_writes_past_the_writer_that_escapes()
    {
        var found = Directory.EnumerateFiles(Repository.PathOf("src/Exograph.ServerSide.Cli"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(f => s_waysPast.Where(File.ReadAllText(f).Contains).Select(way => Path.GetFileName(f) + way));
        Assert.Equal(["CliContext.cs Console.", "LiveLines.csTextWriter", "ProgressView.cs.Unescaped", "PutView.cs.Unescaped", "SourceView.cs.Unescaped", "StatusCommand.cs.Unescaped"], found.Order(StringComparer.Ordinal));
    }

    /// <summary>A trigger that speaks to whoever loads.</summary>
    private static Task RaiseAsync(TestDatabase database, string level) => database.ExecuteAsync($"""
        CREATE OR REPLACE FUNCTION public.speak() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            RAISE {level} USING MESSAGE = 'message {Evil}', DETAIL = 'detail {Evil}', HINT = 'hint {Evil}';
            RETURN NULL;
        END $body$;
        CREATE OR REPLACE TRIGGER speak AFTER INSERT ON exograph.terms FOR EACH STATEMENT EXECUTE FUNCTION public.speak()
        """);

    private static JsonElement Json(CliRun run) => JsonDocument.Parse(run.Output).RootElement;

    private static void AssertPlain(string text)
    {
        Assert.DoesNotContain("\nload 9 forged", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text.Replace("\r\n", "\n").EnumerateRunes(), rune => rune.Value is not ('\n' or '\t') && IsObeyed(rune));
    }

    private static bool IsObeyed(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.Surrogate;
}
