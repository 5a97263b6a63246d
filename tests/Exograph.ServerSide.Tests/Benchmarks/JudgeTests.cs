using Exograph.ServerSide.Benchmarks.DupSelect;
using Xunit;

namespace Exograph.ServerSide.Tests.Benchmarks;

public sealed class JudgeTests
{
    [Theory]
    [InlineData(nameof(Verdict.Holds), new[] { 1.06, 1.2, 3.0 })]
    [InlineData(nameof(Verdict.Open), new[] { 1.04, 1.2, 3.0 })]
    [InlineData(nameof(Verdict.Open), new[] { 1.04, 0.2, 1.06 })]
    [InlineData(nameof(Verdict.Fails), new[] { 1.05, 1.04, 0.2 })]
    [InlineData(nameof(Verdict.Fails), new[] { 0.9 })]
    public void A_gain_is_one_in_every_round_or_in_none_or_it_is_open(string verdict, double[] rounds) =>
        Assert.Equal(Enum.Parse<Verdict>(verdict), Judge.Of(claimsGain: true, rounds));

    [Theory]
    [InlineData(nameof(Verdict.Holds), new[] { 1.04, 1.05, 0.2 })]
    [InlineData(nameof(Verdict.Open), new[] { 1.04, 1.06, 1.04 })]
    [InlineData(nameof(Verdict.Fails), new[] { 1.06, 1.2, 3.0 })]
    public void That_there_is_no_gain_holds_where_no_round_has_one(string verdict, double[] rounds) =>
        Assert.Equal(Enum.Parse<Verdict>(verdict), Judge.Of(claimsGain: false, rounds));

    [Fact]
    public void There_is_no_verdict_without_rounds() => Assert.Throws<ArgumentException>(() => Judge.Of(claimsGain: true, []));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 0.25)]
    [InlineData(5, 0.0625)]
    public void Few_rounds_agree_by_chance_more_often_than_many(int rounds, double chance) =>
        Assert.Equal(chance, Judge.Chance(rounds));
}
