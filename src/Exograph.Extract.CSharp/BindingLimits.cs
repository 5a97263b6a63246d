namespace Exograph.Extract.CSharp;

/// <summary>How much is bound by the compiler before names are resolved by syntax alone.</summary>
internal static class BindingLimits
{
    // What is held of a package while it is bound, at worst: its trees, and the symbols that are made of them.
    private const int BytesPerChar = 64;
    private const int BytesPerSkeletonChar = 128;

    /// <summary>Characters of source that a package may have to be bound.</summary>
    public static long MaxChars(long maxMemory) => maxMemory / BytesPerChar;

    /// <summary>Characters of skeletons that are held at once of referenced projects.</summary>
    public static long MaxSkeletonChars(long maxMemory) => maxMemory / 2 / BytesPerSkeletonChar;

    /// <summary>How often a lambda may have to be bound: once for each overload of each call that it is an argument of.</summary>
    public const long MaxLambdaBindings = 100_000;

    /// <summary>
    /// Nodes around another up to which names are bound: 20,000 calls in a chain, twice as deep, took 48 s, and 20,000 times else if 73.
    /// People write some 50.
    /// </summary>
    public const int MaxDepth = 6_000;
}
