using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>Makes the tables, runs a method on them and checks what it left.</summary>
internal sealed class Database(NpgsqlConnection connection)
{
    public static async Task<Keys?> ReadKeysAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new Keys(reader.GetInt64(0), reader.GetDecimal(1));
    }

    /// <summary>Puts the input where the server's methods find it, and returns the seconds the COPY took.</summary>
    public async Task<double> PutInputAsync(FlatRow[] rows, CancellationToken cancellationToken)
    {
        await ExecuteAsync("""
            DROP SCHEMA IF EXISTS dup_bench CASCADE;
            DROP SCHEMA IF EXISTS dup_input CASCADE;
            CREATE SCHEMA dup_input;
            CREATE UNLOGGED TABLE dup_input.input (
                input_row bigint NOT NULL,
                country   text COLLATE "C" NOT NULL,
                place     text COLLATE "C" NOT NULL,
                name      text COLLATE "C" NOT NULL,
                note      text NOT NULL
            ) WITH (autovacuum_enabled = false);
            """, cancellationToken);
        var watch = Stopwatch.StartNew();
        await using (var writer = await connection.BeginBinaryImportAsync(
            "COPY dup_input.input FROM STDIN (FORMAT binary)", cancellationToken))
        {
            foreach (var row in rows)
            {
                await writer.StartRowAsync(cancellationToken);
                await writer.WriteAsync(row.Number, NpgsqlDbType.Bigint, cancellationToken);
                await writer.WriteAsync(row.Country, cancellationToken);
                await writer.WriteAsync(row.Place, cancellationToken);
                await writer.WriteAsync(row.Name, cancellationToken);
                await writer.WriteAsync(row.Note, cancellationToken);
            }
            await writer.CompleteAsync(cancellationToken);
        }
        var seconds = watch.Elapsed.TotalSeconds;
        await ExecuteAsync("ANALYZE dup_input.input", cancellationToken);
        return seconds;
    }

    /// <summary>Runs the method on empty tables in one transaction; throws where its result is wrong.</summary>
    public async Task<Cost> RunAsync(Method method, FlatRow[] rows, CancellationToken cancellationToken)
    {
        await ExecuteAsync($"""
            DROP SCHEMA IF EXISTS dup_bench CASCADE;
            CREATE SCHEMA dup_bench;
            {method.Layout.Create}
            {method.Setup}
            """, cancellationToken);

        var walBefore = await ScalarAsync<decimal>("SELECT pg_current_wal_insert_lsn() - '0/0'", cancellationToken);
        var watch = Stopwatch.StartNew();
        Keys? keys;
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            keys = await method.RunAsync(connection, rows, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        var seconds = watch.Elapsed.TotalSeconds;
        var walBytes = await ScalarAsync<decimal>("SELECT pg_current_wal_insert_lsn() - '0/0'", cancellationToken) - walBefore;

        connection.UnprepareAll();
        await CheckAsync(method, keys, cancellationToken);
        return new Cost(seconds, (double)walBytes, await BurntIdsAsync(method.Layout, cancellationToken));
    }

    private async Task CheckAsync(Method method, Keys? keys, CancellationToken cancellationToken)
    {
        var different = await ScalarAsync<long>($"""
            WITH content AS ({method.Layout.Content}), expected AS ({method.Layout.Expected})
            SELECT count(*)
            FROM ((TABLE content EXCEPT ALL TABLE expected) UNION ALL (TABLE expected EXCEPT ALL TABLE content)) d
            """, cancellationToken);
        if (different > 0)
            throw new InvalidOperationException($"{method.FullName}: {different} rows are missing, or are not what they should be.");

        await using var command = new NpgsqlCommand(method.Layout.ExpectedKeys, connection);
        var expected = await ReadKeysAsync(command, cancellationToken);
        if (keys is not null && keys != expected)
            throw new InvalidOperationException($"{method.FullName}: gave the keys {keys} for the input rows, not {expected}.");

        if (method.Scans is { } index && await ScansAsync(index, cancellationToken) == 0)
            throw new InvalidOperationException($"{method.FullName}: the index {index} was never scanned.");
    }

    private async Task<long> ScansAsync(string index, CancellationToken cancellationToken)
    {
        await ExecuteAsync("SELECT pg_stat_force_next_flush()", cancellationToken);
        return await ScalarAsync<long>($"SELECT pg_stat_get_numscans('dup_bench.{index}'::regclass)", cancellationToken);
    }

    /// <summary>Sequence values that no row carries; null where there is no sequence.</summary>
    private async Task<long?> BurntIdsAsync(Layout layout, CancellationToken cancellationToken)
    {
        string[] tables = layout.Levels == 1 ? ["specimen"] : ["country", "place", "specimen"];
        await using var command = new NpgsqlCommand($"""
            SELECT (sum(last_value) - {string.Join(" - ", tables.Select(t => $"(SELECT count(*) FROM dup_bench.{t})"))})::bigint
            FROM pg_sequences
            WHERE schemaname = 'dup_bench'
            """, connection);
        return await command.ExecuteScalarAsync(cancellationToken) as long?;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}

/// <summary>What one run of a method took.</summary>
internal readonly record struct Cost(double Seconds, double WalBytes, long? BurntIds);
