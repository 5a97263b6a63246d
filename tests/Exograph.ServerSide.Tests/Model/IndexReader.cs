namespace Exograph.ServerSide.Tests.Model;

/// <summary>Puts natural keys in the place of the ids of an index that is read parents first.</summary>
/// <param name="givenHashes">The content hashes that bundles brought, as cells are rendered.</param>
internal sealed class IndexReader(IReadOnlySet<string> givenHashes)
{
    private const int DigestBytes = 32;

    private readonly Dictionary<(string Table, long Id), RowKey> _keys = [];
    private readonly Dictionary<RowKey, long> _ids = [];

    public IndexContent Content { get; } = new();

    /// <summary>The id of a dimension row; 0 where there is none, which shows as a row that is missing.</summary>
    public long IdOf(RowKey key) => _ids.GetValueOrDefault(key);

    public void Add(BundleTable table, object?[] row, int load)
    {
        var cells = table.Columns
            .Select((column, i) => column.RefersTo is { } parent && row[i] is long id ? KeyOf(parent, id) : row[i])
            .ToArray();
        if (table == BundleTable.Fragments)
            ForgetComputedHash(cells);
        var key = BundleValidation.KeyOf(table, cells);
        if (table.IsDimension)
        {
            var id = (long)row[0]!;
            _keys.Add((table.Name, id), key);
            _ids[key] = id;
        }
        Content.Add(table, key, cells, load);
    }

    public void AddFilePath(long file, string path, int load) => Content.AddFilePath(KeyOf("files", file), path, load);

    private RowKey KeyOf(string table, long id) => _keys.GetValueOrDefault((table, id)) ?? new RowKey(table, $"orphan {id}");

    /// <summary>A hash that no bundle brought is a computed one: the model knows its length only.</summary>
    private void ForgetComputedHash(object?[] cells)
    {
        var position = BundleTable.Fragments.Position("content_hash");
        if (cells[position] is byte[] { Length: DigestBytes } hash && !givenHashes.Contains(Cell.Render(hash)))
            cells[position] = null;
    }
}
