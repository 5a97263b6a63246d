using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Exograph.ServerSide.Benchmarks.Loading.Writing;

/// <summary>Writes a corpus as a bundle of CSV files, numbered by hand, as docs/bundle-format.md has it.</summary>
internal static class BundleWriter
{
    public static void Write(Corpus corpus, string directory)
    {
        Write("packages", corpus.PackageRows(), directory);
        Write("package_versions", corpus.PackageVersionRows(), directory);
        Write("files", corpus.FileRows(), directory);
        Write("terms", corpus.TermRows(), directory);
        Write("fragments", corpus.FragmentRows(), directory);
        Write("graph_nodes", corpus.GraphNodeRows(), directory);
        Write("comments", corpus.CommentRows(), directory);
        Write("definitions", corpus.DefinitionRows(), directory);
        Write("symbol_references", corpus.SymbolReferenceRows(), directory);
        Write("call_edges", corpus.CallEdgeRows(), directory);
        Write("fragment_terms", corpus.FragmentTermRows(), directory);
    }

    /// <summary>The columns are the properties of the row: FileId is file_id.</summary>
    private static void Write<TRow>(string table, IEnumerable<TRow> rows, string directory) where TRow : StagedRow
    {
        var properties = typeof(TRow).GetProperties(BindingFlags.Public | BindingFlags.Instance);
        using var file = new StreamWriter(
            Path.Combine(directory, $"{table}.csv"), append: false, new UTF8Encoding(false), bufferSize: 1 << 20);
        file.Write(string.Join(',', properties.Select(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name))));
        file.Write('\n');
        foreach (var row in rows)
        {
            for (var n = 0; n < properties.Length; n++)
            {
                if (n > 0)
                    file.Write(',');
                file.Write(Field(properties[n].GetValue(row)));
            }
            file.Write('\n');
        }
    }

    private static string? Field(object? value) => value switch
    {
        null => null,
        string text => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
        ReadOnlyMemory<byte> bytes => $"\\x{Convert.ToHexString(bytes.Span)}",
        ReadOnlyMemory<long> numbers => $"\"{{{string.Join(',', numbers.ToArray())}}}\"",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
