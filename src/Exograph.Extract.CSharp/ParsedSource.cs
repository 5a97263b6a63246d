using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Exograph.Extract.CSharp;

/// <summary>A file as the parser read it, or an empty tree where it must not or cannot.</summary>
/// <param name="Text">The text of the file.</param>
/// <param name="Syntax">Its tree; an empty one where it is not parsed.</param>
/// <param name="Unparsed">Why the file is not parsed; null where it is.</param>
internal sealed record ParsedSource(SourceText Text, SyntaxTree Syntax, string? Unparsed)
{
    public static ParsedSource Parse(
        string source, string path, CSharpParseOptions options, long maxMemory, CancellationToken cancellationToken)
    {
        var text = SourceText.From(source);
        var unparsed = NestingScan.IsRunaway(source, options) ? "nested too deeply to be parsed"
            : TakesMoreThan(maxMemory, source, options) ? "parsing it would take more memory than is allowed"
            : null;
        var parsed = unparsed is null ? text : SourceText.From("");
        var syntax = SyntaxFactory.ParseSyntaxTree(parsed, options, path, cancellationToken);
        const string insufficientStack = "CS8078";
        if (syntax.GetRoot(cancellationToken).ContainsDiagnostics && syntax.GetDiagnostics(cancellationToken).Any(d => d.Id == insufficientStack))
            unparsed = "nested too deeply to be parsed";
        return new ParsedSource(text, syntax, unparsed);
    }

    private static bool TakesMoreThan(long maxMemory, string source, CSharpParseOptions options)
    {
        var maxTokens = maxMemory / FlatTree.BytesPerToken;
        if (source.Length <= maxTokens)
            return false;
        var tokens = 0L;
        foreach (var _ in SyntaxFactory.ParseTokens(source, options: options))
            if (++tokens > maxTokens)
                return true;
        return false;
    }
}
