using System.Text.Json;
using System.Text.Unicode;

namespace Exograph.ServerSide.Bundles;

/// <summary>Reads NDJSON into staging: the file of one table, or a stream whose lines name their tables.</summary>
internal sealed class NdjsonReader(string file, BundleOptions options)
{
    /// <summary>Member that names the table of a line, in a stream.</summary>
    public const string TableMember = "table";

    /// <summary>Columns of which a line of the table had a member.</summary>
    public IReadOnlyList<StagedColumn> Columns { get; private set; } = [];

    /// <summary>Line of the current row.</summary>
    public long Line { get; private set; }

    /// <returns>Rows read.</returns>
    public async Task<long> ReadTableAsync(
        RowTable table, Stream input, OpenTable open, NumberShift.Reader numbers, CancellationToken cancellationToken)
    {
        await using var rows = await open(table.Columns);
        var parser = new JsonRowParser(table, ignoredMember: null);
        await ReadLinesAsync(input, line => WriteRow(line, parser, rows, numbers), cancellationToken);
        await rows.CompleteAsync(cancellationToken);
        Columns = parser.Seen;
        return rows.Rows;
    }

    /// <summary>Reads the lines of a table for their members alone.</summary>
    public async Task ReadMembersAsync(RowTable table, Stream input, CancellationToken cancellationToken)
    {
        var parser = new JsonRowParser(table, ignoredMember: null);
        await ReadLinesAsync(input, line =>
        {
            parser.Parse(line.Span);
            return null;
        }, cancellationToken);
        Columns = parser.Seen;
    }

    /// <summary>Only a stream whose end record counts the rows that came is whole: a producer may die at the end of a line.</summary>
    public async Task ReadStreamAsync(
        Stream input, LoadSession session, NumberShift.Reader numbers, RowHashes rowLines, CancellationToken cancellationToken)
    {
        var tables = new Dictionary<StagedTable, (JsonRowParser Parser, TableStream Rows)>();
        RowCounts? end = null;
        try
        {
            var lines = await ReadLinesAsync(input, line =>
            {
                if (end is not null)
                    throw new BadValueException("expected nothing behind the end record, found a further line");
                if (FindTable(line.Span) is not { } table)
                {
                    end = RowCounts.ParseEnd(line.Span);
                    CheckCounts(end, tables.Values.ToDictionary(t => t.Rows.Table, t => t.Rows.Rows));
                    return null;
                }
                if (!tables.TryGetValue(table, out var open))
                {
                    tables[table] = open = (new JsonRowParser(table, TableMember), session.OpenTable(table, table.Columns));
                    open.Rows.RowEnded = rowLines.Add;
                }
                return WriteRow(line, open.Parser, open.Rows, numbers);
            }, cancellationToken);
            if (end is null)
                throw NoEnd(lines);
            foreach (var (_, rows) in tables.Values)
                await rows.CompleteAsync(cancellationToken);
        }
        finally
        {
            foreach (var (_, rows) in tables.Values)
                await rows.DisposeAsync();
        }
    }

    private BundleException NoEnd(long lines) => lines == 0
        ? new(file, $"expected rows and an end record such as {RowCounts.EndExample}, found nothing")
        : new(file, $"expected an end record such as {RowCounts.EndExample} behind it, found the end: the producer has not finished",
            lines);

    private static void CheckCounts(RowCounts counts, Dictionary<StagedTable, long> rows)
    {
        foreach (var table in StagedTable.All)
        {
            var (expected, found) = (counts[table], rows.GetValueOrDefault(table));
            if (expected != found)
                throw new BadValueException($"expected {expected} rows of {table.Name}, as the end record counts them, found {found}");
        }
    }

    /// <summary>
    /// Hands each line to <paramref name="write"/>, which returns the stream to end the row of, or null where it was no row.
    /// </summary>
    /// <returns>Lines read.</returns>
    private async Task<long> ReadLinesAsync(
        Stream input, Func<ReadOnlyMemory<byte>, IRowTarget?> write, CancellationToken cancellationToken)
    {
        var lines = new LineReader(input, file, options.LongestLine);
        long? blank = null;
        while (await lines.ReadAsync(cancellationToken))
        {
            Line = lines.Number;
            if (lines.Line.Span.Trim(" \t\r"u8).IsEmpty)
            {
                blank ??= lines.Number;
                continue;
            }
            if (blank is not null)
                throw new BundleException(file, "expected a JSON object, found a blank line", blank);
            IRowTarget? rows;
            try
            {
                CheckUtf8(lines.Line.Span);
                rows = write(lines.Line);
            }
            catch (BadValueException e)
            {
                throw new BundleException(file, e.Message, lines.Number, e.Column, e);
            }
            if (rows is not null)
                await rows.EndRowAsync(cancellationToken);
        }
        return lines.Number;
    }

    private static IRowTarget WriteRow(
        ReadOnlyMemory<byte> line, JsonRowParser parser, IRowTarget rows, NumberShift.Reader numbers)
    {
        parser.Parse(line.Span);
        parser.Write(rows.BeginRow(), line.Span, numbers);
        return rows;
    }

    /// <summary>The table of a line; null where it is the end record.</summary>
    private static StagedTable? FindTable(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line, JsonText.Options);
            reader.Read();
            var isObject = reader.TokenType == JsonTokenType.StartObject;
            while (isObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isTable = reader.ValueTextEquals(TableMember);
                reader.Read();
                if (isTable && reader.TokenType == JsonTokenType.String)
                {
                    if (reader.ValueTextEquals(RowCounts.EndOfStream))
                        return null;
                    return StagedTable.Find(JsonText.String(ref reader))
                        ?? throw BadValueException.Expected($"a table ({Bundle.TableNames})", reader.ValueSpan, TableMember);
                }
                reader.Skip();
            }
        }
        catch (JsonException e)
        {
            throw JsonText.Syntax(e);
        }
        throw new BadValueException($"expected an object whose member \"{TableMember}\" names its table, found another line");
    }

    private static void CheckUtf8(ReadOnlySpan<byte> line)
    {
        if (!Utf8.IsValid(line))
            throw new BadValueException($"expected UTF-8, found another byte at position {Excerpt.FirstInvalid(line)}");
    }
}
