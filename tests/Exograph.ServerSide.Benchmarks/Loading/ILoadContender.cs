using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>How much a contender is given: one that would take hours runs on a part of the corpus.</summary>
internal enum Pace
{
    /// <summary>Everything.</summary>
    Whole,

    /// <summary>As many packages as a client that sends rows in chunks gets through.</summary>
    Chunks,

    /// <summary>As many as one that sends or takes rows one by one gets through.</summary>
    Rows,
}

/// <summary>What of the corpus the index holds before.</summary>
internal enum Standing
{
    Nothing,

    /// <summary>The first half of the packages.</summary>
    Half,

    /// <summary>Everything: the same rows are loaded again.</summary>
    All,
}

/// <summary>A way to bring a corpus into the index tables.</summary>
internal interface ILoadContender
{
    /// <summary>Why some are <see cref="UnfitForStanding"/>.</summary>
    const string BlindOnConflict = "an identity ends in load_id, so ON CONFLICT does not see the fact that a load has brought, and "
        + "stores it twice";

    /// <summary>What the command line and the results call it.</summary>
    string Name { get; }

    /// <summary>What it does, in a line.</summary>
    string Description { get; }

    Pace Pace { get; }

    IndexForm Form => IndexForm.Sets;

    /// <summary>What the index holds before, loaded by the library.</summary>
    Standing Standing => Standing.Nothing;

    /// <summary>Why it cannot load into an index that holds rows already; null where it can.</summary>
    string? UnfitForStanding => null;

    /// <summary>Whether it brings the schema along and wants a database without one.</summary>
    bool WantsEmptyDatabase => false;

    /// <summary>Whether it can run here.</summary>
    bool IsAvailable(BenchmarkServer server) => true;

    /// <summary>Writes the files that it will load from, once per corpus. Not timed.</summary>
    Task PrepareInputAsync(InputContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Makes a fresh database fit for it. Not timed.</summary>
    Task PrepareDatabaseAsync(NpgsqlDataSource dataSource, string input, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    /// <summary>Loads the corpus: everything committed, indexed and analyzed. Timed, in a process of its own.</summary>
    Task LoadAsync(ContenderContext context, CancellationToken cancellationToken);

    /// <summary>Copies what it has loaded elsewhere into the database, to be compared. Not timed.</summary>
    Task PresentAsync(NpgsqlDataSource dataSource, string input, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>What a contender may prepare its input from.</summary>
internal sealed record InputContext
{
    public required Corpus Corpus { get; init; }

    /// <summary>Where its files go: an empty directory of its own.</summary>
    public required string Directory { get; init; }

    /// <summary>A database that holds the corpus, in the form of the contender.</summary>
    public required NpgsqlDataSource Reference { get; init; }

    /// <summary>Where PostgreSQL's programs are.</summary>
    public required string BinDirectory { get; init; }

    /// <summary>Most sessions at once.</summary>
    public required int Jobs { get; init; }
}
