using System.Globalization;
using Npgsql;

namespace Exograph.ServerSide.Benchmarks.Loading;

/// <summary>What a contender has produced: the rows, and the valid keys, indexes and foreign keys.</summary>
internal sealed record IndexContents(IReadOnlyList<TableDigest> Tables, IReadOnlySet<string> Keys)
{
    public static async Task<IndexContents> ReadAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var tables = await IndexDigest.ReadAsync(dataSource, cancellationToken);
        return new IndexContents(tables, await ReadKeysAsync(dataSource, cancellationToken));
    }

    public static async Task<IReadOnlySet<string>> ReadKeysAsync(
        NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var schema = await IndexSchema.ReadAsync(dataSource, cancellationToken);
        return schema.Indexes.SelectMany(i => (string?[])[i.Create, i.AddConstraint]).OfType<string>()
            .Concat(schema.ForeignKeys.Select(k => k.Add)).ToHashSet();
    }

    /// <summary>Where it is unlike what was expected, in words.</summary>
    public IEnumerable<string> DifferencesFrom(IndexContents expected)
    {
        foreach (var (wanted, found) in expected.Tables.Zip(Tables).Where(p => p.First != p.Second))
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{wanted.Table}: {found.Rows:N0} rows for {wanted.Rows:N0}, hash {found.Hash} for {wanted.Hash}");
        }
        foreach (var key in expected.Keys.Except(Keys))
            yield return $"lacking: {key}";
        foreach (var key in Keys.Except(expected.Keys))
            yield return $"superfluous: {key}";
    }
}
