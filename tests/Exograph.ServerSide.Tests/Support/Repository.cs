namespace Exograph.ServerSide.Tests.Support;

/// <summary>The files of this repository, as they stand.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string PathOf(string file) => Path.Combine(Root, file);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Exograph.ServerSide.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests must run inside the repository.");
    }
}
