using System.Text;
using System.Text.RegularExpressions;
using Exograph.ServerSide.Tests.Loading;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>
/// What the toolkit prints, against the files in Goldens: tables, then calls, each followed by its result. A new case is a new file
/// with tables and calls; EXOGRAPH_UPDATE_GOLDENS=1 writes the results into all of them.
/// </summary>
public sealed partial class GoldenTests : LoadingTest
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private static string[] Files { get; } =
        [.. Directory.EnumerateFiles(Repository.PathOf("tests/Exograph.ServerSide.Tests/DupSelect/Goldens"), "*.sql").Order()];

    [Fact]
    public async Task The_toolkit_prints_what_its_goldens_show()
    {
        var different = new List<string>();
        foreach (var file in Files)
        {
            var golden = await File.ReadAllTextAsync(file);
            var printed = await PrintAsync(golden);
            if (Environment.GetEnvironmentVariable("EXOGRAPH_UPDATE_GOLDENS") == "1")
                await File.WriteAllTextAsync(file, printed, s_utf8);
            else if (printed != golden)
                different.Add(Difference(Path.GetFileName(file), golden, printed));
        }

        // To accept a change, run once with EXOGRAPH_UPDATE_GOLDENS=1 and commit the difference.
        Assert.Empty(different);
    }

    [Fact]
    public async Task What_the_toolkit_prints_runs_where_there_is_no_toolkit()
    {
        var failures = new List<string>();
        foreach (var file in Files)
        {
            await Db.ExecuteAsync("BEGIN; DROP SCHEMA dup_select CASCADE");
            var failure = await Record.ExceptionAsync(() => RunAsync(file));
            if (failure is not null)
                failures.Add($"{Path.GetFileName(file)}: {failure.Message}");
            await Db.ExecuteAsync("ROLLBACK");
        }

        Assert.Empty(failures);
    }

    /// <summary>Each script of a file on its own, as one would paste it, but for the dropping of temporary tables at the commit.</summary>
    private async Task RunAsync(string file)
    {
        var golden = await File.ReadAllTextAsync(file);
        foreach (var script in CallLine().Split(golden))
        {
            await Db.ExecuteAsync(script);
            var names = await Db.RowsAsync(
                "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'");
            if (names.Length > 0)
                await Db.ExecuteAsync($"DROP TABLE {string.Join(", ", names)}");
        }
    }

    private async Task<string> PrintAsync(string golden)
    {
        var calls = CallLine().Matches(golden);
        var text = new StringBuilder(golden[..calls[0].Index]);
        await Db.ExecuteAsync($"BEGIN; {text}");
        foreach (var call in calls.Select(c => c.Value))
        {
            if (text[^2] != '\n')
                text.Append('\n');
            text.Append(call).Append('\n').Append(await Db.ScalarAsync<string>(call[3..]));
        }
        await Db.ExecuteAsync("ROLLBACK");
        return text.ToString();
    }

    private static string Difference(string name, string golden, string printed)
    {
        var (expected, actual) = (golden.Split('\n'), printed.Split('\n'));
        var line = expected.Zip(actual).TakeWhile(l => l.First == l.Second).Count();
        return $"{name}, line {line + 1}: {expected.ElementAtOrDefault(line)} | {actual.ElementAtOrDefault(line)}";
    }

    [GeneratedRegex("(?m)^-- SELECT dup_select[.].*;$")]
    private static partial Regex CallLine();
}
