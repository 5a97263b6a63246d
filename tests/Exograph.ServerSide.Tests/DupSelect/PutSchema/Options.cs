using System.Text.Json;
using Exograph.ServerSide.Tests.Loading;

namespace Exograph.ServerSide.Tests.DupSelect.PutSchema;

/// <summary>What the caller of put_schema says.</summary>
internal sealed record Options(string OnExisting, string WithoutKey, string OnReject, long? RejectLimit)
{
    public static Options Random(Random random) => new(
        random.Next(6) switch { 0 => "fail", < 3 => "update", _ => "keep" },
        random.Next(5) == 0 ? "match" : "append",
        random.Next(5) == 0 ? "fail" : "skip",
        random.Next(10) == 0 ? random.Next(3) : null);

    /// <summary>How many rejects there may be.</summary>
    public long? MostRejects => OnReject == "fail" ? 0 : RejectLimit;

    /// <summary>The arguments of put_schema.</summary>
    public string Arguments(IReadOnlyList<ShapeTable> tables)
    {
        var mapping = new Dictionary<string, object>();
        var keys = new Dictionary<string, object>();
        foreach (var table in tables.Where(t => t.InSource))
        {
            var wishes = new Dictionary<string, object>();
            if (table.Ordered)
                wishes["order_by"] = "\"the order\"";
            if (table.OnExisting is not null)
                wishes["on_existing"] = table.OnExisting;
            if (table.WithoutKey is not null)
                wishes["without_key"] = table.WithoutKey;
            if (wishes.Count > 0)
                mapping[table.QuotedName] = wishes;
            if (table.Named is not null)
                keys[$"dst.{table.QuotedName}"] = table.Named.Select(Sql.Name);
        }
        return $"'src', 'dst', {Json(mapping)}, {Json(keys)}, on_existing => '{OnExisting}', without_key => '{WithoutKey}', "
            + $"on_reject => '{OnReject}', reject_limit => {RejectLimit?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "NULL"}";
    }

    private static string Json(Dictionary<string, object> value) =>
        value.Count == 0 ? "NULL" : Sql.Literal(JsonSerializer.Serialize(value));
}
