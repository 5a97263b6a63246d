using System.Runtime.CompilerServices;
using Npgsql;
using static Exograph.ServerSide.Statements;

namespace Exograph.ServerSide;

/// <summary>
/// The questions of readers, as schema <c>exograph_find</c> of the database answers them: <see cref="ExographClient.Questions"/>. They
/// change nothing, read with the rights of whoever asks, and may be asked on a standby. Nothing is sent before an answer is enumerated. Rows
/// come page by page, each by a statement of its own: a large answer takes little memory, and holds neither a connection nor a snapshot while
/// its rows are worked on. What is loaded meanwhile may be in it. Thread-safe.
/// </summary>
/// <remarks>
/// Names without % are qualified names, or ends of them in whole parts, with or without the arity: <c>Ecto.Repo.get/2</c>,
/// <c>Repo.get</c>, <c>get/2</c>. With % they are patterns: % is any text, %% is %, all else is itself. Enumerating throws
/// <see cref="LoadException"/> where the server refuses: an argument has no such value (<c>XG008</c>), Exograph is not installed, or the
/// role may not read; and <see cref="ConnectionException"/> where the server cannot be reached.
/// </remarks>
public sealed class IndexQuestions
{
    /// <summary>Rows of the first page; each further one has more.</summary>
    private const int FirstPage = 1_000;
    private const int Growth = 4;

    private readonly Server _server;

    internal IndexQuestions(Server server) => _server = server;

