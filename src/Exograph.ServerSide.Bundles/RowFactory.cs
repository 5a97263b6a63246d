using System.Buffers.Binary;
using System.Linq.Expressions;
using System.Text;

namespace Exograph.ServerSide.Bundles;

/// <summary>Makes typed rows of fields in the binary format of COPY. A column is the property of its name.</summary>
internal static class RowFactory<TRow> where TRow : StagedRow
{
    private const int ArrayHeader = 20;
    private const int BigIntElement = 12;
    private const int IntegerElement = 8;

    private static readonly StagedTable s_table = StagedTable.For<TRow>();

    /// <summary>Makes a row of the fields of all columns.</summary>
    /// <exception cref="BadValueException">A field is NULL whose property is not nullable.</exception>
    public static Func<ReadOnlyMemory<byte>?[], TRow> Create { get; } = Compile();

    private static Func<ReadOnlyMemory<byte>?[], TRow> Compile()
    {
        var fields = Expression.Parameter(typeof(ReadOnlyMemory<byte>?[]));
        var bindings = s_table.Columns.Select((column, i) =>
        {
            var name = string.Concat(column.Name.Split('_').Select(part => char.ToUpperInvariant(part[0]) + part[1..]));
            var property = typeof(TRow).GetProperty(name)!;
            var field = Expression.ArrayIndex(fields, Expression.Constant(i));
            Expression value = column.Type switch
            {
                ColumnType.BigInt => Read(BigInt),
                ColumnType.Integer => Read(Integer),
                ColumnType.Text => Expression.Call(((Func<ReadOnlyMemory<byte>?, string?>)Text).Method, field),
                ColumnType.Bytea => Read(Bytea),
                ColumnType.BigIntArray => Read(BigIntArray),
                ColumnType.IntegerArray => Read(IntegerArray),
                _ => Expression.Call(((Func<ReadOnlyMemory<byte>?, string?>)Jsonb).Method, field),
            };
            return Expression.Bind(property, column.Required ? Expression.Convert(Required(value, column), property.PropertyType) : value);

            Expression Read<T>(Func<ReadOnlyMemory<byte>, T> read) where T : struct =>
                Expression.Condition(
                    Expression.Property(field, "HasValue"),
                    Expression.Convert(Expression.Call(read.Method, Expression.Property(field, "Value")), typeof(T?)),
                    Expression.Constant(null, typeof(T?)));
        });
        var row = Expression.MemberInit(Expression.New(typeof(TRow)), bindings);
        return Expression.Lambda<Func<ReadOnlyMemory<byte>?[], TRow>>(row, fields).Compile();
    }

    private static BinaryExpression Required(Expression value, StagedColumn column) => Expression.Coalesce(
        value, Expression.Throw(Expression.Call(((Func<string, BadValueException>)Missing).Method, Expression.Constant(column.Name)),
            Nullable.GetUnderlyingType(value.Type) ?? value.Type));

    private static BadValueException Missing(string column) => new BadValueException("expected a value, found none", column);

    private static long BigInt(ReadOnlyMemory<byte> field) => BinaryPrimitives.ReadInt64BigEndian(field.Span);

    private static int Integer(ReadOnlyMemory<byte> field) => BinaryPrimitives.ReadInt32BigEndian(field.Span);

    private static string? Text(ReadOnlyMemory<byte>? field) => field is { } text ? Encoding.UTF8.GetString(text.Span) : null;

    private static ReadOnlyMemory<byte> Bytea(ReadOnlyMemory<byte> field) => field.ToArray();

    private static ReadOnlyMemory<long> BigIntArray(ReadOnlyMemory<byte> field) =>
        Array(field, BigIntElement, BinaryPrimitives.ReadInt64BigEndian);

    private static ReadOnlyMemory<int> IntegerArray(ReadOnlyMemory<byte> field) =>
        Array(field, IntegerElement, BinaryPrimitives.ReadInt32BigEndian);

    private static T[] Array<T>(ReadOnlyMemory<byte> field, int element, Func<ReadOnlySpan<byte>, T> read)
    {
        if (field.Length < ArrayHeader)
            return [];
        var elements = new T[(field.Length - ArrayHeader) / element];
        for (var i = 0; i < elements.Length; i++)
            elements[i] = read(field.Span[(ArrayHeader + i * element + sizeof(int))..]);
        return elements;
    }

    /// <summary>Text behind the version of its format.</summary>
    private static string? Jsonb(ReadOnlyMemory<byte>? field) => field is { } json ? Encoding.UTF8.GetString(json.Span[1..]) : null;
}
