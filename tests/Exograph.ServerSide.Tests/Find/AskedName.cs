using System.Globalization;
using System.Text.RegularExpressions;

namespace Exograph.ServerSide.Tests.Find;

/// <summary>What a name that is asked for stands for, by the words of the comments on the functions.</summary>
internal sealed partial class AskedName
{
    private const char AnyText = '\uffff';

    private readonly string _whole;
    private readonly string? _last;
    private readonly string? _ending;
    private readonly int? _arity;

    public AskedName(string name)
    {
        _whole = Pattern(name);
        _arity = Arity().Match(name) is { Success: true } arity ? int.Parse(arity.Groups[1].Value, CultureInfo.InvariantCulture) : null;
        var plain = Slashed().Replace(name, "");
        // The last dot that has something else than a dot before it.
        var dot = Enumerable.Range(1, Math.Max(plain.Length - 1, 0)).LastOrDefault(i => plain[i] == '.' && plain[i - 1] != '.');
        if (dot == 0)
        {
            _last = Pattern(plain);
        }
        else if (!Pattern(plain).Contains(AnyText, StringComparison.Ordinal) && dot < plain.Length - 1)
        {
            _last = Pattern(plain[(dot + 1)..]);
            _ending = Pattern(plain);
        }
    }

    /// <summary>Whether the name may be the end of others.</summary>
    public bool HasEnd => _last is not null;

    /// <summary>Whether it is the whole of a qualified name, or a pattern of it.</summary>
    public bool Is(string qualified) => IsLike(_whole, qualified);

    /// <summary>Whether a definition ends in it.</summary>
    public bool Ends(SymbolRow definition) =>
        _last is not null && IsLike(_last, definition.Name)
        && (_ending is null || definition.QualifiedName == _ending
            || definition.QualifiedName.StartsWith(_ending + "/", StringComparison.Ordinal)
            || definition.QualifiedName.EndsWith("." + _ending, StringComparison.Ordinal)
            || definition.QualifiedName.Contains("." + _ending + "/", StringComparison.Ordinal))
        && (_arity is null || definition.Arity == _arity);

    /// <summary>With a character that no name has in place of what stands for any text.</summary>
    private static string Pattern(string name) => string.Join('%', name.Split("%%").Select(part => part.Replace('%', AnyText)));

    private static bool IsLike(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        if (pattern.IsEmpty)
            return text.IsEmpty;
        if (pattern[0] != AnyText)
            return !text.IsEmpty && text[0] == pattern[0] && IsLike(pattern[1..], text[1..]);
        for (var from = 0; from <= text.Length; from++)
        {
            if (IsLike(pattern[1..], text[from..]))
                return true;
        }
        return false;
    }

    [GeneratedRegex(@"/([0-9]{1,9})\z")]
    private static partial Regex Arity();

    [GeneratedRegex(@"/[0-9]+\z")]
    private static partial Regex Slashed();
}
