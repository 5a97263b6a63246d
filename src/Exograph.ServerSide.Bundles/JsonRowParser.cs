using System.Buffers;
using System.Text.Json;

namespace Exograph.ServerSide.Bundles;

/// <summary>
/// Parses one line of NDJSON. Members come in any order, fields are written in that of the columns: so the places of the values
/// are noted first, and nothing is allocated per row.
/// </summary>
internal sealed class JsonRowParser(RowTable table, string? ignoredMember)
{
    private readonly int[] _dimensions = [.. table.Columns.Select(c => c.Dimension)];
    private readonly Value[] _values = new Value[table.Columns.Count];
    private readonly List<long> _elements = [];
    private readonly bool[] _seen = new bool[table.Columns.Count];
    private bool _isOfTable = ignoredMember is not null;
    private int _next;

    /// <summary>Columns of which a line so far had a member.</summary>
    public IReadOnlyList<StagedColumn> Seen => [.. table.Columns.Where((_, i) => _seen[i])];

    /// <summary>Notes where the values of the line are, and checks its form.</summary>
    public void Parse(ReadOnlySpan<byte> line)
    {
        Array.Clear(_values);
        _next = 0;
        try
        {
            var reader = new Utf8JsonReader(line, JsonText.Options);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new BadValueException($"expected a JSON object, found {Kind(reader.TokenType)}");
            var ignoredSeen = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (ignoredMember is not null && reader.ValueTextEquals(ignoredMember))
                {
                    if (ignoredSeen)
                        throw BadValueException.Expected("each member once", reader.ValueSpan, ignoredMember);
                    ignoredSeen = true;
                    reader.Read();
                }
                else
                {
                    ParseMember(ref reader);
                }
            }
            reader.Read(); // refuses whatever follows the object
        }
        catch (JsonException e)
        {
            throw JsonText.Syntax(e);
        }
    }

    /// <summary>Writes the fields of the line that was parsed.</summary>
    public void Write(CopyEncoder encoder, ReadOnlySpan<byte> line, NumberShift.Reader numbers)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            var column = table.Columns[i];
            try
            {
                Write(encoder, column, _dimensions[i], _values[i], line, numbers);
            }
            catch (Exception e) when (e is BadValueException or FieldException)
            {
                throw new BadValueException(e.Message, column.Name, e);
            }
        }
    }

    private void ParseMember(ref Utf8JsonReader reader)
    {
        var index = FindColumn(ref reader);
        if (index < 0)
        {
            // What is no bundle may be a file that somebody else was not to read: nothing of it is repeated.
            throw _isOfTable || reader.ValueTextEquals(NdjsonReader.TableMember)
                ? BadValueException.Expected($"members of {table}", reader.ValueSpan)
                : new BadValueException($"expected members of {table}, found another");
        }
        _isOfTable = true;
        _seen[index] = true;
        _next = index + 1;
        if (_values[index].Type != JsonTokenType.None)
            throw new BadValueException("expected each member once", table.Columns[index].Name);
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        var type = reader.TokenType;
        var isEscaped = reader.ValueIsEscaped;
        try
        {
            if (table.Columns[index].Type is ColumnType.Jsonb or ColumnType.Json)
                JsonText.CheckValue(ref reader);
            else
                reader.Skip();
        }
        catch (BadValueException e)
        {
            throw new BadValueException(e.Message, table.Columns[index].Name, e);
        }
        _values[index] = new Value(type, start, (int)reader.BytesConsumed - start, isEscaped);
    }

    private static string Kind(JsonTokenType type) => type switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        _ => "another value",
    };

    /// <summary>Members mostly come in the order of the columns.</summary>
    private int FindColumn(ref Utf8JsonReader reader)
    {
        if (_next < table.Columns.Count && reader.ValueTextEquals(table.Columns[_next].Name))
            return _next;
        for (var i = 0; i < table.Columns.Count; i++)
        {
            if (reader.ValueTextEquals(table.Columns[i].Name))
                return i;
        }
        return -1;
    }

    private void Write(CopyEncoder encoder, StagedColumn column, int dimension, Value value,
        ReadOnlySpan<byte> line, NumberShift.Reader numbers)
    {
        var text = line.Slice(value.Start, value.Length);
        switch (value.Type, column.Type)
        {
            case (JsonTokenType.None or JsonTokenType.Null, _):
                encoder.Missing(column);
                break;
            case (JsonTokenType.Number, ColumnType.BigInt or ColumnType.Integer):
                Fields.Number(encoder, column, dimension, Fields.Parse(text, column.Type), numbers);
                break;
            case (JsonTokenType.String, ColumnType.Text or ColumnType.Bytea):
                WriteString(encoder, column, value, text);
                break;
            case (JsonTokenType.StartArray, ColumnType.BigIntArray or ColumnType.IntegerArray):
                ParseArray(text);
                Fields.Array(encoder, column, dimension, _elements, numbers);
                break;
            case (_, ColumnType.Jsonb):
                encoder.Jsonb(text);
                break;
            case (_, ColumnType.Json):
                encoder.Json(text);
                break;
            case (JsonTokenType.StartArray, ColumnType.Literal):
                Fields.Text(encoder, ArrayLiteral.Of(text));
                break;
            case (JsonTokenType.String, >= ColumnType.Boolean):
                WriteString(encoder, column, value, text);
                break;
            case (JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False, ColumnType.Literal):
                Fields.Text(encoder, text);
                break;
            case (JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False, >= ColumnType.Boolean):
                Scalars.Write(encoder, column.Type, text);
                break;
            default:
                throw BadValueException.Expected(column.Type switch
                {
                    ColumnType.Text or ColumnType.Literal => "a string",
                    ColumnType.Bytea => $"a string of {Fields.Expected(column.Type)}",
                    _ => Fields.Expected(column.Type),
                }, text);
        }
    }

    private static void WriteString(CopyEncoder encoder, StagedColumn column, Value value, ReadOnlySpan<byte> quoted)
    {
        if (!value.IsEscaped)
        {
            Write(encoder, column, quoted[1..^1]);
            return;
        }
        var scratch = ArrayPool<byte>.Shared.Rent(quoted.Length);
        try
        {
            var reader = new Utf8JsonReader(quoted);
            reader.Read();
            Write(encoder, column, scratch.AsSpan(0, Unescape(ref reader, scratch)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }

        static void Write(CopyEncoder encoder, StagedColumn column, ReadOnlySpan<byte> text)
        {
            if (column.Type is ColumnType.Text or ColumnType.Literal)
                Fields.Text(encoder, text);
            else if (column.Type == ColumnType.Bytea)
                Fields.Bytea(encoder, text);
            else
                Scalars.Write(encoder, column.Type, text);
        }
    }

    private static int Unescape(ref Utf8JsonReader reader, byte[] target)
    {
        try
        {
            return reader.CopyString(target);
        }
        catch (InvalidOperationException e)
        {
            throw JsonText.LoneSurrogate(reader.ValueSpan, e);
        }
    }

    private void ParseArray(ReadOnlySpan<byte> text)
    {
        _elements.Clear();
        var reader = new Utf8JsonReader(text, JsonText.Options);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number)
                throw BadValueException.Expected(Fields.Expected(ColumnType.BigInt), text[(int)reader.TokenStartIndex..(int)reader.BytesConsumed]);
            _elements.Add(Fields.Parse(reader.ValueSpan, ColumnType.BigInt));
        }
    }

    private readonly record struct Value(JsonTokenType Type, int Start, int Length, bool IsEscaped);
}
