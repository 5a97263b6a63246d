using Exograph.ServerSide.Tests.Loading;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>A test of the toolkit on tables of schema s.</summary>
public abstract class GeneratorTest : LoadingTest
{
    private protected Task TablesAsync(string sql) => Db.ExecuteAsync($"CREATE SCHEMA s; {sql}");

    /// <param name="target">The table.</param>
    /// <param name="mapping">A jsonb object; null for that of the catalog.</param>
    /// <param name="more">Further arguments.</param>
    private protected Task ViewAsync(string target, string? mapping, string more = "") => Db.ExecuteAsync(
        $"CALL dup_select.create_inserter_view({Sql.Literal(target)}, mapping => {MappingText(mapping)}{more})");

    private protected Task<string> PrintedAsync(string target, string? mapping, string more = "") => Db.ScalarAsync<string>(
        $"SELECT dup_select.inserter_view_sql({Sql.Literal(target)}, mapping => {MappingText(mapping)}{more})");

    private protected static string MappingText(string? mapping) => mapping is null ? "NULL" : Sql.Literal(mapping);
}
