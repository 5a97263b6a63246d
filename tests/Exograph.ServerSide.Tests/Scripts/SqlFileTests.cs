using System.Text.RegularExpressions;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Scripts;

/// <summary>Rules for the files under migrations/ and sql/ that no server checks.</summary>
public sealed partial class SqlFileTests
{
    /// <summary>Files of one object. The toolkit has a subject per file; rights.sql makes nothing.</summary>
    public static TheoryData<string> Code => [.. Scripts("sql").Where(f => f != "sql/rights.sql" && !IsToolkit(f))];

    public static TheoryData<string> Migrations => [.. Scripts("migrations")];

    public static TheoryData<string> All => [.. Scripts("migrations"), .. Scripts("sql")];

    [Fact]
    public void The_order_lists_every_code_file_exactly_once()
    {
        var listed = File.ReadLines(Repository.PathOf("sql/order.txt")).Where(l => l.Length > 0 && l[0] != '#');

        Assert.Equal(Scripts("sql").Order(StringComparer.Ordinal), listed.Select(l => "sql/" + l).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Code))]
    public void A_code_file_holds_one_object_named_like_it(string file)
    {
        var text = Read(file);
        var created = CreatedObject().Matches(text).Select(m => m.Groups["name"].Value);

        // A trigger lives beside its function.
        Assert.Equal([Path.GetFileNameWithoutExtension(file)], created);
    }

    [Theory]
    [MemberData(nameof(Code))]
    public void A_code_file_can_be_run_again(string file)
    {
        var text = Read(file);

        Assert.DoesNotMatch(@"(?im)^CREATE (?!OR REPLACE )", text);
        Assert.DoesNotMatch(@"(?im)^DROP (?!\w+ IF EXISTS )", text);
    }

    [Theory]
    [MemberData(nameof(Code))]
    public void A_code_file_states_owner_comment_and_rights(string file)
    {
        var text = Read(file);
        var name = Regex.Escape(Path.GetFileNameWithoutExtension(file));

        Assert.Matches($@"(?m)^ALTER (FUNCTION|PROCEDURE|VIEW) \w+\.{name}\b.* OWNER TO exograph_owner;$", text);
        Assert.Matches($@"(?m)^COMMENT ON (FUNCTION|PROCEDURE|VIEW) \w+\.{name}\b", text);
        Assert.Matches($@"(?m)^(REVOKE ALL ON (FUNCTION|PROCEDURE)|GRANT SELECT[A-Z, ]* ON) \w+\.{name}\b", text);
    }

    [Theory]
    [MemberData(nameof(Code))]
    public void A_function_says_in_whose_name_it_works(string file)
    {
        var text = Read(file);
        if (text.Contains("CREATE OR REPLACE VIEW", StringComparison.Ordinal))
            return;

        Assert.Matches(@"\bSECURITY (INVOKER|DEFINER)\b", text);
        if (text.Contains("SECURITY DEFINER", StringComparison.Ordinal))
            Assert.Contains("SET search_path = pg_catalog, pg_temp", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void What_is_bound_when_it_is_made_is_bound_under_a_pinned_path(string file)
    {
        var text = Read(file);
        if (file.StartsWith("migrations/", StringComparison.Ordinal) || Regex.IsMatch(text, "(?m)^CREATE OR REPLACE VIEW"))
            Assert.Matches("^(--.*\\n|\\n)*SET LOCAL search_path = pg_catalog, pg_temp;\\n", text);
    }

    /// <summary>What it makes belongs to the owner, whatever upgrader runs it.</summary>
    [Fact]
    public void A_file_of_the_toolkit_works_as_the_owner_under_a_pinned_path() => Assert.All(
        Scripts("sql").Where(IsToolkit), file => Assert.Matches(
            "^(--.*\\n)*SET LOCAL search_path = pg_catalog, pg_temp;\\nSET LOCAL ROLE exograph_owner;\\n", Read(file)));

    /// <summary>Public ones have a COMMENT.</summary>
    [Fact]
    public void A_private_function_of_the_toolkit_is_explained_where_it_is_made() => Assert.Empty(
        Scripts("sql").Where(IsToolkit).SelectMany(f => UnexplainedFunction().Matches(Read(f)).Select(m => $"{f}: {m.Value.Trim()}")));

    [Theory]
    [MemberData(nameof(Migrations))]
    public void A_migration_says_that_it_runs_once(string file) =>
        Assert.StartsWith("-- RUN ONCE.", Read(file), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(All))]
    public void A_script_runs_unchanged_under_DbUp(string file)
    {
        var code = Comment().Replace(Read(file), "");

        Assert.DoesNotMatch(@"\$\w+\$", code); // DbUp takes it for a variable
        Assert.DoesNotMatch(@"(?im)^(BEGIN|COMMIT|ROLLBACK)\s*;", code);
        Assert.DoesNotMatch(@"(?i)\bBEGIN ATOMIC\b", code);
        Assert.DoesNotMatch(@"(?im)^SET (?!LOCAL )", code);
        Assert.DoesNotMatch(@"(?m)^\\", code); // psql's own commands
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_script_takes_no_lock_that_any_role_may_hold(string file) =>
        Assert.DoesNotMatch(@"pg_(try_)?advisory", Comment().Replace(Read(file), ""));

    [Theory]
    [MemberData(nameof(All))]
    public void A_script_is_laid_out_like_the_others(string file)
    {
        Assert.All(Read(file).Split('\n'), line =>
        {
            Assert.True(line.Length <= 130, $"longer than 130 characters: {line}");
            Assert.DoesNotContain('\t', line);
            Assert.Equal(line.TrimEnd(), line);
        });
        Assert.EndsWith("\n", Read(file), StringComparison.Ordinal);
    }

    private static bool IsToolkit(string file) => file.StartsWith("sql/dup_select/", StringComparison.Ordinal);

    private static IEnumerable<string> Scripts(string folder) =>
        Directory.EnumerateFiles(Repository.PathOf(folder), "*.sql", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Repository.Root, f).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    private static string Read(string file) => File.ReadAllText(Repository.PathOf(file));

    [GeneratedRegex(@"(?m)^CREATE OR REPLACE (?:FUNCTION|PROCEDURE|VIEW) \w+\.(?<name>\w+)")]
    private static partial Regex CreatedObject();

    [GeneratedRegex(@"(?m)^(?!--).*\nCREATE (OR REPLACE )?(FUNCTION|PROCEDURE) dup_select_private\.\w+")]
    private static partial Regex UnexplainedFunction();

    [GeneratedRegex("--.*")]
    private static partial Regex Comment();
}
