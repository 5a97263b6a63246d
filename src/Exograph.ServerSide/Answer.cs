namespace Exograph.ServerSide;

/// <summary>A row that answers a question to the index: <see cref="IndexQuestions"/>.</summary>
public abstract record Answer
{
    private protected Answer()
    {
    }

    /// <summary>
    /// What <see cref="QuestionPage.After"/> takes to go on after this row; null where the answer has no pages.
    /// </summary>
    public string? Token { get; init; }
}

/// <summary>An answer that is in a file.</summary>
public abstract record PlacedAnswer : Answer
{
    private protected PlacedAnswer()
    {
    }

    /// <summary>Ecosystem of the package; null for a file without package.</summary>
    public string? Ecosystem { get; init; }
    /// <summary>Package of the file; null where it has none.</summary>
    public string? Package { get; init; }
    /// <summary>Version of the package; null where the file has no package.</summary>
    public string? Version { get; init; }
    /// <summary>Path of the file, the first where it has several; null for a call of which no file is known.</summary>
    public string? Path { get; init; }
    /// <summary>Id of the file; null as <see cref="Path"/>.</summary>
    public long? FileId { get; init; }
}

/// <summary>A place where a name is defined, or referred to.</summary>
public sealed record FoundSymbol : PlacedAnswer
{
    /// <summary>Line, from 1; null where the producer gave none.</summary>
    public int? Line { get; init; }
    /// <summary>Column as the producer counts it; null where it gave none.</summary>
    public int? Col { get; init; }
    /// <summary>What is defined, or how it is referred to.</summary>
    public required string Kind { get; init; }
    /// <summary>The whole name.</summary>
    public required string QualifiedName { get; init; }
    /// <summary>Number of parameters; null where the producer gave none.</summary>
    public int? Arity { get; init; }
    /// <summary>The fragment that defines it, or in which it is referred to; null where there is none.</summary>
    public long? FragmentId { get; init; }
}

/// <summary>A call. The file is that of the call.</summary>
public sealed record FoundCall : PlacedAnswer
{
    /// <summary>How many calls it is from where the question began: 1 for a call of, or by, the name that was asked for.</summary>
    public required int Level { get; init; }
    /// <summary>Line of the call, from 1; null where the producer gave none.</summary>
    public int? Line { get; init; }
    /// <summary>Column of the call; null where the producer gave none.</summary>
    public int? Col { get; init; }
    /// <summary>Qualified name of what calls.</summary>
    public required string Caller { get; init; }
    /// <summary>Qualified name of what is called.</summary>
    public required string Callee { get; init; }
    /// <summary>What the producer says of the call: a JSON object.</summary>
    public required string Metadata { get; init; }
    /// <summary>Graph node of what calls.</summary>
    public required long CallerNodeId { get; init; }
    /// <summary>Graph node of what is called.</summary>
    public required long CalleeNodeId { get; init; }
    /// <summary>The fragment that is the call; null where there is none.</summary>
    public long? CallSiteFragmentId { get; init; }
}

/// <summary>A fragment of a syntax tree.</summary>
public sealed record FoundFragment : PlacedAnswer
{
    /// <summary>First line, from 1.</summary>
    public required int Line { get; init; }
    /// <summary>Last line; null where the producer gave none.</summary>
    public int? EndLine { get; init; }
    /// <summary>Kind of the fragment.</summary>
    public required string Kind { get; init; }
    /// <summary>What its name is in; null where nothing is known.</summary>
    public string? Module { get; init; }
    /// <summary>Name of what it defines; null where it defines nothing.</summary>
    public string? Name { get; init; }
    /// <summary>Number of parameters; null where it has none or the producer gave none.</summary>
    public int? Arity { get; init; }
    /// <summary>How many nodes the tree has.</summary>
    public required int Mass { get; init; }
    /// <summary>Id of the fragment.</summary>
    public required long FragmentId { get; init; }
    /// <summary>Of the hashes of sub-trees of either fragment, the share that both have; null where that was not asked for.</summary>
    public double? Similarity { get; init; }
}

/// <summary>A file that has the bytes of another.</summary>
public sealed record FileCopy : PlacedAnswer;

/// <summary>A file of the index, with its source.</summary>
public sealed record IndexedFile : PlacedAnswer
{
    /// <summary>All its paths.</summary>
    public required IReadOnlyList<string> Paths { get; init; }
    /// <summary>How many lines the source has.</summary>
    public required int Lines { get; init; }
    /// <summary>How many bytes of UTF-8 the source has.</summary>
    public required int Bytes { get; init; }
    /// <summary>SHA-256 of the file, as 64 hexadecimal digits.</summary>
    public required string Sha256 { get; init; }
    /// <summary>The source.</summary>
    public required string Source { get; init; }
}

