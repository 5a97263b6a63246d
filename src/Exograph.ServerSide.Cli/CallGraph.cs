namespace Exograph.ServerSide.Cli;

/// <summary>Calls as a graph in the language of Graphviz.</summary>
internal static class CallGraph
{
    public static void Write(TerminalWriter output, IReadOnlyList<FoundCall> calls)
    {
        output.WriteLine("digraph calls {");
        output.WriteLine("  rankdir=LR;");
        output.WriteLine("  node [shape=box];");
        var nodes = calls.SelectMany(c => new[] { (Id: c.CallerNodeId, Name: c.Caller), (Id: c.CalleeNodeId, Name: c.Callee) }).DistinctBy(n => n.Id);
        foreach (var (id, name) in nodes)
            output.WriteLine($"  n{id} [label=\"{Escaped(name)}\"];");
        foreach (var (caller, callee) in calls.Select(c => (c.CallerNodeId, c.CalleeNodeId)).Distinct())
            output.WriteLine($"  n{caller} -> n{callee};");
        output.WriteLine("}");
    }

    /// <summary>In a label a backslash and an ampersand begin escapes.</summary>
    private static string Escaped(string name) => TerminalText.Line(name)
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("&", "&amp;", StringComparison.Ordinal);
}
