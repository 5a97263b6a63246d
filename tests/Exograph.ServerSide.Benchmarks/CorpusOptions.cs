using System.CommandLine;

namespace Exograph.ServerSide.Benchmarks;

/// <summary>The options by which the generated corpus is chosen.</summary>
internal sealed class CorpusOptions
{
    public static IReadOnlyDictionary<string, int> Sizes { get; } = new Dictionary<string, int>
    {
        ["tiny"] = 2_000,
        ["small"] = 20_000,
        ["medium"] = 200_000,
        ["corpus"] = 1_000_000,
    };

    public CorpusOptions() => Size.AcceptOnlyFromAmong([.. Sizes.Keys]);

    public Option<string> Size { get; } = new("--size")
    {
        Description = $"Fragments of the corpus: {string.Join(", ", Sizes.Select(s => $"{s.Key} {s.Value:N0}"))}.",
        DefaultValueFactory = _ => "small",
    };

    public Option<int?> Fragments { get; } = new("--fragments") { Description = "Fragments of the corpus, in place of a size." };

    public Option<int> Seed { get; } = new("--seed") { Description = "Seed of the generated corpus.", DefaultValueFactory = _ => 1 };

    public int FragmentsOf(ParseResult arguments) => arguments.GetValue(Fragments) ?? Sizes[arguments.GetValue(Size)!];

    /// <summary>Whether the size was asked for.</summary>
    public bool IsGiven(ParseResult arguments) =>
        arguments.GetResult(Fragments) is { Implicit: false } || arguments.GetResult(Size) is { Implicit: false };
}

/// <summary>The option by which settings of the server are changed.</summary>
internal static class ServerSettings
{
    public static Option<string[]> Option() => new("--set") { Description = "A server setting, as maintenance_work_mem=1GB." };

    public static IReadOnlyDictionary<string, string> Of(ParseResult arguments, Option<string[]> option) =>
        (arguments.GetValue(option) ?? []).Select(s => s.Split('=', 2)).ToDictionary(s => s[0], s => s[^1]);
}
