using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.Versioning;
using Exograph.EmbeddedPostgres;
using Xunit;

namespace Exograph.ServerSide.Tests.EmbeddedPostgres;

[UnsupportedOSPlatform("windows")]
public sealed class NpmPostgresPackageTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private readonly NpmPostgresPackage _package;

    public NpmPostgresPackageTests() => _package = new("made-up", "17.2.0", _scratch["cache"]);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task The_listed_symlinks_are_made()
    {
        var tarball = MakeTarball("""
            [{"source":"native/lib/libpq.so.5.17","target":"native/lib/libpq.so.5"},
             {"source":"native/lib/libpq.so.5.17","target":"native/lib/pkg/libpq.so"}]
            """);

        await _package.InstallAsync(_ => Task.FromResult(tarball), default);

        var library = Path.Combine(_package.PackageDirectory, "native", "lib");
        Assert.Equal("libpq.so.5.17", new FileInfo(Path.Combine(library, "libpq.so.5")).LinkTarget);
        Assert.Equal("the library", await File.ReadAllTextAsync(Path.Combine(library, "pkg", "libpq.so")));
        Assert.Equal(new Version(17, 2), (await _package.CachedAsync(default))?.Version);
    }

    [Fact]
    public async Task All_can_read_the_package_and_run_its_programs()
    {
        MakeTarball("[]");
        File.SetUnixFileMode(_scratch["made/package/native/lib/libpq.so.5.17"], UnixFileMode.UserRead);
        var tarball = MakeTarball("[]");

        await _package.InstallAsync(_ => Task.FromResult(tarball), default);

        Assert.Equal((UnixFileMode)0b111_101_101, Mode("native/bin/postgres"));
        Assert.Equal((UnixFileMode)0b111_101_101, Mode("native/lib"));
        Assert.Equal((UnixFileMode)0b110_100_100, Mode("native/lib/libpq.so.5.17"));
    }

    [Theory]
    [InlineData("native/lib/libpq.so.5.17", "../escaped")]
    [InlineData("../../../etc/passwd", "native/lib/libpq.so")]
    public async Task A_symlink_out_of_the_package_is_refused(string source, string target)
    {
        var tarball = MakeTarball($$"""[{"source":"{{source}}","target":"{{target}}"}]""");

        await Assert.ThrowsAsync<EmbeddedPostgresException>(() => _package.InstallAsync(_ => Task.FromResult(tarball), default));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_scratch["cache"]));
    }

    [Fact]
    public async Task Several_who_fetch_at_once_get_one_whole_package()
    {
        var tarball = MakeTarball("[]");
        using var together = new Barrier(5);

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Factory.StartNew(
            () => _package.InstallAsync(
                _ =>
                {
                    together.SignalAndWait();
                    return Task.FromResult(tarball);
                },
                default),
            default, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

        Assert.Equal([_package.PackageDirectory], Directory.EnumerateFileSystemEntries(_scratch["cache"]));
        Assert.NotNull(await _package.CachedAsync(default));
    }

    [Fact]
    public async Task A_truncated_package_is_not_installed()
    {
        var tarball = MakeTarball("[]");
        await using (var file = File.OpenWrite(tarball))
            file.SetLength(file.Length / 2);

        await Assert.ThrowsAsync<EmbeddedPostgresException>(() => _package.InstallAsync(_ => Task.FromResult(tarball), default));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_scratch["cache"]));
    }

    private UnixFileMode Mode(string path) => File.GetUnixFileMode(Path.Combine(_package.PackageDirectory, path));

    private string MakeTarball(string symlinks)
    {
        _scratch.WritePostgres("made/package/native/bin", "17.2");
        Directory.CreateDirectory(_scratch["made/package/native/lib/pkg"]);
        if (!File.Exists(_scratch["made/package/native/lib/libpq.so.5.17"]))
            File.WriteAllText(_scratch["made/package/native/lib/libpq.so.5.17"], "the library");
        File.WriteAllText(_scratch["made/package/native/pg-symlinks.json"], symlinks);
        using (var file = File.Create(_scratch["made.tgz"]))
        using (var zip = new GZipStream(file, CompressionLevel.Fastest))
            TarFile.CreateFromDirectory(_scratch["made"], zip, includeBaseDirectory: false);
        return _scratch["made.tgz"];
    }
}
