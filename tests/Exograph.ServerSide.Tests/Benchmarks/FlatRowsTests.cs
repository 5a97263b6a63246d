using Exograph.ServerSide.Benchmarks.DupSelect;
using Xunit;

namespace Exograph.ServerSide.Tests.Benchmarks;

public sealed class FlatRowsTests
{
    [Theory]
    [InlineData(1_000, 10)]
    [InlineData(1_000, 1_000)]
    public void Generated_rows_have_the_number_of_keys_asked_for(int rows, int keys)
    {
        var input = FlatRows.Generate(rows, keys, seed: 1);

        Assert.Equal(rows, input.Length);
        Assert.Equal(keys, input.Select(r => r.Name).Distinct().Count());
        // No key has two payloads or two places: else the content would depend on which row goes in.
        Assert.Equal(keys, input.Select(r => (r.Country, r.Place, r.Name, r.Description)).Distinct().Count());
        Assert.All(input, r => Assert.InRange(r.Name.Length, 20, 50));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(105)]
    [InlineData(1_000)]
    public void Rows_of_all_tables_are_as_many_as_there_are_distinct_parents(int keys)
    {
        var input = FlatRows.Generate(1_000, keys, seed: 1);

        var places = input.Select(r => (r.Country, r.Place)).Distinct().Count();
        var countries = input.Select(r => r.Country).Distinct().Count();
        Assert.Equal(keys, FlatRows.TableRows(1, keys));
        Assert.Equal(keys + places + countries, FlatRows.TableRows(3, keys));
    }

    [Fact]
    public void One_seed_generates_the_same_rows_again_and_another_seed_others()
    {
        var input = FlatRows.Generate(100, 50, seed: 1);

        Assert.Equal(input, FlatRows.Generate(100, 50, seed: 1));
        Assert.NotEqual(input, FlatRows.Generate(100, 50, seed: 2));
    }
}
