using Npgsql;

namespace Exograph.ServerSide;

/// <summary>
/// Why the server does not know what this library names: it would say "function does not exist, add explicit type casts", where
/// the schema is of another version, or not there.
/// </summary>
internal static class SchemaVersion
{
    /// <summary>What to do where no more is known.</summary>
    public const string Hint = "The schema in this database may not be that of this driver: run exograph-load migrate.";

    /// <summary>What to do where the database is ahead.</summary>
    public const string NewerDriver = "Use a driver at least as new as the one that migrated the database.";

    private static readonly Statement<(string Name, string Sha256)> s_scripts = new("schemaversions",
        "SELECT scriptname, '' FROM exograph.schemaversions UNION ALL SELECT name, sha256 FROM exograph.code_versions",
        r => (r.GetString(0), r.GetString(1)));

    /// <summary>Whether the error may be that of another version. One from inside a function has a context: that was found.</summary>
    public static bool MayDiffer(PostgresException e) => string.IsNullOrEmpty(e.Where) && e.SqlState
        is PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedFunction
        or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn;

    /// <summary>Says how the schema differs from that of this library; null where it does not, or where this role may not know.</summary>
    public static async Task<(string Problem, string Hint)?> ExplainAsync(
        NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await ServerCall.OpenAsync(dataSource, cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                var scripts = await ServerCall.RunAsync(connection, s_scripts, [], cancellationToken).ConfigureAwait(false);
                var found = scripts.ToDictionary(script => script.Name, script => script.Sha256);
                return Compare(found, MigrationScripts.Embedded);
            }
        }
        catch (PostgresException e) when (e.SqlState
            is PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn)
        {
            return ("Exograph is not installed in this database", "Run exograph-load migrate.");
        }
        catch (Exception e) when (e is ConnectionException or PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege })
        {
            return null;
        }
    }

    /// <param name="found">Scripts that the database knows; the hash of code, empty for migrations.</param>
    /// <param name="ours">Those of this library.</param>
    internal static (string Problem, string Hint)? Compare(IReadOnlyDictionary<string, string> found, MigrationScripts ours)
    {
        var names = ours.Migrations.Select(s => s.Name).ToList();
        var unknown = found.Where(f => f.Value.Length == 0).Select(f => f.Key).Except(names).ToList();
        if (unknown.Count > 0)
        {
            return ($"the database is newer than this driver, which does not know {string.Join(", ", unknown)}",
                NewerDriver);
        }
        if (names.Exists(n => !found.ContainsKey(n)))
            return ("the database is older than this driver", "Run exograph-load migrate.");
        var isSame = found.Count == names.Count + ours.Code.Count
            && ours.Code.All(s => found.TryGetValue(s.Name, out var sha256) && sha256 == s.Sha256);
        return isSame
            ? null
            : ("the functions in the database are not those of this driver", "Run exograph-load migrate of the newer of the two.");
    }
}
