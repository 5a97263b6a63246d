using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Exograph.ServerSide.Cli;

/// <summary>A number from 1, or all.</summary>
/// <param name="Most">The number; null for all.</param>
internal readonly record struct Count(int? Most)
{
    private const string All = "all";

    public override string ToString() => Most?.ToString(CultureInfo.InvariantCulture) ?? All;

    public static Option<Count?> Option(string name, string description) => new(name)
    {
        Description = description,
        HelpName = $"number|{All}",
        CustomParser = Parse,
    };

    private static Count? Parse(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (text == All)
            return new Count(null);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < int.MaxValue)
            return new Count(number);
        result.AddError($"expected a number from 1, or {All}, found '{text}'");
        return null;
    }
}
