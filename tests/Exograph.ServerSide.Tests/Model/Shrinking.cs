namespace Exograph.ServerSide.Tests.Model;

/// <summary>Finds a small case that still fails.</summary>
internal static class Shrinking
{
    private const int MostAttempts = 600;

    /// <summary>Leaves pieces out, in ever smaller portions, as long as some failure stays.</summary>
    public static async Task<IReadOnlyList<T>> SmallestAsync<T>(
        IReadOnlyList<T> pieces, Func<IReadOnlyList<T>, Task<IReadOnlyList<string>>> differences)
    {
        var attempts = 0;
        for (var portion = (pieces.Count + 1) / 2; portion > 0; portion /= 2)
        {
            var again = true;
            while (again)
            {
                again = false;
                for (var from = pieces.Count - portion; from >= 0 && attempts < MostAttempts; from -= portion)
                {
                    var fewer = pieces.Where((_, i) => i < from || i >= from + portion).ToList();
                    attempts++;
                    if ((await differences(fewer)).Count == 0)
                        continue;
                    pieces = fewer;
                    again = portion == 1;
                }
            }
        }
        return pieces;
    }
}
