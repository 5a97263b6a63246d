using System.Reflection;

namespace Exograph.ServerSide.Tests.Support;

/// <summary>The files of this repository, as they stand.</summary>
internal static class Repository
{
    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "RepositoryRoot").Value!;

    public static string PathOf(string file) => Path.Combine(Root, file);
}
