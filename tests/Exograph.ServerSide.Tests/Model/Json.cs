using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Exograph.ServerSide.Tests.Model;

/// <summary>A jsonb value: the last of equal keys counts, numbers are equal by value but keep their scale.</summary>
internal sealed class Json : IComparable<Json>
{
    private readonly JsonElement _root;

    public Json(string text)
    {
        Text = text;
        using var document = JsonDocument.Parse(text);
        _root = document.RootElement.Clone();
        Stored = Render(_root, keepScale: true);
        Value = Render(_root, keepScale: false);
    }

    /// <summary>The text as it is staged.</summary>
    public string Text { get; }

    /// <summary>A canonical text that tells 1 from 1.0, as PostgreSQL's output does.</summary>
    public string Stored { get; }

    /// <summary>A canonical text that is equal for equal values.</summary>
    public string Value { get; }

    public int CompareTo(Json? other) => Compare(_root, other!._root);

    /// <summary>The order of PostgreSQL's jsonb, with its exception: an empty array at the top sorts before a scalar.</summary>
    private static int Compare(JsonElement left, JsonElement right, bool top = true)
    {
        var objects = left.ValueKind == JsonValueKind.Object || right.ValueKind == JsonValueKind.Object;
        if (top && !objects && IsEmptyArray(left) != IsEmptyArray(right))
            return IsEmptyArray(left) ? -1 : 1;
        if (Rank(left.ValueKind) != Rank(right.ValueKind))
            return Rank(left.ValueKind).CompareTo(Rank(right.ValueKind));
        return left.ValueKind switch
        {
            JsonValueKind.String => Cell.CompareText(left.GetString()!, right.GetString()!),
            JsonValueKind.Number => left.GetDecimal().CompareTo(right.GetDecimal()),
            JsonValueKind.True or JsonValueKind.False => left.GetBoolean().CompareTo(right.GetBoolean()),
            JsonValueKind.Array => CompareArrays(left, right),
            JsonValueKind.Object => CompareObjects(Members(left), Members(right)),
            _ => 0,
        };
    }

    private static int CompareArrays(JsonElement left, JsonElement right)
    {
        var lengths = left.GetArrayLength().CompareTo(right.GetArrayLength());
        return lengths != 0
            ? lengths
            : left.EnumerateArray().Zip(right.EnumerateArray(), (l, r) => Compare(l, r, top: false)).FirstOrDefault(c => c != 0);
    }

    private static int CompareObjects(List<KeyValuePair<string, JsonElement>> left, List<KeyValuePair<string, JsonElement>> right)
    {
        if (left.Count != right.Count)
            return left.Count.CompareTo(right.Count);
        foreach (var (l, r) in left.Zip(right))
        {
            var keys = Cell.CompareText(l.Key, r.Key);
            var order = keys != 0 ? keys : Compare(l.Value, r.Value, top: false);
            if (order != 0)
                return order;
        }
        return 0;
    }

    private static bool IsEmptyArray(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array && element.GetArrayLength() == 0;

    private static int Rank(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Null => 0,
        JsonValueKind.String => 1,
        JsonValueKind.Number => 2,
        JsonValueKind.True or JsonValueKind.False => 3,
        JsonValueKind.Array => 4,
        _ => 5,
    };

    /// <summary>The members of an object in the order in which jsonb holds them: shorter keys first, then bytewise.</summary>
    private static List<KeyValuePair<string, JsonElement>> Members(JsonElement element)
    {
        var members = new Dictionary<string, JsonElement>();
        foreach (var member in element.EnumerateObject())
            members[member.Name] = member.Value;
        return
        [
            .. members
                .OrderBy(member => Encoding.UTF8.GetByteCount(member.Key))
                .ThenBy(member => member.Key, Comparer<string>.Create(Cell.CompareText)),
        ];
    }

    private static string Render(JsonElement element, bool keepScale) => element.ValueKind switch
    {
        JsonValueKind.Object => "{"
            + string.Join(", ", Members(element).Select(m => $"{Cell.Quote(m.Key)}: {Render(m.Value, keepScale)}")) + "}",
        JsonValueKind.Array => "[" + string.Join(", ", element.EnumerateArray().Select(e => Render(e, keepScale))) + "]",
        JsonValueKind.String => Cell.Quote(element.GetString()!),
        JsonValueKind.Number => element.GetDecimal().ToString(keepScale ? "G" : "G29", CultureInfo.InvariantCulture),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };
}
