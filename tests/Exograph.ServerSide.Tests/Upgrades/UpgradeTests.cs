using System.IO.Compression;
using Exograph.ServerSide.Tests.Loading;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Upgrades;

/// <summary>
/// Databases that earlier versions have installed. The files of this folder are what <c>exograph-load migrate --print | gzip -9n</c>
/// printed then; they are never edited.
/// </summary>
public sealed class UpgradeTests
{
    private const string Folder = "tests/Exograph.ServerSide.Tests/";

    public static TheoryData<string> Versions =>
        [.. Directory.GetFiles(Repository.PathOf(Folder + "Upgrades"), "*.sql.gz").Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task An_earlier_database_gets_the_schema_of_today_and_loses_nothing(string version)
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        using var directory = new BundleDirectory().Add("install.sql", await UnpackAsync(version));
        await Psql.RunAsync(database, "install.sql", directory.Path);
        await using var session = await Session.OpenAsync(database.Settings);
        await Sample.BeginAsync(session);
        await session.ExecuteAsync("CALL exograph.finalize_load(1)");
        await Sample.BeginAsync(session);
        var before = await ContentAsync(database);

        await database.Client.MigrateAsync();

        Assert.Equal(await File.ReadAllLinesAsync(Repository.PathOf(Folder + "Scripts/schema.txt")), (await database.ColumnAsync<string>(
            await File.ReadAllTextAsync(Repository.PathOf(Folder + "Scripts/describe_schema.sql")))).SelectMany(l => l.Split('\n')));
        Assert.Equal(before, await ContentAsync(database));
        await session.ExecuteAsync("CALL exograph.finalize_load(2)"); // begun before the upgrade
        Assert.Equal(before, await ContentAsync(database));
        Assert.Equal(["finalized", "finalized"], await database.ColumnAsync<string>("SELECT state FROM exograph.loads"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task What_an_open_load_was_told_before_an_upgrade_is_checked_after_it(string version)
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        using var directory = new BundleDirectory().Add("install.sql", await UnpackAsync(version));
        await Psql.RunAsync(database, "install.sql", directory.Path);
        await using var session = await Session.OpenAsync(database.Settings);
        await Sample.BeginAsync(session, "complete => '{definitions}'");
        await session.ExecuteAsync("CALL exograph.finalize_load(1)");
        await Sample.BeginAsync(session);
        Assert.Equal(0, await session.CountAsync("exograph.files_lacking(2) WHERE table_name = 'definitions'"));

        await database.Client.MigrateAsync();

        await session.ExecuteAsync("DELETE FROM exograph.definitions");
        await session.FailsAsync("XG011", "CALL exograph.finalize_load(2)");
    }

    private static Task<List<string>> ContentAsync(TestDatabase database) => database.ColumnAsync<string>(
        """
        SELECT concat_ws(' ', p.name, v.version, f.path, d.qualified_name, d.line, d.load_id)
        FROM exograph.packages p
        JOIN exograph.package_versions v ON v.package_id = p.id
        LEFT JOIN exograph.files f ON f.package_version_id = v.id
        LEFT JOIN exograph.definitions d ON d.file_id = f.id
        ORDER BY 1
        """);

    private static async Task<string> UnpackAsync(string version)
    {
        await using var gzip = new GZipStream(
            File.OpenRead(Repository.PathOf($"{Folder}Upgrades/{version}")), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        return await reader.ReadToEndAsync();
    }
}
