using Xunit;

namespace Exograph.ServerSide.Tests.DupSelect;

/// <summary>A mapping given where a name is expected, or keys for a mapping: the error says which call is right.</summary>
public sealed class MixUpTests : GeneratorTest
{
    [Theory]
    [InlineData("CALL dup_select.create_inserter_view('s.t', '{\"name\": \"a\"}')", "42602",
        "CALL dup_select.create_inserter_view('s.t', mapping => '{\"name\": \"a\"}')")]
    [InlineData("SELECT dup_select.inserter_view_sql('s.t', '{\"name\": \"a\"}')", "42602", "mapping => '{\"name\": \"a\"}'")]
    [InlineData("SELECT dup_select.inserter_view_sql('s.t', mapping => '\"t_in\"')", "22023", "given as view_name")]
    [InlineData("SELECT dup_select.put_table('s.i', 's.t', '{\"s.t\": [\"name\"]}')", "22023", "given as natural_keys")]
    [InlineData("SELECT dup_select.put_table_sql('s.i', 's.t', '[\"name\"]')", "22023", "mapping => ")]
    [InlineData("SELECT dup_select.put_table('s.i', 's.t', natural_keys => '{\"name\": \"a\"}')", "22023", "given as mapping")]
    [InlineData("SELECT dup_select.put_table('s.i', 's.t', natural_keys => '[\"name\"]')", "22023", "natural_keys => ")]
    [InlineData("CALL dup_select.create_inserter_view('s.t', natural_keys => '\"t_name_key\"')", "22023", "natural_keys => ")]
    [InlineData("SELECT dup_select.default_mapping('s.t', natural_keys => '\"t_name_key\"')", "22023", "natural_keys => ")]
    public async Task A_mix_up_is_told_with_the_right_call(string call, string sqlState, string hint)
    {
        await TablesAsync("CREATE TABLE s.t (id serial PRIMARY KEY, name text UNIQUE); CREATE TABLE s.i (a text, name text)");

        var error = await Db.FailsAsync(sqlState, call);

        Assert.Contains(hint, error.Hint!, StringComparison.Ordinal);
    }
}
