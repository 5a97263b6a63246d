using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>The settings that <c>finalize_load</c> runs under, so that the limit has no other ones.</summary>
internal static class LoaderSettings
{
    /// <summary>As name=setting.</summary>
    public static Task<IReadOnlyList<string>> ReadAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken) =>
        dataSource.QueryAsync("""
            SELECT s FROM pg_proc, unnest(proconfig) s
            WHERE pronamespace = 'exograph'::regnamespace AND proname = 'finalize_load' AND s NOT LIKE 'search_path=%'
            UNION ALL
            SELECT s.name || '=' || current_setting(s.name)
            FROM exograph_private.take_settings(), (VALUES ('work_mem'), ('maintenance_work_mem')) AS s (name)
            """, r => r.GetString(0), cancellationToken);

    /// <summary>A data source whose sessions have them.</summary>
    public static async Task<NpgsqlDataSource> ApplyAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var plain = NpgsqlDataSource.Create(connectionString);
        var settings = await ReadAsync(plain, cancellationToken);
        return NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
        {
            Options = string.Join(' ', settings.Select(s => $"-c {s}")),
            CommandTimeout = 0,
        });
    }
}
