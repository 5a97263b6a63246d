using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading.Writing;

/// <summary>The ids that a client gives to natural keys, counting on from where the sequence of an empty table is.</summary>
internal sealed class KeyDictionary<TKey> where TKey : notnull
{
    private readonly Dictionary<TKey, long> _ids = [];
    private readonly NpgsqlDataSource _dataSource;
    private readonly string _sequence;
    private long _last;

    private KeyDictionary(NpgsqlDataSource dataSource, string sequence, long last)
    {
        _dataSource = dataSource;
        _sequence = sequence;
        _last = last;
    }

    public static async Task<KeyDictionary<TKey>> CreateAsync(
        NpgsqlDataSource dataSource, string table, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"SELECT pg_get_serial_sequence('{table}', 'id'), nextval(pg_get_serial_sequence('{table}', 'id'))");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new KeyDictionary<TKey>(dataSource, reader.GetString(0), reader.GetInt64(1));
    }

    /// <summary>The id of a key. True where it is new.</summary>
    public bool TryAdd(TKey key, out long id)
    {
        if (_ids.TryGetValue(key, out id))
            return false;
        id = ++_last;
        _ids.Add(key, id);
        return true;
    }

    /// <summary>Tells the server which ids are taken.</summary>
    public Task SaveAsync(CancellationToken cancellationToken) =>
        _dataSource.RunAsync($"SELECT setval('{_sequence}', {_last})", cancellationToken);
}