    /// <summary>Where a name is defined, by qualified name and file.</summary>
    /// <param name="name">The name.</param>
    /// <param name="kind">Kind of the definition; null for any.</param>
    /// <param name="scope">Packages to look in; null for all.</param>
    /// <param name="page">Rows that are wanted; null for all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public IAsyncEnumerable<FoundSymbol> DefinitionsAsync(string name, string? kind = null, QuestionScope? scope = null,
        QuestionPage? page = null, CancellationToken cancellationToken = default) =>
        AskAsync(FindStatements.Definitions, page, [("name", Argument(Given(name))), ("kind", Argument(kind)), .. In(scope)], cancellationToken);

    /// <summary>
    /// Where a name is referred to, by qualified name and file. The end of a name is that of a definition in the index: what no package there
    /// defines is found by its whole name, or by a pattern.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="kind">Kind of the reference; null for any.</param>
    /// <param name="scope">Packages to look in; null for all.</param>
    /// <param name="page">Rows that are wanted; null for all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public IAsyncEnumerable<FoundSymbol> ReferencesAsync(string name, string? kind = null, QuestionScope? scope = null,
        QuestionPage? page = null, CancellationToken cancellationToken = default) =>
        AskAsync(FindStatements.ReferencesTo, page, [("name", Argument(Given(name))), ("kind", Argument(kind)), .. In(scope)], cancellationToken);

    /// <summary>
    /// Who calls a name, who calls those, and so on, level by level. Each call comes once, on the first level on which it is met: circles end.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="depth">How many levels, 1 or more; null for as far as it goes.</param>
    /// <param name="scope">Packages of which the name is meant, null for all; callers may be anywhere.</param>
    /// <param name="page">Rows that are wanted; null for all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public IAsyncEnumerable<FoundCall> CallersAsync(string name, int? depth = 1, QuestionScope? scope = null,
        QuestionPage? page = null, CancellationToken cancellationToken = default) =>
        AskAsync(FindStatements.Callers, page, [("name", Argument(Given(name))), ("depth", Argument(depth)), .. In(scope)], cancellationToken);

    /// <summary>What a name calls, what is called by that, and so on: <see cref="CallersAsync"/> the other way round.</summary>
    /// <param name="name">The name.</param>
    /// <param name="depth">How many levels, 1 or more; null for as far as it goes.</param>
    /// <param name="scope">Packages of which the name is meant, null for all; what is called may be anywhere.</param>
    /// <param name="page">Rows that are wanted; null for all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public IAsyncEnumerable<FoundCall> CalleesAsync(string name, int? depth = 1, QuestionScope? scope = null,
        QuestionPage? page = null, CancellationToken cancellationToken = default) =>
        AskAsync(FindStatements.Callees, page, [("name", Argument(Given(name))), ("depth", Argument(depth)), .. In(scope)], cancellationToken);

    /// <summary>How a name comes to call another: the calls of a shortest path, in order; none where there is no path.</summary>
    /// <param name="name">The name that calls.</param>
    /// <param name="other">The name that is called in the end; the same name for a shortest circle.</param>
    /// <param name="depth">Most calls, 1 or more; null for any number.</param>
    /// <param name="scope">Packages of which both names are meant, null for all; the path may lead anywhere.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public IAsyncEnumerable<FoundCall> CallPathAsync(string name, string other, int? depth = 10, QuestionScope? scope = null,
        CancellationToken cancellationToken = default) =>
        AskAsync(FindStatements.CallPath, page: null,
            [("name", Argument(Given(name))), ("other", Argument(Given(other))), ("depth", Argument(depth)), .. In(scope)], cancellationToken);

    /// <summary>The fragments that hold all of some terms, by id; none where one of the terms is unknown.</summary>
    /// <param name="terms">The terms, at least one.</param>
    /// <param name="kind">Kind of the fragments; null for any.</param>
    /// <param name="scope">Packages to look in; null for all.</param>
    /// <param name="page">Rows that are wanted; null for all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public IAsyncEnumerable<FoundFragment> FragmentsAsync(IEnumerable<string> terms, string? kind = null,
        QuestionScope? scope = null, QuestionPage? page = null, CancellationToken cancellationToken = default) =>
        AskAsync(FindStatements.FragmentsWith, page, [("terms", Argument(Given(terms).ToArray())), ("kind", Argument(kind)), .. In(scope)], cancellationToken);

    /// <summary>The other fragments that are alike but for white space and comments, by id; none of a fragment that is not there.</summary>
    /// <param name="fragmentId">The fragment.</param>
    /// <param name="scope">Packages to look in; null for all.</param>
    /// <param name="page">Rows that are wanted; null for all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public IAsyncEnumerable<FoundFragment> CopiesAsync(long fragmentId, QuestionScope? scope = null, QuestionPage? page = null,
        CancellationToken cancellationToken = default) =>
        AskAsync(FindStatements.CopiesOf, page, [("fragment_id", Argument((long?)fragmentId)), .. In(scope)], cancellationToken);

    /// <summary>The files of other versions and packages that have the same bytes, by id; none of a file that is not there.</summary>
    /// <param name="fileId">The file.</param>
    /// <param name="scope">Packages to look in; null for all.</param>
    /// <param name="page">Rows that are wanted; null for all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public IAsyncEnumerable<FileCopy> FileCopiesAsync(long fileId, QuestionScope? scope = null, QuestionPage? page = null,
        CancellationToken cancellationToken = default) =>
        AskAsync(FindStatements.CopiesOfFile, page, [("file_id", Argument((long?)fileId)), .. In(scope)], cancellationToken);

    /// <summary>
    /// The other fragments that have hashes of sub-trees in common with one, the most similar first. Without the index of
    /// <c>exograph.add_similarity_index</c> all fragments are read.
    /// </summary>
    /// <param name="fragmentId">The fragment.</param>
    /// <param name="minimum">Least share of the hashes of either that both have, to 1.</param>
    /// <param name="scope">Packages to look in; null for all.</param>
    /// <param name="page">Rows that are wanted; null for all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public IAsyncEnumerable<FoundFragment> SimilarAsync(long fragmentId, double minimum = 0.5, QuestionScope? scope = null,
        QuestionPage? page = null, CancellationToken cancellationToken = default) =>
        AskAsync(FindStatements.Similar, page, [("fragment_id", Argument((long?)fragmentId)), ("minimum", Argument(minimum)), .. In(scope)], cancellationToken);

    /// <summary>What two packages, or two versions of one, have in common, the largest first.</summary>
    /// <param name="one">A package, with its name; all its versions where none is named.</param>
    /// <param name="other">The other; its ecosystem is that of the first where none is named.</param>
    /// <param name="minimumMass">Least number of nodes.</param>
    /// <param name="page">Rows that are wanted; null for all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LoadException">There is no such package or version, or several ecosystems have it.</exception>
    public IAsyncEnumerable<SharedFragment> SharedCodeAsync(QuestionScope one, QuestionScope other, int minimumMass = 1,
        QuestionPage? page = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return AskAsync(FindStatements.SharedCode, page,
        [
            .. In(one), ("other", Argument(other.Package)), ("other_version", Argument(other.Version)),
            ("other_ecosystem", Argument(other.Ecosystem)), ("minimum_mass", Argument((int?)minimumMass)),
        ], cancellationToken);
    }

    /// <summary>What differs between two versions of a package: definitions, by name, then files, by path.</summary>
    /// <param name="package">Name of the package.</param>
    /// <param name="before">The version before.</param>
    /// <param name="now">The version to compare it with.</param>
    /// <param name="ecosystem">Ecosystem of the package; null where only one has it.</param>
    /// <param name="page">Rows that are wanted; null for all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LoadException">There is no such package or version, or several ecosystems have it.</exception>
    public IAsyncEnumerable<FoundChange> ChangesAsync(string package, string before, string now, string? ecosystem = null,
        QuestionPage? page = null, CancellationToken cancellationToken = default) =>
        AskAsync(FindStatements.Changes, page,
            [
                ("package", Argument(Given(package))), ("before", Argument(Given(before))), ("now", Argument(Given(now))),
                ("ecosystem", Argument(ecosystem)),
            ], cancellationToken);

    /// <summary>The lines that match a regular expression of PostgreSQL, by file and line.</summary>
    /// <param name="pattern">The expression; ^ and $ are the ends of a line.</param>
    /// <param name="texts">What to look in.</param>
    /// <param name="ignoreCase">Whether large and small letters are the same.</param>
    /// <param name="scope">Packages to look in; null for all.</param>
    /// <param name="page">Rows that are wanted; null for all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LoadException">It is no regular expression (<c>2201B</c>), or empty.</exception>
    public IAsyncEnumerable<FoundText> TextAsync(string pattern, IndexedTexts texts = IndexedTexts.Sources, bool ignoreCase = false,
        QuestionScope? scope = null, QuestionPage? page = null, CancellationToken cancellationToken = default) =>
        AskAsync(FindStatements.Lines, page,
        [
            ("pattern", Argument(Given(pattern))), ("sources", Argument((bool?)texts.HasFlag(IndexedTexts.Sources))),
            ("comments", Argument((bool?)texts.HasFlag(IndexedTexts.Comments))), ("ignore_case", Argument((bool?)ignoreCase)),
            .. In(scope),
        ], cancellationToken);

    /// <summary>A file with its source; null where there is none of that id.</summary>
    /// <param name="fileId">The file.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<IndexedFile?> FileAsync(long fileId, CancellationToken cancellationToken = default) =>
        AskAsync(FindStatements.FileOfId, page: null, [("file_id", Argument((long?)fileId))], cancellationToken).SingleOrDefaultAsync(cancellationToken).AsTask();

    /// <summary>The files that have a path, with their sources, by id.</summary>
    /// <param name="path">The path.</param>
    /// <param name="scope">Packages to look in; null for all.</param>
    /// <param name="page">Rows that are wanted; null for all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public IAsyncEnumerable<IndexedFile> FilesAsync(string path, QuestionScope? scope = null, QuestionPage? page = null,
        CancellationToken cancellationToken = default) =>
        AskAsync(FindStatements.FilesOfPath, page, [("path", Argument(Given(path))), .. In(scope)], cancellationToken);

    /// <summary>The definitions of a file, from its first line to its last; none of a file that is not there.</summary>
    /// <param name="fileId">The file.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public IAsyncEnumerable<OutlineEntry> OutlineAsync(long fileId, CancellationToken cancellationToken = default) =>
        AskAsync(FindStatements.Outline, page: null, [("file_id", Argument((long?)fileId))], cancellationToken);

    private static (string, NpgsqlParameter)[] In(QuestionScope? scope) =>
    [
        ("package", Argument(scope?.Package)), ("version", Argument(scope?.Version)), ("ecosystem", Argument(scope?.Ecosystem)),
    ];

    private static T Given<T>(T? value, [CallerArgumentExpression(nameof(value))] string? name = null) where T : class =>
        value ?? throw new ArgumentNullException(name);

    private IAsyncEnumerable<T> AskAsync<T>(Question<T> question, QuestionPage? page,
        (string Name, NpgsqlParameter Value)[] arguments, CancellationToken cancellationToken) where T : Answer
    {
        page?.Check();
        return PagesAsync(question, page ?? new QuestionPage(), arguments, cancellationToken);
    }

    private async IAsyncEnumerable<T> PagesAsync<T>(Question<T> question, QuestionPage page,
        (string Name, NpgsqlParameter Value)[] arguments, [EnumeratorCancellation] CancellationToken cancellationToken) where T : Answer
    {
        var statement = StatementOf(question, [.. arguments.Select(a => a.Name)]);
        var (after, left, size) = (page.After, page.Limit ?? int.MaxValue, FirstPage);
        while (true)
        {
            size = Math.Min(Math.Min(size, question.MostRows), left);
            var values = arguments.Select(a => a.Value.Clone());
            if (question.After is not null)
                values = [.. values, Argument(after), Argument((int?)size)];
            var rows = await _server.RunAsync(statement, [.. values], loadId: null, notices: null, cancellationToken).ConfigureAwait(false);
            foreach (var row in rows)
                yield return row;
            left -= rows.Count;
            if (question.After is null || rows.Count < size || left == 0)
                yield break;
            after = rows[^1].Token;
            size *= Growth;
        }
    }

    private static Statement<T> StatementOf<T>(Question<T> question, IReadOnlyList<string> arguments)
    {
        var given = arguments.Select((name, i) => $"{name} => ${i + 1}");
        if (question.After is { } type)
            given = [.. given, $"after => ${arguments.Count + 1}::{type}", $"page => ${arguments.Count + 2}"];
        return new(question.Name, $"SELECT {question.Columns} FROM exograph_find.{question.Name}({string.Join(", ", given)})", question.Read);
    }
}
