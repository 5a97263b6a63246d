using System.Security.Cryptography;
using System.Text.Json;

namespace Exograph.EmbeddedPostgres;

/// <summary>
/// What was in an archive whose hash was right, a hash for each file, written beside the files when they were unpacked: what runs
/// later must still be that, and nobody else may have been able to change it, nor this list.
/// </summary>
internal sealed record PackageManifest(string Integrity, SortedDictionary<string, string> Entries)
{
    private const string FileName = "exograph-manifest.json";

    /// <summary>Writes the manifest of a package that has just been unpacked.</summary>
    public static async Task WriteAsync(string package, string integrity, CancellationToken cancellationToken)
    {
        var entries = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, content) in await ReadEntriesAsync(package, cancellationToken))
            entries.Add(path, content);
        await using var file = new FileStream(Path.Combine(package, FileName), FileMode.CreateNew);
        await JsonSerializer.SerializeAsync(file, new PackageManifest(integrity, entries), cancellationToken: cancellationToken);
    }

    /// <summary>Why a package is not what the archive of that hash held; null where it is.</summary>
    public static async Task<string?> ProblemAsync(string package, string integrity, CancellationToken cancellationToken)
    {
        if (Trust.ForeignPart(package) is { } foreign)
            return $"others may change {foreign}";
        try
        {
            // Whoever may write the package may write its manifest: both are looked at before either is believed.
            if (FirstOfOthers(package) is { } open)
                return $"others may change {open}";
            if (await ReadAsync(package, cancellationToken) is not { } manifest || manifest.Integrity != integrity)
                return "it has no manifest of the archive that is wanted";
            var entries = await ReadEntriesAsync(package, cancellationToken);
            var different = entries.Where(e => manifest.Entries.GetValueOrDefault(e.Path) != e.Content).Select(e => e.Path)
                .Concat(manifest.Entries.Keys.Except(entries.Select(e => e.Path)));
            return different.Order(StringComparer.Ordinal).FirstOrDefault() is { } path ? $"{path} is not what was unpacked" : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return exception.Message;
        }
    }

    private static async Task<PackageManifest?> ReadAsync(string package, CancellationToken cancellationToken)
    {
        var path = Path.Combine(package, FileName);
        if (!File.Exists(path))
            return null;
        await using var file = File.OpenRead(path);
        return await JsonSerializer.DeserializeAsync<PackageManifest>(file, cancellationToken: cancellationToken);
    }

    /// <summary>The first thing in a package that is no file, directory or link, or that others than this user and root may write.</summary>
    private static string? FirstOfOthers(string package) => OperatingSystem.IsWindows()
        ? null
        : Directory.EnumerateFileSystemEntries(package, "*", SearchOption.AllDirectories).Prepend(package).FirstOrDefault(IsOfOthers);

    private static bool IsOfOthers(string path) =>
        FileOwnership.Of(path) is not { } status || status.IsOpenToOthers || !(status.IsFile || status.IsDirectory || status.IsLink)
        || (status.User != 0 && status.User != FileOwnership.Self);

    /// <summary>Every file and link of a package, with its hash or target: 60 MB in a thousand files, on all cores.</summary>
    private static async Task<(string Path, string Content)[]> ReadEntriesAsync(
        string package, CancellationToken cancellationToken)
    {
        var entries = new DirectoryInfo(package).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Where(e => e is FileInfo || e.LinkTarget is not null)
            .Select(e => (Entry: e, Path: Path.GetRelativePath(package, e.FullName).Replace('\\', '/')))
            .Where(e => e.Path != FileName)
            .ToArray();
        var contents = new (string, string)[entries.Length];
        await Parallel.ForAsync(0, entries.Length, cancellationToken, async (i, token) =>
        {
            var (entry, path) = entries[i];
            contents[i] = (path, entry.LinkTarget is { } target ? "link " + target : await HashAsync(entry.FullName, token));
        });
        return contents;
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        return "sha256 " + Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }
}
