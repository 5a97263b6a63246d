using System.Text.Json;
using System.Text.Unicode;
using Exograph.Shared;

namespace Exograph.ServerSide.Bundles;

/// <summary>
/// How many rows of each table a bundle says it has: the end record of a stream, the manifest of a directory. Either is written
/// last, so that what a producer left behind when it died can be told from what it has finished.
/// </summary>
internal sealed class RowCounts
{
    /// <summary>Name of the manifest in a directory.</summary>
    public const string ManifestName = "manifest.json";

    /// <summary>What an end record has in the place of a table.</summary>
    public const string EndOfStream = "end";

    public const string EndExample = """{"table":"end","rows":{"files":3,"terms":12}}""";
    private const string ManifestExample = """{"rows":{"files":3,"terms":12}}""";
    private const string RowsMember = "rows";
    private const int LargestManifest = 1 << 20;

    private readonly Dictionary<string, long> _rows = new(StringComparer.Ordinal);

    /// <summary>The staging tables.</summary>
    public static IReadOnlyList<string> Tables { get; } = [.. StagedTable.All.Select(t => t.Name)];

    /// <summary>Tables of which there are rows.</summary>
    public IEnumerable<string> Counted => _rows.Where(r => r.Value > 0).Select(r => r.Key);

    /// <summary>Rows of a table; 0 where it is not named.</summary>
    public long this[string table] => _rows.GetValueOrDefault(table);

    /// <summary>Rows of a table; 0 where it is not named.</summary>
    public long this[StagedTable table] => this[table.Name];

    /// <summary>Reads a manifest of rows of these tables; null where there is none.</summary>
    public static RowCounts? ReadManifest(string path, IReadOnlyCollection<string> tables)
    {
        if (!Path.Exists(path))
            return null;
        using var file = RegularFile.OpenRead(path);
        if (file.Length > LargestManifest)
            throw new BundleException(path, $"expected at most {LargestManifest:N0} bytes, found {file.Length:N0}");
        var text = new byte[file.Length];
        file.ReadExactly(text);
        try
        {
            return Utf8.IsValid(text)
                ? Parse(text.AsSpan().StartsWith("\uFEFF"u8) ? text.AsSpan(3) : text, tables, isEnd: false)
                : throw new BadValueException($"expected UTF-8, found another byte at position {Excerpt.FirstInvalid(text)}");
        }
        catch (BadValueException e)
        {
            throw new BundleException(path, e.Message, inner: e);
        }
    }

    /// <summary>Parses the end record of a stream, which must be valid UTF-8.</summary>
    public static RowCounts ParseEnd(ReadOnlySpan<byte> line) => Parse(line, Tables, isEnd: true);

    private static RowCounts Parse(ReadOnlySpan<byte> text, IReadOnlyCollection<string> tables, bool isEnd)
    {
        try
        {
            var reader = new Utf8JsonReader(text, JsonText.Options);
            var counts = Read(ref reader, tables, isEnd);
            reader.Read(); // refuses whatever follows the object
            return counts;
        }
        catch (JsonException e)
        {
            throw JsonText.Syntax(e);
        }
    }

    private static RowCounts Read(ref Utf8JsonReader reader, IReadOnlyCollection<string> tables, bool isEnd)
    {
        RowCounts? counts = null;
        var ends = 0;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Malformed(isEnd);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (counts is null && reader.ValueTextEquals(RowsMember) && reader.Read())
                counts = ReadRows(ref reader, tables);
            else if (isEnd && reader.ValueTextEquals(NdjsonReader.TableMember) && ++ends == 1)
                reader.Read();
            else
                throw Malformed(isEnd);
        }
        return counts ?? throw Malformed(isEnd);
    }

    private static RowCounts ReadRows(ref Utf8JsonReader reader, IReadOnlyCollection<string> tables)
    {
        var counts = new RowCounts();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw BadValueException.Expected("an object of tables and their numbers of rows", reader.ValueSpan, RowsMember);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var table = JsonText.String(ref reader);
            if (!tables.Contains(table))
                throw BadValueException.Expected($"tables ({RowTable.List(tables)})", reader.ValueSpan, RowsMember);
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var rows) || rows < 0)
                throw BadValueException.Expected($"the number of rows of {table}", reader.ValueSpan, RowsMember);
            if (!counts._rows.TryAdd(table, rows))
                throw BadValueException.Expected("each table once", reader.ValueSpan, RowsMember);
        }
        return counts;
    }

    private static BadValueException Malformed(bool isEnd) =>
        new(isEnd ? $"expected an end record such as {EndExample}" : $"expected a manifest such as {ManifestExample}");
}
