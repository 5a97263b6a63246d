using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

/// <summary>Replacing and deleting, by the library and by exograph-load.</summary>
public sealed class RemovalTests
{
    [Fact]
    public async Task The_library_deletes_and_sweeps_and_tells_what_went()
    {
        await using var database = await TestDatabase.CreateAsync();
        await LoadAsync(database, new LoadOptions());

        Assert.Empty(await database.Client.DeletePackageVersionAsync("hex", "p", "2.0"));
        Assert.Equal([(IndexTable.PackageVersions, 1), (IndexTable.Files, 1), (IndexTable.FilePaths, 1), (IndexTable.Definitions, 1)],
            Pairs(await database.Client.DeletePackageVersionAsync("hex", "p", "1.0")));
        Assert.Equal([(IndexTable.Packages, 1)], Pairs(await database.Client.DeletePackageAsync("hex", "p")));
        Assert.Empty(await database.Client.DeletePackageAsync("hex", "p"));
        Assert.Equal([(IndexTable.Terms, 1)], Pairs(await database.Client.SweepTermsAsync()));
        Assert.Empty(await database.Client.SweepTermsAsync());

        static IEnumerable<(IndexTable, long)> Pairs(IReadOnlyList<DeletedRows> rows) => rows.Select(r => (r.Table, r.Deleted));
    }

    [Theory]
    [InlineData(IdNumbering.Numbered)]
    [InlineData(IdNumbering.Reserved)]
    public async Task A_session_may_replace(IdNumbering ids)
    {
        await using var database = await TestDatabase.CreateAsync();
        await LoadAsync(database, new LoadOptions { Ids = ids });

        var report = await LoadAsync(database, new LoadOptions { Ids = ids, Mode = LoadMode.Replace }, "new");

        Assert.Equal(["new"], await database.ColumnAsync<string>("SELECT name FROM exograph.definitions"));
        Assert.Equal(1, report.Tables.Single(t => t.Table == IndexTable.Definitions).Replaced);
        Assert.Contains(report.Phases, p => p is { Phase: LoadPhase.Replace, Table: IndexTable.Definitions });
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            database.Client.BeginLoadAsync(new LoadOptions { Mode = (LoadMode)7 }));
    }

    [Fact]
    public async Task A_load_that_was_begun_otherwise_may_be_finalized_to_replace()
    {
        await using var database = await TestDatabase.CreateAsync();
        await LoadAsync(database, new LoadOptions());
        await using var session = await database.Client.BeginLoadAsync();
        await StageAsync(session, "new");

        var report = await database.Client.FinalizeLoadAsync(session.LoadId, new FinalizeOptions { Mode = LoadMode.Replace });

        Assert.Equal(1, report.Tables.Single(t => t.Table == IndexTable.Definitions).Replaced);
    }

    [Fact]
    public async Task The_commands_do_the_same()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var bundle = Bundle("old");
        using var again = Bundle("new");
        Assert.Equal(0, (await CliRun.RunAsync(database, ["load", bundle.Path])).ExitCode);

        var run = await CliRun.RunAsync(database, ["load", "--replace", again.Path]);
        Assert.Equal(0, run.ExitCode);
        Assert.Matches("(?m)^table +staged +inserted +existing +collapsed +rejected +conflicting +replaced +path +ms +WAL bytes$", run.Output);
        Assert.Matches("(?m)^definitions +1 +1 +0 +0 +0 +0 +1 +shared ", run.Output);
        Assert.Equal(["new"], await database.ColumnAsync<string>("SELECT name FROM exograph.definitions"));

        run = await CliRun.RunAsync(database, ["delete-version", "hex", "p", "1.0"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Matches("^table +deleted\npackage_versions +1\nfiles +1\nfile_paths +1\ndefinitions +1\n$", run.Output);
        Assert.Equal("there is no such version\n", (await CliRun.RunAsync(database, ["delete-version", "hex", "p", "1.0"])).Output);
        run = await CliRun.RunAsync(database, ["delete-package", "hex", "p", "--json"]);
        Assert.Equal("""[{"table":"packages","deleted":1}]""", string.Concat(run.Output.Where(c => !char.IsWhiteSpace(c))));
        Assert.Equal("there is no such package\n", (await CliRun.RunAsync(database, ["delete-package", "hex", "p"])).Output);
        Assert.Matches("^table +deleted\nterms +1\n$", (await CliRun.RunAsync(database, ["sweep-terms"])).Output);
        run = await CliRun.RunAsync(database, ["sweep-terms"]);
        Assert.Equal((0, "every term is used\n"), (run.ExitCode, run.Output));
    }

    private static BundleDirectory Bundle(string name) => new BundleDirectory().AddBasics()
        .Add("terms.csv", "id,term\n1,unused\n")
        .Add("definitions.csv", $"file_id,kind,name,qualified_name,line\n1,def,{name},N,1\n");

    private static async Task<LoadReport> LoadAsync(TestDatabase database, LoadOptions options, string name = "old")
    {
        await using var session = await database.Client.BeginLoadAsync(options);
        await StageAsync(session, name);
        return await session.FinalizeAsync();
    }

    private static async Task StageAsync(LoadSession session, string name)
    {
        await session.StageAsync([new PackageRow { Id = 1, Ecosystem = "hex", Name = "p" }]);
        await session.StageAsync([new PackageVersionRow { Id = 1, PackageId = 1, Version = "1.0" }]);
        await session.StageAsync([new FileRow { Id = 1, PackageVersionId = 1, Path = "a", Source = "s", Sha256 = new byte[32] }]);
        await session.StageAsync([new TermRow { Id = 1, Term = "unused" }]);
        await session.StageAsync([new DefinitionRow { FileId = 1, Kind = "def", Name = name, QualifiedName = "N", Line = 1 }]);
    }
}
