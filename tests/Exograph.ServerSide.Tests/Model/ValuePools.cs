using System.Text;

namespace Exograph.ServerSide.Tests.Model;

/// <summary>Small sets of values to draw from, chosen for what has broken databases before.</summary>
internal sealed class ValuePools
{
    /// <summary>Texts that something might take for each other.</summary>
    private static readonly string[][] s_lookAlikes =
    [
        ["a", "A", "a ", " a", ""],
        ["caf\u00e9", "cafe\u0301", "cafe"],
        ["\u00df", "SS", "ss"],
        ["\u0130", "i", "I"],
        ["it's", "\"q\"", "$$", "%s", "%", "_"],
        ["a\\b", "\\x41", "A", "\\", "\\\\"],
        ["\\N", "null", "NULL", ""],
        ["a,b", "a, b", "(a,b)", "{}"],
        ["a\nb", "a\r\nb", "a\tb", "a b", "\\."],
        ["\ud83d\ude00", "\uff5e", "\uffff", "\ufffd"],
        ["\u00a0", " ", "\u200b", "\ufeff", "\u0001"],
        ["1", "01", "1.0"],
    ];

    public static readonly IReadOnlyList<string> JsonTexts =
    [
        "{}", """{"a": 1}""", """{"a": 1.0}""", """{"a": 1.00}""", """{"bb": 1, "a": 2}""", """{"a": 2, "bb": 1}""",
        """{"a": 1, "a": 3}""", """{"a": null}""", """{"a": {"b": [1, {"c": "d"}]}}""", """{"\u0061": "caf\u00e9"}""",
        """{"a":"café"}""", """{"a":"\\\""}""", "null", "[]", "[[]]", "[1, 2]", "[3]", "1", "1.0", "-0.5", "true", "false",
        "\"x\"", "\"\"",
    ];

    public static readonly IReadOnlyList<string> Texts = [.. s_lookAlikes.SelectMany(texts => texts).Distinct()];

    /// <summary>Terms that everybody has, whatever else they have in common.</summary>
    private static readonly string[] s_commonTerms = ["call", "def"];

    private static readonly int[] s_integers = [0, 1, 2, 3, -1, int.MaxValue, int.MinValue];

    private readonly Random _random;
    private readonly string[] _texts;
    private readonly string[] _terms;
    private readonly int[] _integers;
    private readonly string[] _json;
    private readonly byte[][] _sha256;
    private readonly byte[][] _hashes;

    public ValuePools(Random random)
    {
        _random = random;
        // With hardly any values to choose from, rows are told apart by what is null and what is empty.
        var narrow = random.Next(6) == 0;
        _texts = narrow ? ["", "a"] : [.. Pick(s_lookAlikes), .. random.GetItems(Texts.ToArray(), 2)];
        _integers = narrow ? [0, 1] : s_integers;
        _json = random.GetItems(JsonTexts.ToArray(), 4);
        _terms = [.. _texts, .. Enumerable.Range(0, 2).Select(_ => LongTerm())];
        _sha256 = [.. Enumerable.Range(0, narrow ? 1 : 3).Select(i => Enumerable.Repeat((byte)(i * 0x5c), 32).ToArray())];
        byte[][] shortHashes = [[], [0]];
        _hashes = narrow ? shortHashes : [.. shortHashes, Encoding.UTF8.GetBytes("\\x41"), _sha256[0], Bytes(32), Bytes(500)];
    }

    public object Value(BundleTable table, BundleColumn column) => (column.Name, column.Type) switch
    {
        ("sha256", _) => Pick(_sha256),
        ("term", _) => Pick(_random.Next(3) == 0 ? s_commonTerms : _terms),
        ("sub_hashes", _) => Pick<long[]>([[], [1], [1, 2], [2, 1], [long.MinValue, long.MaxValue]]),
        (_, ColumnType.Bytea) => Pick(_hashes),
        (_, ColumnType.Jsonb) => new Json(Pick(_json)),
        (_, ColumnType.Integer) when table == BundleTable.Fragments || _random.Next(4) == 0 => (long)Pick(_integers),
        (_, ColumnType.Integer) => (long)_random.Next(1, 3),
        _ when column.MaxBytes is { } most && _random.Next(60) == 0 => TextOf(most),
        _ when column.MaxBytes is null && _random.Next(40) == 0 => TextOf(9000),
        _ => Pick(_texts),
    };

    /// <summary>One byte more than the column takes; of a sha256, any wrong size.</summary>
    public object TooLong(BundleColumn column)
    {
        var most = column.MaxBytes!.Value;
        if (column.Name == "sha256")
            return Bytes(Pick<int>([0, 31, 33]));
        return column.Type == ColumnType.Bytea ? Bytes(most + 1) : TextOf(most + 1);
    }

    private string LongTerm() => _random.Next(30) == 0 ? TextOf(1 << 20) : TextOf(Pick<int>([2692, 2693, 8192]));

    /// <summary>So many bytes, random, so that they do not compress, or repetitive.</summary>
    private string TextOf(int bytes)
    {
        if (_random.Next(3) == 0)
            return new string('\u00e9', bytes / 2) + new string('x', bytes % 2);
        return new string(_random.GetItems<char>("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,\\\"'", bytes));
    }

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    private T Pick<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];
}
