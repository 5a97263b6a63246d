using System.Globalization;

namespace Exograph.Extract.CSharp;

/// <summary>Evaluates a condition of a project file: true, false, or null where it is not understood.</summary>
internal ref struct ProjectCondition
{
    private const int MaxLength = 10_000;
    private const int MaxNesting = 32;

    private readonly ProjectProperties _properties;
    private ReadOnlySpan<char> _rest;
    private int _nesting;
    private bool _isBroken;

    private ProjectCondition(string text, ProjectProperties properties)
    {
        _rest = text;
        _properties = properties;
    }

    public static bool? Evaluate(string text, ProjectProperties properties)
    {
        if (text.Length > MaxLength)
            return null;
        var condition = new ProjectCondition(text, properties);
        var value = condition.Or();
        condition.SkipSpace();
        return condition._isBroken || !condition._rest.IsEmpty ? null : value;
    }

    /// <summary>Whether all guards come to what they must; null where that depends on one that is not understood.</summary>
    public static bool? Holds(IReadOnlyList<ProjectGuard> guards, ProjectProperties properties)
    {
        bool? all = true;
        foreach (var guard in guards)
        {
            var one = Evaluate(guard.Condition, properties);
            if (one is null)
                all = null;
            else if (one != guard.Holds)
                return false;
        }
        return all;
    }

    private bool? Or()
    {
        var value = And();
        while (Word("or"))
        {
            var right = And();
            value = value == true || right == true ? true : value is null || right is null ? null : false;
        }
        return value;
    }

    private bool? And()
    {
        var value = Not();
        while (Word("and"))
        {
            var right = Not();
            value = value == false || right == false ? false : value is null || right is null ? null : true;
        }
        return value;
    }

    private bool? Not()
    {
        if (++_nesting > MaxNesting)
            return Broken();
        bool? value;
        if (Mark("!"))
        {
            value = !Not();
        }
        else if (Mark("("))
        {
            value = Or();
            if (!Mark(")"))
                return Broken();
        }
        else
        {
            value = Comparison();
        }
        _nesting--;
        return value;
    }

    private bool? Comparison()
    {
        var left = Operand();
        foreach (var sign in (ReadOnlySpan<string>)["==", "!=", "<=", ">=", "<", ">"])
            if (Mark(sign))
                return Compare(left, sign, Operand());
        return bool.TryParse(left, out var alone) ? alone : null;
    }

    private static bool? Compare(string? left, string sign, string? right)
    {
        if (left is null || right is null)
            return null;
        if (sign is "==" or "!=")
            return string.Equals(left, right, StringComparison.OrdinalIgnoreCase) == (sign == "==");
        if (Number(left) is not { } a || Number(right) is not { } b)
            return null;
        var order = a.CompareTo(b);
        return sign switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A quoted text, a property, a number or a word; null where it is a function or not understood.</summary>
    private string? Operand()
    {
        SkipSpace();
        int length;
        if (_rest.StartsWith("'"))
        {
            length = _rest[1..].IndexOf('\'');
            if (length < 0)
                return BrokenText();
            // Functions have quoted arguments of their own.
            for (var open = Parentheses(_rest[1..(length + 1)]); open > 0 && length >= 0; open = Parentheses(_rest[1..(length + 1)]))
            {
                var next = _rest[(length + 2)..].IndexOf('\'');
                if (next < 0)
                    return BrokenText();
                length += next + 1;
            }
            var quoted = _rest[1..(length + 1)].ToString();
            _rest = _rest[(length + 2)..];
            return _properties.Expand(quoted);
        }
        length = 0;
        for (var open = 0; length < _rest.Length && (open > 0 || IsWord(_rest[length]) || _rest[..(length + 1)].EndsWith("$(")); length++)
            open += _rest[length] switch { '(' => 1, ')' => -1, _ => 0 };
        if (length == 0)
            return BrokenText();
        var text = _rest[..length].ToString();
        _rest = _rest[length..];
        SkipSpace();
        if (!_rest.StartsWith("("))
            return _properties.Expand(text);
        // Exists('...') and its like: where a condition looks at the disk, nothing is known.
        var end = _rest.IndexOf(')');
        if (end < 0)
            return BrokenText();
        _rest = _rest[(end + 1)..];
        return null;
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '$';

    private static int Parentheses(ReadOnlySpan<char> text) => text.Count('(') - text.Count(')');

    private bool Word(string word)
    {
        SkipSpace();
        if (!_rest.StartsWith(word, StringComparison.OrdinalIgnoreCase) || _rest.Length > word.Length && IsWord(_rest[word.Length]) && _rest[word.Length] != '$')
            return false;
        _rest = _rest[word.Length..];
        return true;
    }

    private bool Mark(string mark)
    {
        SkipSpace();
        if (!_rest.StartsWith(mark))
            return false;
        _rest = _rest[mark.Length..];
        return true;
    }

    private void SkipSpace() => _rest = _rest.TrimStart();

    private bool? Broken()
    {
        _isBroken = true;
        _rest = default;
        return null;
    }

    private string? BrokenText()
    {
        Broken();
        return null;
    }
}
