namespace Exograph.ServerSide;

/// <summary>Names of others in statements.</summary>
internal static class Identifier
{
    /// <summary>Most bytes of a name.</summary>
    public const int Longest = 63;

    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A name such as <paramref name="wanted"/> that none of <paramref name="taken"/> is.</summary>
    public static string Free(string wanted, IEnumerable<string> taken)
    {
        var names = taken.ToHashSet(StringComparer.Ordinal);
        var free = wanted;
        for (var i = 2; names.Contains(free); i++)
            free = $"{wanted}_{i}";
        return free;
    }
}
