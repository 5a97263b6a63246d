using Npgsql;

namespace Exograph.ServerSide.Tests.Readme;

/// <summary>The example of an inserter view that docs/row-wise.md shows, between the markers.</summary>
internal static class RowExample
{
    public static async Task<Dictionary<string, int>> RunAsync(
        NpgsqlDataSource dataSource, string[] terms, CancellationToken cancellationToken)
    {
        // README
        await using var command = dataSource.CreateCommand(
            "INSERT INTO exograph_in.terms (term) SELECT term FROM unnest($1) AS term ORDER BY term RETURNING term, id");
        command.Parameters.AddWithValue(terms);

        var ids = new Dictionary<string, int>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            ids[reader.GetString(0)] = reader.GetInt32(1);
        return ids;
        // README
    }
}
