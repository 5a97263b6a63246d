namespace Exograph.ServerSide.Tests.Model;

internal enum Operation
{
    Load,
    Replace,
    InsertRows,
    Abandon,
    AbandonOld,
    ResolveTerms,
    MergePartitions,
    Undo,
    Delete,
    SweepTerms,
}

/// <summary>One step of a sequence.</summary>
/// <param name="Operation">What is done.</param>
/// <param name="Bundle">The rows, of what brings rows.</param>
/// <param name="Seed">Decides the rest, so that a step is the same whatever else is left out.</param>
/// <param name="Crash">When a first attempt fails, if one does.</param>
internal sealed record SequenceStep(Operation Operation, Bundle Bundle, int Seed, CrashPoint? Crash)
{
    /// <summary>Does it, and returns what is wrong then.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(TestIndex index)
    {
        var random = new Random(Seed);
        return Operation switch
        {
            Operation.Load => await index.LoadAsync(Bundle, random, crash: Crash),
            Operation.Replace => await index.LoadAsync(Bundle, random, replaces: true, crash: Crash),
            Operation.InsertRows => await index.InsertAsync(Bundle, random),
            Operation.Abandon => await index.AbandonAsync(Bundle, random),
            Operation.AbandonOld => await index.AbandonOldAsync(Bundle, random, Crash),
            Operation.ResolveTerms => await index.ResolveTermsAsync(Bundle),
            Operation.MergePartitions => await index.MergePartitionsAsync(keep: random.Next(3), Crash),
            Operation.Undo => await UndoAsync(index, random),
            Operation.Delete => await DeleteAsync(index, random),
            _ => await index.SweepTermsAsync(Crash),
        };
    }

    private async Task<IReadOnlyList<string>> UndoAsync(TestIndex index, Random random)
    {
        var dependents = random.Next(2) == 0;
        // Nobody leans on the last one.
        var load = index.Loads.ElementAtOrDefault(random.Next(5) == 0 ? index.Loads.Count - 1 : random.Next(index.Loads.Count));
        return load == 0 ? [] : await index.UndoAsync(load, dependents, Crash);
    }

    private async Task<IReadOnlyList<string>> DeleteAsync(TestIndex index, Random random)
    {
        var table = random.Next(2) == 0 ? BundleTable.Packages : BundleTable.PackageVersions;
        var keys = index.KeysOf(table);
        return keys.Count == 0 ? [] : await index.DeleteAsync(keys[random.Next(keys.Count)], Crash);
    }

    public override string ToString() =>
        $"{Operation} by seed {Seed}{(Crash is null ? "" : $", first {Crash}")}\n{Bundle}";
}