/// <summary>Texts of the index in which lines are looked for.</summary>
[Flags]
public enum IndexedTexts
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>Sources of files.</summary>
    Sources = 1,
    /// <summary>Comments.</summary>
    Comments = 2,
}

/// <summary>A line that matches a pattern.</summary>
public sealed record FoundText : PlacedAnswer
{
    /// <summary>Number of the line in the file, from 1; null in a comment of which the producer gave no line.</summary>
    public int? Line { get; init; }
    /// <summary>Where in <see cref="Text"/> the first match begins, from 1, in characters of Unicode.</summary>
    public required int Col { get; init; }
    /// <summary>What the line is of: a source, or a comment.</summary>
    public required IndexedTexts In { get; init; }
    /// <summary>The first match.</summary>
    public required string Match { get; init; }
    /// <summary>The line; of a comment as the producer gives it.</summary>
    public required string Text { get; init; }
}

/// <summary>A fragment that two packages, or versions, have in common.</summary>
public sealed record SharedFragment : Answer
{
    /// <summary>How many nodes the tree has.</summary>
    public required int Mass { get; init; }
    /// <summary>Kind of the fragment.</summary>
    public required string Kind { get; init; }
    /// <summary>Where it is in the package that was named first.</summary>
    public required SharedSide One { get; init; }
    /// <summary>Where it is in the other.</summary>
    public required SharedSide Other { get; init; }
}

/// <summary>One side of a <see cref="SharedFragment"/>: the first of its fragments there.</summary>
public sealed record SharedSide
{
    /// <summary>Version of the package.</summary>
    public required string Version { get; init; }
    /// <summary>Path of the file.</summary>
    public required string Path { get; init; }
    /// <summary>First line, from 1.</summary>
    public required int Line { get; init; }
    /// <summary>Last line; null where the producer gave none.</summary>
    public int? EndLine { get; init; }
    /// <summary>What its name is in; null where nothing is known.</summary>
    public string? Module { get; init; }
    /// <summary>Name of what it defines; null where it defines nothing.</summary>
    public string? Name { get; init; }
    /// <summary>How many fragments of this side are the same.</summary>
    public required long Copies { get; init; }
    /// <summary>Id of the fragment.</summary>
    public required long FragmentId { get; init; }
}

/// <summary>What differs between two versions of a package.</summary>
public sealed record FoundChange : Answer
{
    /// <summary>What it is that differs: <c>definition</c> or <c>file</c>.</summary>
    public required string What { get; init; }
    /// <summary>How: <c>added</c>, <c>removed</c>, <c>changed</c>, and of files <c>moved</c>.</summary>
    public required string Change { get; init; }
    /// <summary>Kind of the definition; null of a file.</summary>
    public string? Kind { get; init; }
    /// <summary>Qualified name of the definition, or path of the file.</summary>
    public required string Name { get; init; }
    /// <summary>Arity of the definition; null of a file, and where the producer gave none.</summary>
    public int? Arity { get; init; }
    /// <summary>Path in the version of now; null where it was removed.</summary>
    public string? Path { get; init; }
    /// <summary>Path in the version before; null where it was added.</summary>
    public string? OldPath { get; init; }
    /// <summary>File in the version of now; null where it was removed.</summary>
    public long? FileId { get; init; }
    /// <summary>File in the version before; null where it was added.</summary>
    public long? OldFileId { get; init; }
}

/// <summary>A definition of a file, in the order of the file.</summary>
public sealed record OutlineEntry : Answer
{
    /// <summary>How many other definitions it lies in.</summary>
    public required int Depth { get; init; }
    /// <summary>First line, from 1; null where the producer gave none.</summary>
    public int? Line { get; init; }
    /// <summary>Last line; null as <see cref="Line"/>.</summary>
    public int? EndLine { get; init; }
    /// <summary>Column of the definition; null where the producer gave none.</summary>
    public int? Col { get; init; }
    /// <summary>What is defined.</summary>
    public required string Kind { get; init; }
    /// <summary>The last part of its name.</summary>
    public required string Name { get; init; }
    /// <summary>Number of parameters; null where the producer gave none.</summary>
    public int? Arity { get; init; }
    /// <summary>The whole name.</summary>
    public required string QualifiedName { get; init; }
    /// <summary>Its fragment; null where it has none.</summary>
    public long? FragmentId { get; init; }
}
