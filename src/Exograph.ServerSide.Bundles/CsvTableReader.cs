using System.Text;
using System.Text.Unicode;
using CsvHelper;

namespace Exograph.ServerSide.Bundles;

/// <summary>Reads a table's CSV file into staging.</summary>
internal sealed class CsvTableReader(InputFile file, BundleOptions options)
{
    private readonly List<long> _elements = [];

    /// <summary>Columns that the header names.</summary>
    public IReadOnlyList<StagedColumn> Columns { get; private set; } = [];

    /// <summary>Line of the current row.</summary>
    public long Line { get; private set; }

    /// <returns>Rows read.</returns>
    public async Task<long> ReadAsync(
        Stream input, OpenTable open, NumberShift.Reader numbers, CancellationToken cancellationToken)
    {
        await using var utf8 = new Utf8Stream(input, file.Name);
        await using var csv = Open(utf8);
        try
        {
            await csv.ReadHeaderAsync(cancellationToken);
            var columns = ReadHeader(csv.Headers);
            Columns = columns;
            int[] dimensions = [.. columns.Select(c => c.Dimension)];
            await using var rows = await open(columns);
            while (await csv.ReadAsync(cancellationToken))
            {
                Line = csv.LineNumber;
                WriteRow(csv, rows, dimensions, numbers);
                await rows.EndRowAsync(cancellationToken);
            }
            await rows.CompleteAsync(cancellationToken);
            return rows.Rows;
        }
        catch (CsvFormatException e)
        {
            throw new BundleException(file.Name, Problem(e), e.LineNumber > 0 ? e.LineNumber : null, inner: e);
        }
    }

    /// <summary>Reads the header alone.</summary>
    public async Task ReadHeaderAsync(Stream input, CancellationToken cancellationToken)
    {
        await using var utf8 = new Utf8Stream(input, file.Name);
        await using var csv = Open(utf8);
        try
        {
            await csv.ReadHeaderAsync(cancellationToken);
            Columns = ReadHeader(csv.Headers);
        }
        catch (CsvFormatException e)
        {
            throw new BundleException(file.Name, Problem(e), e.LineNumber > 0 ? e.LineNumber : null, inner: e);
        }
    }

    private CsvReader Open(Utf8Stream input) => CsvReader.Create(input, new CsvReaderOptions
    {
        Separator = ',',
        SkipEmptyLines = false,
        MalformedData = CsvMalformedDataHandling.Throw,
        TrackLineNumbers = true,
        MaxRecordSize = options.LongestLine,
    });

    private List<StagedColumn> ReadHeader(IReadOnlyList<string> names)
    {
        if (names.Count == 0 || names is [""])
            throw new BundleException(file.Name, "expected a header line with the names of the columns, found none", 1);
        var columns = new List<StagedColumn>();
        foreach (var name in names)
        {
            var column = file.Rows.Columns.FirstOrDefault(c => c.Name == name)
                ?? throw new BundleException(file.Name, Unknown(name, names), 1);
            if (columns.Contains(column))
                throw new BundleException(file.Name, "expected each column once in the header", 1, name);
            columns.Add(column);
        }
        var missing = file.Rows.Columns.Where(c => c.Required).Except(columns).Select(c => c.Name).ToList();
        if (missing.Count > 0)
            throw new BundleException(file.Name, $"expected the required columns {string.Join(", ", missing)} in the header", 1);
        return columns;
    }

    /// <summary>What is no bundle may be a file that somebody else was not to read: nothing of it is repeated.</summary>
    private string Unknown(string name, IReadOnlyList<string> names) =>
        $"expected columns of {file.Rows}, found " + (names.Any(n => file.Rows.Columns.Any(c => c.Name == n))
            ? Excerpt.Of(Encoding.UTF8.GetBytes(name))
            : "no name of any");

    private void WriteRow(CsvReader csv, IRowTarget rows, int[] dimensions, NumberShift.Reader numbers)
    {
        var columns = rows.Columns;
        if (csv.FieldCount != columns.Count)
            throw new BundleException(file.Name, $"expected {columns.Count} fields, found {csv.FieldCount}", csv.LineNumber);
        var encoder = rows.BeginRow();
        for (var i = 0; i < dimensions.Length; i++)
        {
            try
            {
                WriteField(encoder, columns[i], dimensions[i], csv.GetSpan(i), csv.GetRawSpan(i), numbers);
            }
            catch (Exception e) when (e is BadValueException or FieldException)
            {
                throw new BundleException(file.Name, e.Message, csv.LineNumber, columns[i].Name, e);
            }
        }
    }

    /// <summary>An empty field is null without quotes, and the empty text with them.</summary>
    private void WriteField(CopyEncoder encoder, StagedColumn column, int dimension,
        ReadOnlySpan<byte> value, ReadOnlySpan<byte> raw, NumberShift.Reader numbers)
    {
        if (raw.IsEmpty)
        {
            encoder.Missing(column);
            return;
        }
        switch (column.Type)
        {
            case ColumnType.BigInt or ColumnType.Integer:
                Fields.Number(encoder, column, dimension, Fields.Parse(value, column.Type), numbers);
                break;
            case ColumnType.Text:
                CheckUtf8(value);
                Fields.Text(encoder, value);
                break;
            case ColumnType.Bytea:
                Fields.Bytea(encoder, value);
                break;
            case ColumnType.BigIntArray or ColumnType.IntegerArray:
                ParseArray(value);
                Fields.Array(encoder, column, dimension, _elements, numbers);
                break;
            case ColumnType.Jsonb:
                CheckUtf8(value);
                JsonText.Check(value);
                encoder.Jsonb(value);
                break;
            case ColumnType.Json:
                CheckUtf8(value);
                JsonText.Check(value);
                encoder.Json(value);
                break;
            case ColumnType.Literal:
                CheckUtf8(value);
                Fields.Text(encoder, value);
                break;
            default:
                Scalars.Write(encoder, column.Type, value);
                break;
        }
    }

    private void ParseArray(ReadOnlySpan<byte> text)
    {
        _elements.Clear();
        if (text is not [(byte)'{', .. var list, (byte)'}'])
            throw BadValueException.Expected("whole numbers as {1,2,3}", text);
        if (list.IsEmpty)
            return;
        foreach (var range in list.Split((byte)','))
            _elements.Add(Fields.Parse(list[range], ColumnType.BigInt));
    }

    private static void CheckUtf8(ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text))
            throw new BadValueException($"expected UTF-8, found another byte at position {Excerpt.FirstInvalid(text)}");
    }

    private string Problem(CsvFormatException e) => e.Message.Contains("MaxRecordSize", StringComparison.Ordinal)
        ? $"expected records of at most {options.LongestLine:N0} bytes, found a longer one; a quote may be missing"
        : $"expected CSV as of RFC 4180: {e.Message}";
}
