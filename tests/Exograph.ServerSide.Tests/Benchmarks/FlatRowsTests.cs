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
        Assert.Equal(keys, input.Select(r => (r.Country, r.Place, r.Name, r.Note)).Distinct().Count());
        Assert.All(input, r => Assert.InRange(r.Name.Length, 20, 50));
    }

    [Fact]
    public void One_seed_generates_the_same_rows_again_and_another_seed_others()
    {
        var input = FlatRows.Generate(100, 50, seed: 1);

        Assert.Equal(input, FlatRows.Generate(100, 50, seed: 1));
        Assert.NotEqual(input, FlatRows.Generate(100, 50, seed: 2));
    }
}
