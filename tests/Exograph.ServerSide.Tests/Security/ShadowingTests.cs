using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.Security;

/// <summary>Names of the caller that could take the place of the loader's own.</summary>
public sealed class ShadowingTests : LoadingTest
{
    private const string Works =
        "staged_packages, staged_package_versions, staged_files, staged_terms, staged_fragments, staged_graph_nodes, "
        + "staged_comments, staged_definitions, staged_symbol_references, staged_call_edges, staged_fragment_terms, "
        + "staged_fragment_term_sets";

    [Theory]
    [InlineData(Works)]
    [InlineData("rejects")]
    [InlineData("keys_packages, keys_package_versions, keys_files, keys_terms, keys_fragments, keys_graph_nodes")]
    [InlineData("map_packages, map_package_versions, map_files, map_terms, map_fragments, map_graph_nodes")]
    [InlineData("new_comments, new_definitions, new_symbol_references, new_call_edges, new_fragment_term_sets, losing, united, asked_term_sets")]
    [InlineData("staging_token, deleted, loads, load_tables, load_phases, load_rejects, packages, files, terms, definitions")]
    public async Task A_temporary_table_does_not_shadow_a_table_of_the_load(string names)
    {
        var session = await OpenAsAsync(await CreateRoleAsync("hostile", "exograph_loader"));
        foreach (var name in names.Split(", "))
        {
            var like = name.StartsWith("staged_",
                StringComparison.Ordinal) ? $"exograph.{name["staged_".Length..]}" : "exograph.loads";
            await session.ExecuteAsync($"CREATE TEMPORARY TABLE {name} (LIKE {like})");
        }
        var load = await Sample.BeginAsync(session, "on_reject => 'skip', partition_threshold => 0");
        await load.StageAsync("terms", "id, term", "(3, NULL)");
        await load.StageAsync("fragment_term_sets", "fragment_id, term_ids", "(2, '{2}'), (2, '{1}')");
        await load.StageAsync("definitions", "file_id, kind, name, qualified_name, line, col",
            "(1, 'def', 'twice', 'A.a/0', 1, 3)");

        Assert.Equal(["terms|term is missing"], await load.CheckAsync());
        await load.FinalizeAsync();

        Assert.Equal(new Outcome(3) { Inserted = 2, Rejected = 1 }, await load.OutcomeAsync("terms"));
        Assert.Equal(new Outcome(3) { Inserted = 2, Collapsed = 1, Conflicting = 1 }, await load.OutcomeAsync("definitions"));
        Assert.Equal(new Outcome(5) { Inserted = 4, Collapsed = 1 }, await load.OutcomeAsync("fragment_terms"));
        await (await Sample.BeginAsync(session)).FinalizeAsync(); // into what exists
        foreach (var name in names.Split(", "))
            Assert.Equal(0, await session.CountAsync($"pg_temp.{name}"));
    }

    [Fact]
    public async Task Functions_operators_and_types_of_the_caller_are_never_used()
    {
        var role = await CreateRoleAsync("hostile", "exograph_loader");
        await Db.ExecuteAsync($"CREATE SCHEMA evil AUTHORIZATION {Sql.Name(role)}");
        var session = await OpenAsAsync(role);
        await session.ExecuteAsync(
            """
            CREATE TABLE evil.log (who text);
            GRANT ALL ON SCHEMA evil TO PUBLIC;
            GRANT ALL ON evil.log TO PUBLIC;
            """);
        foreach (var schema in new[] { "evil", "pg_temp" })
        {
            // Exact matches of what the loader calls, so that any of them would be preferred.
            foreach (var (function, returns, result) in new[]
            {
                ("length(text)", "integer", "0"), ("octet_length(text)", "integer", "0"), ("sha256(bytea)", "bytea", "$1"),
                ("replace(text, text, text)", "text", "$1"),
                ("to_regclass(text)", "pg_catalog.regclass", "NULL::pg_catalog.regclass"),
                ("pg_has_role(text, text, text)", "boolean", "true"), ("current_setting(text)", "text", "'postgres'::text"),
                ("format(text, text)", "text", "$1"), ("joined(text, text)", "text", "$1"),
                ("equal(text, text)", "boolean", "true"),
                ("equal(bigint, bigint)", "boolean", "true"),
            })
            {
                await session.ExecuteAsync(
                    $"""
                    CREATE FUNCTION {schema}.{function} RETURNS {returns} LANGUAGE sql AS
                    'INSERT INTO evil.log VALUES (current_user); SELECT {result.Replace("'", "''", StringComparison.Ordinal)}'
                    """);
            }
            await session.ExecuteAsync(
                $"""
                CREATE OPERATOR {schema}.= (LEFTARG = text, RIGHTARG = text, FUNCTION = {schema}.equal);
                CREATE OPERATOR {schema}.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = {schema}.equal);
                CREATE OPERATOR {schema}.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = {schema}.joined);
                CREATE DOMAIN {schema}.regclass AS text;
                CREATE DOMAIN {schema}.jsonb AS text;
                CREATE DOMAIN {schema}.tid AS text;
                """);
        }
        await session.FailsAsync("42501", "CREATE CAST (text AS pg_catalog.bytea) WITH FUNCTION evil.sha256(bytea)");
        await session.ExecuteAsync("SET search_path = evil, pg_temp, pg_catalog");

        var load = await Load.BeginAsync(session, "partition_threshold => 0, on_reject => 'skip'");
        await session.ExecuteAsync("SET search_path = pg_catalog");
        await Sample.StageAsync(load);
        await load.StageAsync("terms", "id, term", "(3, 'same'), (4, 'same'), (5, NULL)");
        await session.ExecuteAsync("SET search_path = evil, pg_temp, pg_catalog");
        var counts = Sample.Rows.Select(r => $"\"{r.Key}\": {(r.Key == "terms" ? 5 : r.Value)}");
        await session.ExecuteAsync($"SELECT exograph.seal_load({load.Id}, '{{{string.Join(", ", counts)}}}')");
        Assert.Single(await load.CheckAsync());
        await load.FinalizeAsync();

        await session.ExecuteAsync("RESET search_path");
        Assert.Equal(0, await session.CountAsync("evil.log"));
        Assert.Equal(new Outcome(5) { Inserted = 3, Collapsed = 1, Rejected = 1 }, await load.OutcomeAsync("terms"));
        Assert.Equal(new Outcome(2) { Inserted = 2 }, await load.OutcomeAsync("graph_nodes"));
    }
}
