using System.Runtime.ExceptionServices;
using DbUp.Engine;
using DbUp.Support;
using Npgsql;

namespace Exograph.ServerSide;

/// <summary>
/// Installs Exograph in a database or brings it up to date, by DbUp. Run-once scripts are journalled in
/// <c>exograph.schemaversions</c>; re-runnable code is applied again as a whole when any of it has changed. Several migrators may
/// run at once: they take turns.
/// </summary>
internal sealed class Migrator
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly MigrationScripts _scripts;

    /// <summary>A migrator for the database of <paramref name="dataSource"/>, which it opens connections of its own to.</summary>
    public Migrator(NpgsqlDataSource dataSource) : this(dataSource, MigrationScripts.Embedded)
    {
    }

    internal Migrator(NpgsqlDataSource dataSource, MigrationScripts scripts)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = dataSource;
        _scripts = scripts;
    }

    /// <summary>
    /// How long a first installation waits for another, whose first script takes less than a second; and how long a script waits
    /// for a lock where lock_timeout is not set.
    /// </summary>
    internal TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Applies what is new: each migration in a transaction of its own, all code in one.</summary>
    /// <param name="progress">Is told the name of each script before it runs.</param>
    /// <param name="cancellationToken">Cancels; scripts that are done stay done.</param>
    /// <returns>Names of the scripts that this run applied: none where the database was up to date.</returns>
    /// <exception cref="MigrationException">A script failed, or the database is newer than this library.</exception>
    /// <exception cref="NpgsqlException">The server cannot be reached.</exception>
    public Task<IReadOnlyList<string>> MigrateAsync(
        IProgress<string>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run<IReadOnlyList<string>>(
            async () =>
            {
                try
                {
                    return Apply(progress, cancellationToken);
                }
                catch (MigrationException e) when (e is { SqlState: PostgresErrorCodes.LockNotAvailable, Detail: null })
                {
                    throw await InUseAsync(e, cancellationToken).ConfigureAwait(false);
                }
            },
            cancellationToken);

    /// <summary>Names of the scripts that <see cref="MigrateAsync"/> would apply. Changes nothing.</summary>
    /// <exception cref="MigrationException">The database is newer than this library.</exception>
    /// <exception cref="NpgsqlException">The server cannot be reached.</exception>
    public Task<IReadOnlyList<string>> GetPendingAsync(CancellationToken cancellationToken = default) =>
        Task.Run<IReadOnlyList<string>>(
            () => [.. Engine(longestWait: null, null, cancellationToken).GetScriptsToExecute().Select(s => s.Name)],
            cancellationToken);

    /// <summary>
    /// The whole installation as one script for psql, to be reviewed and run by hand. It applies what is new, as
    /// <see cref="MigrateAsync"/> does, and applies all re-runnable code.
    /// </summary>
    public static string Print(bool textSearch = false) => MigrationPrinter.Print(MigrationScripts.Embedded, textSearch);

    /// <summary>Builds the indexes for searching texts, as the owner of all.</summary>
    /// <exception cref="NpgsqlException">The server cannot be reached, or refuses.</exception>
    public async Task AddTextIndexesAsync(CancellationToken cancellationToken)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            foreach (var statement in MigrationSql.AddTextIndexes)
            {
                var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 0 };
                await using (command.ConfigureAwait(false))
                    await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The server does not tell for whom a script has waited: those are named who have something of Exograph open.</summary>
    private async Task<MigrationException> InUseAsync(MigrationException e, CancellationToken cancellationToken)
    {
        var command = _dataSource.CreateCommand(MigrationSql.Holders);
        await using (command.ConfigureAwait(false))
        {
            var holders = await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as string;
            return new MigrationException(e.Message, e)
            {
                Script = e.Script,
                Line = e.Line,
                SqlState = e.SqlState,
                Detail = $"In use by {holders ?? "nobody any more"}.",
                Hint = "What is applied already stays. Let them end, or pg_terminate_backend ends them, and migrate again, perhaps with a "
                    + "longer lock_timeout.",
            };
        }
    }

    private List<string> Apply(IProgress<string>? progress, CancellationToken cancellationToken)
    {
        var engine = Engine(LongestWait, progress, cancellationToken);
        var applied = new List<string>();
        while (true)
        {
            var result = engine.PerformUpgrade();
            if (result.Error is { } error)
                ExceptionDispatchInfo.Throw(error);
            var before = applied.Count;
            applied.AddRange(result.Scripts.Select(s => s.Name));
            if (applied.Count == before)
                return applied;
        }
    }

    /// <summary>An engine that takes its turn, and applies what is due next; without a longest wait it only looks, at all that is.</summary>
    private UpgradeEngine Engine(TimeSpan? longestWait, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        var builder = PostgresqlExtensions.PostgresqlDatabase(new MigrationConnections(_dataSource, cancellationToken), "exograph")
            .WithScripts(_scripts.Migrations.Concat(_scripts.Code))
            .WithScriptSorter(scripts => scripts)
            .JournalTo((connections, log) => new MigrationJournal(connections, log, _scripts, longestWait, cancellationToken));
        builder.Configure(c => c.ScriptExecutor = new MigrationExecutor(c, progress, cancellationToken));
        if (longestWait is not null)
            builder.WithFilter(new NextScripts(_scripts.Migrations));
        return builder.WithTransaction().WithExecutionTimeout(TimeSpan.Zero).LogToNowhere().Build();
    }

    /// <summary>What one transaction applies: a migration or, after the last one, all code.</summary>
    private sealed class NextScripts(IReadOnlyList<MigrationScript> migrations) : IScriptFilter
    {
        public IEnumerable<SqlScript> Filter(
            IEnumerable<SqlScript> sorted, HashSet<string> executedScriptNames, ScriptNameComparer comparer)
        {
            var due = sorted.Where(s => !executedScriptNames.Contains(s.Name)).ToList();
            return due.Count > 0 && migrations.Contains(due[0]) ? [due[0]] : due;
        }
    }
}
