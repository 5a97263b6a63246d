using Npgsql;

namespace Exograph.ServerSide.Benchmarks.DupSelect;

/// <summary>A table with a surrogate id, which is unique by its name, or by its name and its parent.</summary>
internal sealed class Level
{
    private readonly Func<FlatRow, string> _name;
    private readonly bool _hasPayload;

    private Level(string table, string? parent, Func<FlatRow, string> name, bool hasPayload = false)
    {
        (Table, Parent, _name, _hasPayload) = (table, parent, name, hasPayload);
        Key = parent is null ? ["name"] : [parent, "name"];
        Columns = hasPayload ? [.. Key, "description"] : Key;
        Insert = $"INSERT INTO dup_bench.{table} ({string.Join(", ", Columns)}) "
            + $"VALUES ({string.Join(", ", Columns.Select((_, i) => $"${i + 1}"))}) "
            + $"ON CONFLICT ({string.Join(", ", Key)}) DO NOTHING RETURNING id";
        Select = $"SELECT id FROM dup_bench.{table} WHERE {string.Join(" AND ", Key.Select((c, i) => $"{c} = ${i + 1}"))}";
    }

    public static IReadOnlyList<Level> One { get; } = [new("specimen", null, row => row.Name, hasPayload: true)];

    public static IReadOnlyList<Level> Three { get; } =
    [
        new("country", null, row => row.Country),
        new("place", "country_id", row => row.Place),
        new("specimen", "place_id", row => row.Name, hasPayload: true),
    ];

    public string Table { get; }

    public string? Parent { get; }

    public IReadOnlyList<string> Key { get; }

    public IReadOnlyList<string> Columns { get; }

    /// <summary>Gives the id, or nothing where the key stands.</summary>
    public string Insert { get; }

    public string Select { get; }

    public NpgsqlParameter[] Arguments(FlatRow row, long parent, bool insert)
    {
        var arguments = new List<NpgsqlParameter>(3);
        if (Parent is not null)
            arguments.Add(new NpgsqlParameter<long> { TypedValue = parent });
        arguments.Add(new NpgsqlParameter<string> { TypedValue = _name(row) });
        if (_hasPayload && insert)
            arguments.Add(new NpgsqlParameter<string> { TypedValue = row.Description });
        return [.. arguments];
    }
}
