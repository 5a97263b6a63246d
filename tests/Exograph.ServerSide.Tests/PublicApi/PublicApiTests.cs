using System.Reflection;
using Exograph.EmbeddedPostgres;
using Exograph.ServerSide.Bundles;
using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.PublicApi;

/// <summary>What the libraries offer against the listings in this folder, so that a diff shows what a change means to their users.</summary>
[Trait("Kind", "Lint")]
public sealed class PublicApiTests
{
    private const string Folder = "tests/Exograph.ServerSide.Tests/PublicApi/";

    private static readonly Assembly[] s_libraries =
        [typeof(ExographClient).Assembly, typeof(Bundle).Assembly, typeof(EmbeddedPostgresServer).Assembly];

    public static TheoryData<string> Libraries => [.. s_libraries.Select(a => a.GetName().Name!)];

    [Theory]
    [MemberData(nameof(Libraries))]
    public async Task The_public_surface_is_the_one_that_was_reviewed(string library)
    {
        var actual = ApiListing.Of(s_libraries.Single(a => a.GetName().Name == library));

        var file = Repository.PathOf($"{Folder}{library}.txt");
        if (Environment.GetEnvironmentVariable("EXOGRAPH_UPDATE_PUBLIC_API") == "1")
            await File.WriteAllTextAsync(file, actual);
        // To accept a change, run once with EXOGRAPH_UPDATE_PUBLIC_API=1 and commit the difference.
        Assert.Equal(await File.ReadAllTextAsync(file), actual);
    }

    [Fact]
    public void Public_classes_are_sealed_or_made_by_the_library_alone()
    {
        var open = s_libraries.SelectMany(a => a.GetExportedTypes())
            .Where(t => t.IsClass && !t.IsSealed)
            .Where(t => t.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Any(c => c.IsPublic || c.IsFamily && !IsCopy(c) || c.IsFamilyOrAssembly));
        Assert.Empty(open);

        static bool IsCopy(ConstructorInfo c) => c.GetParameters() is [var p] && p.ParameterType == c.DeclaringType;
    }

    [Fact]
    public void What_is_asynchronous_takes_a_cancellation_token_last()
    {
        var without = s_libraries.SelectMany(a => a.GetExportedTypes())
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(m => m.Name.EndsWith("Async", StringComparison.Ordinal) && m.Name != "DisposeAsync")
            .Where(m => m.GetParameters().LastOrDefault()?.ParameterType != typeof(CancellationToken))
            .Select(m => $"{m.DeclaringType!.Name}.{m.Name}");
        Assert.Empty(without);
    }
}
