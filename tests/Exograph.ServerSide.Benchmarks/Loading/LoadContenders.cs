using Exograph.ServerSide.Benchmarks.Loading.Contenders;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>All contenders, in the order of the report.</summary>
internal static class LoadContenders
{
    public static IReadOnlyList<ILoadContender> All { get; } = [.. new ILoadContender[]
    {
        new RestoreContender(RestoreContender.OfRows, IndexForm.Rows),
        new RestoreContender(RestoreContender.OfSets, IndexForm.Sets),
        new PgRestoreContender("pg_restore-rows", IndexForm.Rows),
        new PgRestoreContender("pg_restore-sets", IndexForm.Sets),
        new LibraryContender(LibraryContender.ContenderName, IdNumbering.Reserved),
        new LibraryContender("loader-pairs", IdNumbering.Reserved, asPairs: true),
        new LibraryContender("loader-numbered", IdNumbering.Numbered),
        new CommandLineContender(),
        new HandWrittenContender(),
        new DuckDbContender("duckdb", resolves: false),
        new DuckDbContender("duckdb-resolved", resolves: true),
        new NaturalKeyContender(),
        new ClientResolvedContender(),
        new ExographContender(),
        new InserterViewContender(),
        new RowByRowContender(),
        new EntityFrameworkContender(),
    }.SelectMany(c => c.UnfitForStanding is null
        ? [c, new StandingContender(c, Standing.Half), new StandingContender(c, Standing.All)] : new[] { c })];

    /// <summary>Whether others are measured by it: it runs on every corpus.</summary>
    public static bool IsYardstick(ILoadContender contender) =>
        contender.Name is RestoreContender.OfRows or RestoreContender.OfSets or LibraryContender.ContenderName;

    /// <summary>Those of a list of names with commas between, or all that can run here.</summary>
    /// <exception cref="ArgumentException">There is no such contender.</exception>
    public static IReadOnlyList<ILoadContender> Choose(string? names, BenchmarkServer server)
    {
        if (names is null)
            return [.. All.Where(c => c.IsAvailable(server))];
        var chosen = names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (chosen.Except(All.Select(c => c.Name)).FirstOrDefault() is { } unknown)
            throw new ArgumentException($"there is no contender {unknown}");
        return [.. All.Where(c => chosen.Contains(c.Name))];
    }

    public static ILoadContender Find(string name) => All.Single(c => c.Name == name);
}
