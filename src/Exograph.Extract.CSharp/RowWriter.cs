using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Exograph.Extract.CSharp;

/// <summary>Writes the rows of one table as JSON lines into a buffer, which tables may share.</summary>
internal sealed class RowWriter : IDisposable
{
    private static readonly JsonWriterOptions s_options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _buffer;
    private readonly Utf8JsonWriter _json;
    private readonly string? _table;

    public RowWriter(ArrayBufferWriter<byte> buffer, string? table)
    {
        _buffer = buffer;
        _json = new Utf8JsonWriter(buffer, s_options);
        _table = table;
    }

    /// <summary>Rows written so far.</summary>
    public long Rows { get; private set; }

    public RowWriter Begin()
    {
        _json.Reset();
        _json.WriteStartObject();
        if (_table is not null)
            _json.WriteString("table"u8, _table);
        return this;
    }

    /// <summary>Writes a number; null is left out.</summary>
    public RowWriter Number(ReadOnlySpan<byte> column, long? value)
    {
        if (value is { } number)
            _json.WriteNumber(column, number);
        return this;
    }

    /// <summary>Writes the package and the version that a row belongs to, which have one number; null is left out.</summary>
    public RowWriter Package(long? number) => Number("package_id"u8, number).Number("package_version_id"u8, number);

    /// <summary>Writes a text; null is left out.</summary>
    public RowWriter Text(ReadOnlySpan<byte> column, string? value)
    {
        if (value is not null)
            _json.WriteString(column, value);
        return this;
    }

    public RowWriter Bytes(ReadOnlySpan<byte> column, ReadOnlySpan<byte> value)
    {
        var length = 5 + value.Length * 2;
        var quoted = ArrayPool<byte>.Shared.Rent(length);
        "\"\\\\x"u8.CopyTo(quoted);
        Convert.TryToHexStringLower(value, quoted.AsSpan(4), out _);
        quoted[length - 1] = (byte)'"';
        _json.WritePropertyName(column);
        _json.WriteRawValue(quoted.AsSpan(0, length), skipInputValidation: true);
        ArrayPool<byte>.Shared.Return(quoted);
        return this;
    }

    public RowWriter Numbers(ReadOnlySpan<byte> column, ReadOnlySpan<long> values)
    {
        _json.WriteStartArray(column);
        foreach (var value in values)
            _json.WriteNumberValue(value);
        _json.WriteEndArray();
        return this;
    }

    /// <summary>Writes a member whose value is JSON already.</summary>
    public RowWriter Json(ReadOnlySpan<byte> column, ReadOnlySpan<byte> value)
    {
        _json.WritePropertyName(column);
        _json.WriteRawValue(value, skipInputValidation: true);
        return this;
    }

    public void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _buffer.Write("\n"u8);
        Rows++;
    }

    public void Dispose() => _json.Dispose();
}
