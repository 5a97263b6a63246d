using System.Text.RegularExpressions;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Scripts;

/// <summary>Rules for the files under migrations/ and sql/ that no server checks. Each names all files that break it.</summary>
[Trait("Kind", "Lint")]
public sealed partial class SqlFileTests
{
    private const string PinnedPath = "SET LOCAL search_path = pg_catalog, pg_temp;\n";

    private static readonly IReadOnlyDictionary<string, string> s_code = Read("sql");
    private static readonly IReadOnlyDictionary<string, string> s_migrations = Read("migrations");
    private static readonly IReadOnlyDictionary<string, string> s_all = s_code.Concat(s_migrations).ToDictionary();

    [Fact]
    public void The_order_lists_every_code_file_once() => Assert.Equal(
        s_code.Keys.Order(StringComparer.Ordinal),
        File.ReadLines(Repository.PathOf("sql/order.txt")).Where(l => l.Length > 0 && l[0] != '#').Select(l => "sql/" + l)
            .Order(StringComparer.Ordinal));

    [Fact]
    public void A_code_file_works_as_the_owner_under_a_path_that_nobody_else_can_create_in() =>
        NoneBut(s_code, t => Regex.IsMatch(t, @"\A(--.*\n)*" + Regex.Escape(PinnedPath + "SET LOCAL ROLE exograph_owner;\n")));

    [Fact]
    public void A_migration_says_that_it_runs_once_and_pins_the_path() =>
        NoneBut(s_migrations, t => Regex.IsMatch(t, @"\A-- RUN ONCE\..*\n(--.*\n|\n)*" + Regex.Escape(PinnedPath)));

    /// <summary>What lies in a schema that is dropped and made again is not replaced.</summary>
    [Fact]
    public void A_code_file_can_be_run_again() => None(s_code, t =>
        Regex.Matches(t, @"(?m)^CREATE (?!OR REPLACE )(SCHEMA |\w+ )(?<name>\w+)|^DROP (?!\w+ IF EXISTS )")
            .Any(m => !m.Groups["name"].Value.EndsWith("_private", StringComparison.Ordinal)));

    [Fact]
    public void A_function_says_in_whose_name_it_works() => None(s_code, t => Function().Matches(t).Any(f =>
        !Regex.IsMatch(f.Value, @"\bSECURITY (INVOKER|DEFINER)\b")
        || f.Value.Contains("SECURITY DEFINER", StringComparison.Ordinal)
            && !f.Value.Contains("SET search_path = pg_catalog, pg_temp", StringComparison.Ordinal)));

    /// <summary>Public ones have a COMMENT; rows/rows.sql explains what every table under rows/ has.</summary>
    [Fact]
    public void A_private_function_is_explained_where_it_is_made() => None(
        s_code.Where(f => !f.Key.StartsWith("sql/rows/", StringComparison.Ordinal)).ToDictionary(), t => Regex.IsMatch(t, @"(?m)^(?!--).*\nCREATE (OR REPLACE )?(FUNCTION|PROCEDURE) \w+_private\.\w+"));

    [Fact]
    public void Owners_and_rights_are_stated_in_one_place() => None(
        s_code.Where(f => f.Key is not "sql/rights.sql").ToDictionary(),
        t => Regex.IsMatch(t, @"(?m)^(GRANT|REVOKE|ALTER .* OWNER TO) "));

    /// <summary>DbUp takes $x$ for a variable, and cuts BEGIN ATOMIC at its semicolons; each script has its transaction.</summary>
    [Fact]
    public void A_script_runs_unchanged_under_another_upgrader() => None(s_all, t => Regex.IsMatch(
        Comment().Replace(t, ""), @"\$\w+\$|(?im:^(BEGIN|COMMIT|ROLLBACK)\s*;)|\bBEGIN ATOMIC\b|(?im:^SET (?!LOCAL ))|(?m:^\\)"));

    [Fact]
    public void A_script_takes_no_lock_that_any_role_may_hold() =>
        None(s_all, t => Regex.IsMatch(Comment().Replace(t, ""), "pg_(try_)?advisory"));

    /// <summary>The toolkit's catalog*.sql; what prints or parses expressions is a function of the server, not a table of it.</summary>
    [Fact]
    public void The_catalog_is_read_in_one_place_of_the_toolkit() => None(
        Toolkit(f => !f.StartsWith("sql/dup_select/catalog", StringComparison.Ordinal)), t => Regex.IsMatch(Comment().Replace(t, ""),
            @"\b(?!pg_(catalog|temp|typeof|trigger_depth|get_expr|get_keywords)\b)pg_\w+|\b(obj_description|information_schema)\b"));

    /// <summary>But for one that is_castable raises for itself, and wraps.</summary>
    [Fact]
    public void The_toolkit_says_what_to_do_about_its_errors() => None(Toolkit(_ => true), t => Regex
        .Matches(Comment().Replace(t, ""), @"RAISE (EXCEPTION|NOTICE) (?!'several statements')(''|'(''|[^'])*'|[^;'])*;")
        .Any(m => !m.Value.Contains("HINT", StringComparison.Ordinal)));

    [Fact]
    public void Lines_have_at_most_130_characters_and_no_blanks_at_their_end() =>
        None(s_all, t => Regex.IsMatch(t, @"(?m)^.{131,}$|[ \t]$|\t|[^\n]\z|\n\n\z"));

    private static void None(IReadOnlyDictionary<string, string> files, Func<string, bool> breaks) =>
        Assert.Equal([], files.Where(f => breaks(f.Value)).Select(f => f.Key).Order(StringComparer.Ordinal));

    private static Dictionary<string, string> Toolkit(Func<string, bool> chosen) =>
        s_code.Where(f => f.Key.StartsWith("sql/dup_select/", StringComparison.Ordinal) && chosen(f.Key)).ToDictionary();

    private static void NoneBut(IReadOnlyDictionary<string, string> files, Func<string, bool> keeps) => None(files, t => !keeps(t));

    private static Dictionary<string, string> Read(string folder) =>
        Directory.EnumerateFiles(Repository.PathOf(folder), "*.sql", SearchOption.AllDirectories)
            .ToDictionary(f => Path.GetRelativePath(Repository.Root, f).Replace('\\', '/'), File.ReadAllText);

    [GeneratedRegex(@"(?ms)^CREATE OR REPLACE (FUNCTION|PROCEDURE) .*?\bAS \$\$$")]
    private static partial Regex Function();

    [GeneratedRegex("--.*")]
    private static partial Regex Comment();
}
