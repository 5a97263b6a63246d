using System.ComponentModel.DataAnnotations.Schema;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;

namespace Exograph.ServerSide;

/// <summary>
/// How objects of a type are rows: a public property that can be read is the column of its name, <c>UnitPrice</c> that of
/// <c>unit_price</c>, or the one that a <see cref="ColumnAttribute"/> names.
/// </summary>
internal static class RowShape<T>
{
    private static readonly (PropertyInfo Property, string Column)[] s_properties =
    [
        .. from p in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
           where p.GetMethod is { IsPublic: true } && p.GetIndexParameters().Length == 0
               && p.GetCustomAttribute<NotMappedAttribute>() is null
           select (p, p.GetCustomAttribute<ColumnAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name)),
    ];

    private static readonly bool[] s_nullable = [.. s_properties.Select(p => IsNullable(p.Property))];

    /// <summary>The table that the type is named after, or that its <see cref="TableAttribute"/> names.</summary>
    public static string Table { get; } =
        typeof(T).GetCustomAttribute<TableAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(typeof(T).Name);

    /// <summary>The columns, in the order of the properties.</summary>
    public static IReadOnlyList<string> Columns { get; } = [.. s_properties.Select(p => p.Column)];

    /// <summary>The values of a row.</summary>
    public static Func<T, object?[]> Values { get; } = Compile();

    /// <summary>Whether the property of a column may be null.</summary>
    public static bool MayBeNull(int column) => s_nullable[column];

    private static Func<T, object?[]> Compile()
    {
        var row = Expression.Parameter(typeof(T));
        var values = Expression.NewArrayInit(
            typeof(object), s_properties.Select(p => Expression.Convert(Expression.Property(row, p.Property), typeof(object))));
        return Expression.Lambda<Func<T, object?[]>>(values, row).Compile();
    }

    private static bool IsNullable(PropertyInfo property) =>
        new NullabilityInfoContext().Create(property).ReadState != NullabilityState.NotNull;
}
