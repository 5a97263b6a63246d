namespace Exograph.EmbeddedPostgres;

/// <summary>
/// Which places this process believes. As root none that others may change: what lies there would do their will with root's
/// rights. An ordinary user believes whatever is named in full, but no place that depends on the current directory, which may be
/// somebody's source tree.
/// </summary>
internal static class Trust
{
    private const int MostLinks = 40;

    /// <summary>
    /// The first part of the way to a file or directory, links followed, that others than root and the given user may change.
    /// Null where there is none, and for who is not root.
    /// </summary>
    public static string? ForeignPart(string path, uint? alsoTrusted = null) =>
        Places.IsRoot ? ForeignPart(path, owner => owner == 0 || owner == alsoTrusted) : null;

    /// <summary>Why a place is not used.</summary>
    public static string Explain(string foreignPart) =>
        $"as root nothing is run that others than root may change, as they may {foreignPart}";

    /// <summary>The places of a search path that count: named in full and, as root, nobody else's.</summary>
    public static IEnumerable<string> SearchPath(string? path) =>
        Qualified(path).Where(static place => Directory.Exists(place) && ForeignPart(place) is null);

    /// <summary>A search path without the parts that mean the current directory: empty and relative ones.</summary>
    public static IEnumerable<string> Qualified(string? path) =>
        (path ?? "").Split(Path.PathSeparator).Where(Path.IsPathFullyQualified);

    /// <summary>Whether it is a directory such as /tmp: open to all, but each can remove and rename only what is theirs.</summary>
    public static bool IsShared(string directory) =>
        FileOwnership.Of(directory) is { IsSticky: true, User: 0 }
        && (Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(directory)) is not { } above || ForeignPart(above) is null);

    private static string? ForeignPart(string path, Func<uint, bool> isTrusted)
    {
        var rest = new Stack<string>();
        Push(path);
        var links = 0;
        for (var here = "/"; ;)
        {
            if (FileOwnership.Of(here) is not { } status || !isTrusted(status.User) || links > MostLinks)
                return here;
            if (status.IsLink)
            {
                links++;
                var target = new FileInfo(here).LinkTarget ?? here;
                here = Path.IsPathRooted(target) ? "/" : Path.GetDirectoryName(here) ?? "/";
                Push(target);
                continue;
            }
            // In a sticky directory nobody can exchange what is not theirs, and what follows must be trusted, too.
            if (status.IsOpenToOthers && (rest.Count == 0 || !status.IsSticky))
                return here;
            if (rest.Count == 0)
                return null;
            here = rest.Pop() is var next && next == ".." ? Path.GetDirectoryName(here) ?? "/" : Path.Combine(here, next);
        }

        void Push(string parts)
        {
            foreach (var part in parts.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                if (part != ".")
                    rest.Push(part);
        }
    }
}
