using System.CommandLine;

namespace Exograph.ServerSide.Benchmarks.Calls;

/// <summary>
/// <c>call-edges</c>: the extractor's call edges of trees of C# beside what the compiler says, where it has all that it needs.
/// </summary>
internal static class CallEdgesCommand
{
    public static Command Create()
    {
        var trees = new Argument<string[]>("tree") { Description = "Folders of trees; their projects are restored and evaluated, which runs their build files." };
        var list = new Option<int>("--list") { Description = "How many wrong and how many missing edges of each tree to list." };
        var properties = new Option<string[]>("--property")
        {
            Description = "NAME=VALUE: a property to evaluate all projects with, as where a package cannot be had that it asks for.",
            DefaultValueFactory = _ => [],
        };
        var command = new Command("call-edges", "Precision and recall of the extractor's call edges, against the compiler.")
        {
            trees, list, properties,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            arguments.GetRequiredValue(trees), arguments.GetRequiredValue(properties), arguments.GetValue(list), Console.Out, cancellationToken));
        return command;
    }

    private static async Task RunAsync(
        string[] trees, string[] properties, int list, TextWriter output, CancellationToken cancellationToken)
    {
        output.WriteLine("""
            A call is a call, a creation or the call of another constructor, in a file that the extractor reads. Judged are calls that the
            judge binds; counted for recall are those of what is declared in such a file. Calls of the base library, of packages and of
            generated code are no edges between declarations: an edge that says so is wrong. Edges between projects are right by name.

            | tree | names by | files | calls judged | of the tree | edges | right | precision | recall | seconds | peak, MiB |
            |---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
            """);
        foreach (var tree in trees)
        {
            var root = Path.GetFullPath(tree);
            var (truth, problems) = await TruthOfAsync(root, properties, cancellationToken);
            var details = new List<string>(problems);
            foreach (var binds in (bool[])[false, true])
            {
                var extracted = await ExtractedCalls.OfAsync(root, binds, cancellationToken);
                var judged = truth(extracted.Files);
                var verdict = Verdict.Of(judged, extracted);
                output.WriteLine(FormattableString.Invariant(
                    $"| {Path.GetFileName(root)} | {(binds ? "the compiler" : "syntax")} | {extracted.Files.Count:N0} | {judged.Count:N0} | {verdict.Expected:N0} | {verdict.Made:N0} | {verdict.Right:N0} | {verdict.Precision:P2} | {verdict.Recall:P2} | {extracted.Elapsed.TotalSeconds:N1} | {extracted.PeakBytes >> 20:N0} |"));
                if (binds)
                    details.AddRange(verdict.Details(list));
            }
            details.ForEach(output.WriteLine);
        }
    }

    private static async Task<(Func<IReadOnlySet<string>, Dictionary<Place, TrueCall>> Truth, List<string> Problems)> TruthOfAsync(
        string root, string[] properties, CancellationToken cancellationToken)
    {
        var files = Directory.EnumerateFiles(root, "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Where(path => !Path.GetRelativePath(root, path).Split('/').Any(part => part is "bin" or "obj" || part.StartsWith('.'))).ToList();
        var projects = new List<BuiltProject>();
        var problems = new List<string>();
        foreach (var file in files)
        {
            var (project, problem) = await BuiltProject.OfAsync(file, properties, cancellationToken);
            if (project is not null)
                projects.Add(project);
            else
                problems.Add($"not judged: {Path.GetRelativePath(root, file)}: {problem}");
        }
        return (read => new CompilerJudge(root, files, projects).Judge(read, cancellationToken), problems);
    }
}
