using System.Text;

namespace Exograph.Extract.CSharp;

/// <summary>
/// The properties of a project while its files are gone through, and the expressions in which they occur. What is more than a
/// property, or one of a few functions, comes to null: it is not known.
/// </summary>
internal sealed class ProjectProperties
{
    // A few lines that each double a property would fill any memory.
    private const int MaxLength = 1 << 16;
    private const int MaxTotal = 1 << 24;
    private const int MaxNesting = 16;

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _fixed = new(StringComparer.OrdinalIgnoreCase);
    private long _total;

    /// <summary>The value of a property, which is empty where none was given.</summary>
    public string this[string name]
    {
        get => _values.GetValueOrDefault(name, "");
        set
        {
            if (!_fixed.Contains(name))
                _values[name] = value;
        }
    }

    /// <summary>Sets a property as for the whole build: projects cannot change it.</summary>
    public void Fix(string name, string value)
    {
        this[name] = value;
        _fixed.Add(name);
    }

    /// <summary>Whether the text names a property that nobody gave a value.</summary>
    public bool IsPartial { get; private set; }

    /// <summary>The text with its properties replaced; null where it holds what is not understood.</summary>
    public string? Expand(string text)
    {
        IsPartial = false;
        return Expand(text, MaxNesting);
    }

    private string? Expand(string text, int nesting)
    {
        if (nesting == 0 || text.Contains("@(", StringComparison.Ordinal) || text.Contains("%(", StringComparison.Ordinal))
            return null;
        var at = text.IndexOf("$(", StringComparison.Ordinal);
        if (at < 0)
            return text;
        var expanded = new StringBuilder();
        var from = 0;
        for (; at >= 0; at = text.IndexOf("$(", from, StringComparison.Ordinal))
        {
            var end = EndOf(text, at + 2);
            if (end < 0 || Evaluate(text[(at + 2)..end].Trim(), nesting - 1) is not { } value)
                return null;
            expanded.Append(text, from, at - from).Append(value);
            from = end + 1;
            _total += value.Length;
            if (expanded.Length > MaxLength || _total > MaxTotal)
                throw new ExtractException("properties that expand without bound");
        }
        return expanded.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>Where the parenthesis opened before a position closes.</summary>
    private static int EndOf(string text, int at)
    {
        var quote = '\0';
        for (var depth = 1; at < text.Length; at++)
        {
            if (quote != '\0')
                quote = text[at] == quote ? '\0' : quote;
            else if (text[at] is '\'' or '"' or '`')
                quote = text[at];
            else if (text[at] == '(')
                depth++;
            else if (text[at] == ')' && --depth == 0)
                return at;
        }
        return -1;
    }

    private string? Evaluate(string expression, int nesting)
    {
        if (expression.Length > 0 && expression.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
        {
            IsPartial |= !_values.ContainsKey(expression);
            return this[expression];
        }
        const string intrinsic = "[MSBuild]::";
        var open = expression.IndexOf('(', StringComparison.Ordinal);
        if (open < 0 || !expression.EndsWith(')') || EndOf(expression, open + 1) != expression.Length - 1
            || ArgumentsOf(expression[(open + 1)..^1], nesting) is not { } arguments)
            return null;
        if (expression.StartsWith(intrinsic, StringComparison.OrdinalIgnoreCase))
            return Intrinsic(expression[intrinsic.Length..open], arguments);
        var dot = expression.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && dot < open && Evaluate(expression[..dot], nesting - 1) is { } value && arguments is [var argument]
            ? OfText(value, expression[(dot + 1)..open], argument)
            : null;
    }

    private List<string>? ArgumentsOf(string list, int nesting)
    {
        var arguments = new List<string>();
        foreach (var one in list.Length == 0 ? [] : list.Split(','))
        {
            var text = one.Trim();
            if (text.Length > 1 && text[0] is '\'' or '"' or '`' && text[^1] == text[0])
                text = text[1..^1];
            if (Expand(text, nesting) is not { } argument)
                return null;
            arguments.Add(argument);
        }
        return arguments;
    }

    private static string? OfText(string value, string method, string argument) => method switch
    {
        "StartsWith" => Text(value.StartsWith(argument, StringComparison.Ordinal)),
        "EndsWith" => Text(value.EndsWith(argument, StringComparison.Ordinal)),
        "Contains" => Text(value.Contains(argument, StringComparison.Ordinal)),
        "Equals" => Text(value.Equals(argument, StringComparison.Ordinal)),
        _ => null,
    };

    private static string? Intrinsic(string function, List<string> arguments) => (function, arguments) switch
    {
        ("IsTargetFrameworkCompatible", [var target, var candidate]) =>
            TargetFramework.Parse(target) is { } t && TargetFramework.Parse(candidate) is { } c ? Text(t.CanUse(c)) : null,
        ("GetTargetFrameworkIdentifier", [var target]) => TargetFramework.Parse(target)?.Identifier,
        ("GetTargetFrameworkVersion", [var target]) => TargetFramework.Parse(target)?.VersionText,
        ("GetTargetPlatformIdentifier", [var target]) => TargetFramework.Parse(target) is { } t ? t.PlatformName : null,
        ("VersionGreaterThan", [var a, var b]) => Compare(a, b) is { } c ? Text(c > 0) : null,
        ("VersionGreaterThanOrEquals", [var a, var b]) => Compare(a, b) is { } c ? Text(c >= 0) : null,
        ("VersionLessThan", [var a, var b]) => Compare(a, b) is { } c ? Text(c < 0) : null,
        ("VersionLessThanOrEquals", [var a, var b]) => Compare(a, b) is { } c ? Text(c <= 0) : null,
        ("VersionEquals", [var a, var b]) => Compare(a, b) is { } c ? Text(c == 0) : null,
        // The same answer on every machine: a bundle does not depend on where it is made.
        ("IsOSPlatform", [var system]) => Text(system.Equals("Linux", StringComparison.OrdinalIgnoreCase)),
        ("IsOsUnixLike", []) => Text(true),
        _ => null,
    };

    private static int? Compare(string a, string b) => NumberOf(a) is { } left && NumberOf(b) is { } right ? left.CompareTo(right) : null;

    private static Version? NumberOf(string text)
    {
        var digits = text.TrimStart('v', 'V');
        var end = digits.AsSpan().IndexOfAny('-', '+');
        digits = end < 0 ? digits : digits[..end];
        return Version.TryParse(digits.Contains('.', StringComparison.Ordinal) ? digits : digits + ".0", out var version)
            ? new Version(version.Major, version.Minor, Math.Max(0, version.Build), Math.Max(0, version.Revision))
            : null;
    }

    private static string Text(bool value) => value ? "True" : "False";
}
