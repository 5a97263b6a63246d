using System.Data.Common;
using System.Diagnostics;
using System.Globalization;

namespace Exograph.ServerSide.Benchmarks.Reading;

/// <summary>A session with a database.</summary>
internal sealed class AskedDatabase(DbConnection connection) : IDisposable
{
    /// <summary>Runs a query and reads all that it returns; nothing is prepared before.</summary>
    public Answer Ask(string sql)
    {
        var watch = Stopwatch.StartNew();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<object[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            for (var n = 0; n < row.Length; n++)
                row[n] = reader.GetValue(n);
            rows.Add(row);
        }
        return new Answer(watch.Elapsed.TotalMilliseconds, rows);
    }

    public void Dispose() => connection.Dispose();
}

/// <summary>What a query returned, and how long that took.</summary>
internal sealed record Answer(double Milliseconds, IReadOnlyList<object[]> Rows)
{
    /// <summary>The rows as lines that can be compared, whatever types a database counts in.</summary>
    public IReadOnlyList<string> Lines =>
        [.. Rows.Select(r => string.Join('|', r.Select(v => v is DBNull ? "" : Convert.ToString(v, CultureInfo.InvariantCulture))))];
}
