namespace Exograph.ServerSide.Cli;

/// <summary>Calls as a graph in the language of Graphviz, a box for each name: a call of another package ends at a node of its own.</summary>
internal static class CallGraph
{
    public static void Write(TerminalWriter output, IReadOnlyList<FoundCall> calls)
    {
        output.WriteLine("digraph calls {");
        output.WriteLine("  rankdir=LR;");
        output.WriteLine("  node [shape=box];");
        var boxes = calls.SelectMany(c => new[] { c.Caller, c.Callee }).Distinct().Select((name, n) => (name, n: n + 1))
            .ToDictionary(box => box.name, box => box.n);
        foreach (var (name, box) in boxes)
            output.WriteLine($"  n{box} [label=\"{Escaped(name)}\"];");
        foreach (var (caller, callee) in calls.Select(c => (c.Caller, c.Callee)).Distinct())
            output.WriteLine($"  n{boxes[caller]} -> n{boxes[callee]};");
        output.WriteLine("}");
    }

    /// <summary>In a label a backslash and an ampersand begin escapes.</summary>
    private static string Escaped(string name) => TerminalText.Line(name)
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("&", "&amp;", StringComparison.Ordinal);
}
