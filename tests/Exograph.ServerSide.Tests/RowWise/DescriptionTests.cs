using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.RowWise;

/// <summary>What psql's \d+ says of the inserter views.</summary>
public sealed class DescriptionTests : LoadingTest
{
    [Fact]
    public async Task Every_column_of_an_inserter_view_says_what_it_is_for() => Assert.Empty(await Db.RowsAsync(
        """
        SELECT a.attrelid::regclass::text, a.attname
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'exograph_in'::regnamespace AND c.relkind = 'v' AND a.attnum > 0
            AND col_description(a.attrelid, a.attnum) IS NULL
        """));

    /// <summary>Those of references are made of those of definitions when the code is applied.</summary>
    [Fact]
    public async Task The_views_of_definitions_and_references_differ_by_name_only()
    {
        var definitions = await DescribeAsync("definition");
        var references = await DescribeAsync("symbol_reference");

        Assert.Contains(definitions, d => d.Contains("FUNCTION exograph_private.insert_definition", StringComparison.Ordinal));
        Assert.Contains(definitions, d => d.Contains("TRIGGER enter_gate BEFORE INSERT", StringComparison.Ordinal));
        Assert.Equal(definitions.Select(d => d.Replace("definition", "symbol_reference", StringComparison.Ordinal)), references);

        Task<string[]> DescribeAsync(string name) => Db.RowsAsync(
            $"""
            SELECT c.reloptions::text, pg_get_userbyid(c.relowner), c.relacl::text, pg_get_viewdef(c.oid)
            FROM pg_class c WHERE c.oid = 'exograph_in.{name}s'::regclass
            UNION ALL
            (SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attacl::text, col_description(a.attrelid, a.attnum)
             FROM pg_attribute a WHERE a.attrelid = 'exograph_in.{name}s'::regclass AND a.attnum > 0 ORDER BY a.attnum)
            UNION ALL
            (SELECT t.tgname, NULL, NULL, pg_get_triggerdef(t.oid)
             FROM pg_trigger t WHERE t.tgrelid = 'exograph_in.{name}s'::regclass ORDER BY replace(t.tgname, '{name}', ''))
            UNION ALL
            (SELECT p.proname, pg_get_userbyid(p.proowner), p.proacl::text, pg_get_functiondef(p.oid)
             FROM pg_proc p
             WHERE p.pronamespace = 'exograph_private'::regnamespace AND p.proname ~ '^(insert|find)_{name}$'
             ORDER BY p.proname)
            """);
    }
}
