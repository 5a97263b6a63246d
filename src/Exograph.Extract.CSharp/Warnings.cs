namespace Exograph.Extract.CSharp;

/// <summary>Passes warnings on, up to a number: a tree of others could fill a log.</summary>
internal sealed class Warnings(Action<string>? warn)
{
    private const int MaxWarnings = 1_000;

    public long Count { get; private set; }

    public void Add(string warning)
    {
        if (++Count <= MaxWarnings)
            warn?.Invoke(warning);
        else if (Count == MaxWarnings + 1)
            warn?.Invoke("further warnings are counted only");
    }
}
