using Exograph.ServerSide.Benchmarks.Schemas;
using Exograph.ServerSide.Benchmarks.Schemas.LocalNumbers;
using Exograph.ServerSide.Tests.Readme;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Benchmarks;

public sealed class LocalNumbersTests
{
    private const string Command = "    dotnet run -c Release --project tests/Exograph.ServerSide.Benchmarks -- local-numbers\n";

    [Fact]
    public async Task The_page_has_what_the_programs_leave()
    {
        await using var db = await TestDatabase.CreateAsync();
        var settings = db.Settings;
        settings.IncludeErrorDetail = true;
        await using var database = NpgsqlDataSource.Create(settings.ConnectionString);
        await using var output = new StringWriter();

        await LocalNumbersCommand.WriteAsync(database, output, CancellationToken.None);

        var shown = Pages.Read(Pages.AnySchema).Split(Command)[1].Split("\n\n")[0].Trim('\n');
        Assert.Equal(output.ToString().ReplaceLineEndings("\n").TrimEnd(), shown);
        Assert.Equal(LocalNumbersCommand.Create().Name, Command.Trim().Split(' ')[^1]);
    }

    [Fact]
    public void Rows_that_are_what_they_were_and_where_they_belong_are_right()
    {
        var outcome = Of([.. Ours, .. NaturalRow.Of(TwoShops.Apart)]);

        Assert.True(outcome.IsRight);
        Assert.Equal("all 33 right", outcome.ToString());
        Assert.Equal("nothing: 23505 customer_pkey", Of(Ours, error: new PostgresException(
            "", "", "", PostgresErrorCodes.UniqueViolation, constraintName: "customer_pkey")).ToString());
    }

    [Theory]
    [InlineData("line", "1|20", "line", "1|20", "32 right, 1 astray")]
    [InlineData("line", "1|20", "line", "1|99", "32 right, 1 lost, 1 too many")]
    [InlineData("line", "1|10", "line", "1|10", "33 right, 1 of ours moved")]
    [InlineData("line", "1|10", "line", "1|99", "33 right, 1 of ours overwritten, 1 too many")]
    [InlineData("", "", "line", "1|20", "33 right, 1 too many")]
    public void Rows_that_are_not_are_counted(string gone, string goneOwn, string table, string own, string expected)
    {
        var rows = Ours.Concat(NaturalRow.Of(TwoShops.Apart)).Where(r => (r.Table, r.Own) != (gone, goneOwn));

        Assert.Equal(expected, Of([.. rows, new NaturalRow(table, own, "a-3|B1")]).ToString());
    }

    [Fact]
    public async Task Sequences_that_draw_the_number_of_a_row_are_behind()
    {
        await using var db = await TestDatabase.CreateAsync();
        var trial = new LocalNumbersTrial(new SettingBack(), Of: null);

        var outcome = await trial.RunAsync(db.DataSource, TwoShops.Ours, CancellationToken.None);

        Assert.False(outcome.IsRight);
        Assert.Equal("2 sequences behind", outcome.ToString());
    }

    private static IEnumerable<NaturalRow> Ours => NaturalRow.Of(TwoShops.Ours);

    private static Outcome Of(IEnumerable<NaturalRow> stored, Exception? error = null) =>
        Outcome.Of(TwoShops.Ours, TwoShops.Apart, stored, sequencesBehind: 0, error);

    /// <summary>Puts no row in, and lets numbers be drawn again.</summary>
    private sealed class SettingBack : IShopContender
    {
        public string Name => "setval";

        public Task PutAsync(NpgsqlConnection connection, Shop shop, CancellationToken cancellationToken) => ShopStaging.RunAsync(
            connection, "SELECT setval('shop.tag_id_seq', 1), setval('shop.order_id_seq', 2)", cancellationToken);
    }
}
