using System.Diagnostics;
using Exograph.ServerSide.Tests.Support;
using Npgsql;
using Xunit;

namespace Exograph.ServerSide.Tests.Driver;

/// <summary>A disk that is really full: a file system in memory of some megabytes, which only root can make.</summary>
public sealed class FullDiskTests
{
    private const int Megabyte = 1 << 20;

    /// <summary>Of the file system, of which a database with Exograph takes 12.</summary>
    private const int Megabytes = 32;

    [Fact]
    public async Task A_full_disk_abandons_a_load_that_is_being_staged_and_leaves_one_that_is_being_finalized_open()
    {
        await using var database = await TestDatabase.CreateAsync();
        var settings = database.Settings;
        var (name, tablespace) = (settings.Database, $"full_{Guid.NewGuid():N}");
        await using var server = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Database = "postgres",
            Pooling = false,
        });
        var disk = Directory.CreateTempSubdirectory("exograph-full-").FullName;
        try
        {
            var data = (string)(await server.CreateCommand("SHOW data_directory").ExecuteScalarAsync())!;
            if (!await RunsAsync("mount", "-t", "tmpfs", "-o", $"size={Megabytes}m", "exograph", disk)
                || !await RunsAsync("chown", $"--reference={data}", disk))
                Assert.Skip("This user mounts nothing, or the server is on another machine.");
            await RunAsync($"CREATE TABLESPACE {tablespace} LOCATION '{disk}'", $"ALTER DATABASE {name} SET TABLESPACE {tablespace}");
            using var large = Files(Megabytes);
            using var medium = Files(12);
            var before = FreeOf(disk);

            var staging = await CliRun.RunAsync(database, ["load", large.Path]);
            Assert.Equal(4, staging.ExitCode);
            Assert.Matches("error: files, row [0-9]+: could not extend file .*No space left on device", staging.Error);
            Assert.Contains("[53100]", staging.Error, StringComparison.Ordinal);
            if (staging.Error.Contains("could not be abandoned", StringComparison.Ordinal))
            {
                // A vacuum of the catalog came in between: PostgreSQL lets nobody in before there is room for its file.
                Assert.Contains("could not write init file", staging.Error, StringComparison.Ordinal);
                Assert.True(await RunsAsync("mount", "-o", $"remount,size={Megabytes + 1}m", disk));
                Assert.Equal(0, (await CliRun.RunAsync(database, ["abandon", "1"])).ExitCode);
                Assert.True(await RunsAsync("mount", "-o", $"remount,size={Megabytes}m", disk));
            }
            else
                Assert.Contains("note: load 1 is abandoned: nothing of it was loaded", staging.Error, StringComparison.Ordinal);
            Assert.InRange(FreeOf(disk), before - Megabyte, before + Megabyte);

            var finalizing = await CliRun.RunAsync(database, ["load", medium.Path]);
            Assert.Equal(4, finalizing.ExitCode);
            Assert.Contains("load 2: merge files", finalizing.Error, StringComparison.Ordinal);
            Assert.Contains("[53100]", finalizing.Error, StringComparison.Ordinal);
            Assert.Contains("note: load 2 stays open: ", finalizing.Error, StringComparison.Ordinal);
            Assert.Equal(["abandoned", "open"], await database.ColumnAsync<string>("SELECT state FROM exograph.loads ORDER BY load_id"));

            Assert.True(await RunsAsync("mount", "-o", $"remount,size={4 * Megabytes}m", disk));
            Assert.Equal(0, (await CliRun.RunAsync(database, ["finalize", "2"])).ExitCode);
            Assert.Equal(12, await database.ScalarAsync<long>("SELECT count(*) FROM exograph.files"));
        }
        finally
        {
            NpgsqlConnection.ClearPool(new NpgsqlConnection(settings.ConnectionString));
            await RunAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)", $"DROP TABLESPACE IF EXISTS {tablespace}");
            await RunsAsync("umount", disk);
            Directory.Delete(disk);
        }

        async Task RunAsync(params string[] statements)
        {
            foreach (var statement in statements)
            {
                await using var command = server.CreateCommand(statement);
                await command.ExecuteNonQueryAsync();
            }
        }
    }

    /// <summary>Files of a megabyte each that cannot be compressed.</summary>
    private static BundleDirectory Files(int count)
    {
        var random = new Random(1);
        var source = new byte[Megabyte / 4 * 3];
        var rows = Enumerable.Range(1, count).Select(n =>
        {
            random.NextBytes(source);
            return $"{n},{n}.ex,{Convert.ToBase64String(source)},\\x{n:x64}\n";
        });
        return new BundleDirectory().Add("files.csv", $"id,path,source,sha256\n{string.Concat(rows)}");
    }

    private static long FreeOf(string directory) => new DriveInfo(directory).AvailableFreeSpace;

    private static async Task<bool> RunsAsync(string program, params string[] arguments)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
