using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>Makes the tables, runs a method on them and checks what it left.</summary>
internal sealed class Database(NpgsqlConnection connection)
{
    /// <summary>What the input must have become, by the query that tells.</summary>
    private readonly Dictionary<string, HashSum> _contents = [];

    public static async Task<HashSum> ReadSumAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new HashSum(reader.GetInt64(0), await reader.IsDBNullAsync(1, cancellationToken) ? 0 : reader.GetDecimal(1));
    }

    /// <summary>Clears away what earlier rounds left in the catalog.</summary>
    public Task CleanAsync(CancellationToken cancellationToken) => ExecuteAsync("VACUUM", cancellationToken);

    /// <summary>Puts the input where the server's methods find it, and returns the seconds the COPY took.</summary>
    public async Task<double> PutInputAsync(FlatRow[] rows, CancellationToken cancellationToken)
    {
        _contents.Clear();
        // COPY only appends where its transaction made the table: otherwise 37 of 100,000 rows went where there was room, and a
        // scan did not meet the rows by number.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync("""
            DROP SCHEMA IF EXISTS dup_bench CASCADE;
            DROP SCHEMA IF EXISTS dup_input CASCADE;
            CREATE SCHEMA dup_input;
            CREATE UNLOGGED TABLE dup_input.input (
                input_row   bigint NOT NULL,
                country     text COLLATE "C" NOT NULL,
                place       text COLLATE "C" NOT NULL,
                name        text COLLATE "C" NOT NULL,
                description text NOT NULL
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
                await writer.WriteAsync(row.Description, cancellationToken);
            }
            await writer.CompleteAsync(cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
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

        var before = await CountersAsync(cancellationToken);
        var watch = Stopwatch.StartNew();
        Answer answer;
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            answer = await method.RunAsync(connection, rows, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        var seconds = watch.Elapsed.TotalSeconds;
        var after = await CountersAsync(cancellationToken);

        connection.UnprepareAll();
        await CheckAsync(method, answer, cancellationToken);
        return new Cost(
            seconds, (long)(after.WalBytes - before.WalBytes), (long)(after.Xids - before.Xids),
            await BurntIdsAsync(method.Layout, cancellationToken));
    }

    private async Task CheckAsync(Method method, Answer answer, CancellationToken cancellationToken)
    {
        if (!_contents.TryGetValue(method.Layout.Expected, out var wanted))
            _contents.Add(method.Layout.Expected, wanted = await SumAsync(method.Layout.Expected, cancellationToken));
        var content = await SumAsync(method.Layout.Content, cancellationToken);
        if (content != wanted)
            throw new WrongResultException(
                $"{method.FullName}: its tables do not hold the distinct input rows: {content}, not {wanted}.");

        await using var command = new NpgsqlCommand(method.Layout.ExpectedKeys, connection);
        var expected = await ReadSumAsync(command, cancellationToken);
        var given = answer.Ids is { } ids ? await SumAsync(ids, cancellationToken) : answer.Keys;
        if (given is not null && given != expected)
            throw new WrongResultException($"{method.FullName}: not every input row got its own key: {given}, not {expected}.");

        if (method.Scans is { } index && await ScansAsync(index, cancellationToken) == 0)
            throw new WrongResultException($"{method.FullName}: the index {index} was never scanned.");
    }

    private async Task<HashSum> SumAsync(string query, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT count(*), sum(hash_record_extended(r, 0)) FROM ({query}) r", connection);
        return await ReadSumAsync(command, cancellationToken);
    }

    private async Task<HashSum> SumAsync(long[] ids, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            Sql.Keys("unnest($1::bigint[]) WITH ORDINALITY AS i(id, input_row)", "i.id"), connection);
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = ids });
        return await ReadSumAsync(command, cancellationToken);
    }

    private async Task<(decimal WalBytes, decimal Xids)> CountersAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("""
            SELECT pg_current_wal_insert_lsn() - '0/0', pg_snapshot_xmax(pg_current_snapshot())::text::numeric
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetDecimal(0), reader.GetDecimal(1));
    }

    private async Task<long> ScansAsync(string index, CancellationToken cancellationToken)
    {
        await ExecuteAsync("SELECT pg_stat_force_next_flush()", cancellationToken);
        return await ScalarAsync<long>($"SELECT pg_stat_get_numscans('dup_bench.{index}'::regclass)", cancellationToken);
    }

    /// <summary>Sequence values that no row carries; null where there is no sequence.</summary>
    private async Task<long?> BurntIdsAsync(Layout layout, CancellationToken cancellationToken)
    {
        var levels = layout.Levels == 1 ? Level.One : Level.Three;
        var counts = levels.Select(level => $"(SELECT count(*) FROM dup_bench.{level.Table})");
        await using var command = new NpgsqlCommand($"""
            SELECT (sum(last_value) - {string.Join(" - ", counts)})::bigint
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

/// <summary>A method did not do what it should.</summary>
internal sealed class WrongResultException(string message) : Exception(message);
