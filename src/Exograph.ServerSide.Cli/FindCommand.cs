using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;

namespace Exograph.ServerSide.Cli;

/// <summary><c>exograph-load find</c>: questions to the index, each a command of its own.</summary>
internal sealed class FindCommand(CliApp app)
{
    private const string Patterns = "% stands for any text: exograph-load find";

    private readonly FindOptionSet _options = new();

    private readonly Argument<string> _name = new("name")
    {
        Description = "Qualified name, the end of one (Repo.get, get/2), or a pattern in which % is any text (Repo.%).",
    };

    private readonly Argument<string> _other = new("other") { Description = "The name that is called in the end." };

    private readonly Argument<string> _path = new("file") { Description = "Path of a file, as it is in the index, or its id." };

    private readonly Option<string?> _kind = new("--kind")
    {
        Description = "Kind, as the producer calls it: function, class, call. Any by default.",
        HelpName = "name",
    };

    private readonly Option<Count?> _depth = Count.Option("--depth", "How many calls to go. 1 by default; of a path 10.");

    private readonly Option<bool> _dot = new("--dot") { Description = "Write the calls as a graph for Graphviz: ... --dot | dot -Tsvg" };

    public Command Create()
    {
        var find = new Command("find", "Answers questions about the code of the index.")
        {
            Definitions(), References(), Callers(), Callees(), CallPath(), Fragments(), Copies(), Similar(), Shared(), Changes(), Text(), File(),
            Outline(),
        };
        find.SetAction(parsed => new HelpAction().Invoke(parsed));
        return find;
    }

    private Command Definitions() => Question(
        "definitions", "Where a name is defined", "definitions Repo.get", [_name, _kind, .. _options.Scope, .. _options.Page, _options.Context],
        (asked, parsed) => asked.Questions.DefinitionsAsync(
            parsed.GetValue(_name)!, parsed.GetValue(_kind), asked.Scope, asked.Page, asked.CancellationToken),
        AnswerTable.Symbols, $"{Patterns} definitions Repo.%");

    private Command References() => Question(
        "references", "Where a name is referred to", "references Repo.get", [_name, _kind, .. _options.Scope, .. _options.Page, _options.Context],
        (asked, parsed) => asked.Questions.ReferencesAsync(
            parsed.GetValue(_name)!, parsed.GetValue(_kind), asked.Scope, asked.Page, asked.CancellationToken),
        AnswerTable.Symbols,
        $"what no package here defines is found by its whole name, or by a pattern: exograph-load find references '%.get/2'");

    private Command Callers() => Question(
        "callers", "Who calls a name", "callers Repo.get --depth 3", Calls(_name),
        (asked, parsed) => asked.Questions.CallersAsync(
            parsed.GetValue(_name)!, Depth(parsed, 1), asked.Scope, asked.Page, asked.CancellationToken),
        AnswerTable.Calls, $"{Patterns} callers Repo.%");

    private Command Callees() => Question(
        "callees", "What a name calls", "callees Repo.get --depth all", Calls(_name),
        (asked, parsed) => asked.Questions.CalleesAsync(
            parsed.GetValue(_name)!, Depth(parsed, 1), asked.Scope, asked.Page, asked.CancellationToken),
        AnswerTable.Calls, $"{Patterns} callees Repo.%");

    private Command CallPath() => Question(
        "path", "How a name comes to call another", "path Cart.total Repo.get",
        [_name, _other, _depth, .. _options.Scope, _options.Context, _dot],
        (asked, parsed) => asked.Questions.CallPathAsync(
            parsed.GetValue(_name)!, parsed.GetValue(_other)!, Depth(parsed, 10), asked.Scope, asked.CancellationToken),
        AnswerTable.Calls, "--depth all looks further than 10 calls");

    private Command Fragments()
    {
        var terms = new Argument<string[]>("term")
        {
            Description = "Terms that a fragment holds, all of them.",
            Arity = ArgumentArity.OneOrMore,
        };
        return Question(
            "fragments", "Which fragments hold all of some terms", "fragments call:get/2 node:case",
            [terms, _kind, .. _options.Scope, .. _options.Page, _options.Context],
            (asked, parsed) => asked.Questions.FragmentsAsync(
                parsed.GetValue(terms)!, parsed.GetValue(_kind), asked.Scope, asked.Page, asked.CancellationToken),
            AnswerTable.Fragments);
    }

    private Command Copies()
    {
        var fragment = Fragment();
        var file = new Option<string?>("--file")
        {
            Description = "Find copies of a file, by path or id, instead of a fragment.",
            HelpName = "file",
        };
        fragment.Arity = ArgumentArity.ZeroOrOne;
        return Question(
            "copies", "Where else a fragment is, or a file", "copies Repo.get", [fragment, file, .. _options.Scope, .. _options.Page],
            (asked, parsed) => (parsed.GetValue(fragment), parsed.GetValue(file)) switch
            {
                ({ } of, null) => FragmentsAsync(asked, of),
                (null, { } of) => FilesAsync(asked, of),
                _ => throw new UsageException("copies takes a fragment or --file"),
            },
            AnswerTable.Copies);

        static async IAsyncEnumerable<PlacedAnswer> FragmentsAsync(Asked asked, string of)
        {
            var id = await FragmentOfAsync(asked, of);
            await foreach (var copy in asked.Questions.CopiesAsync(id, page: asked.Page, cancellationToken: asked.CancellationToken))
                yield return copy;
        }

        static async IAsyncEnumerable<PlacedAnswer> FilesAsync(Asked asked, string of)
        {
            var id = await FileOfAsync(asked, of);
            await foreach (var copy in asked.Questions.FileCopiesAsync(id, page: asked.Page, cancellationToken: asked.CancellationToken))
                yield return copy;
        }
    }

    private Command Similar()
    {
        var fragment = Fragment();
        var minimum = new Option<double>("--minimum")
        {
            Description = "Least share of the parts of either that both have, to 1.",
            HelpName = "share",
            DefaultValueFactory = _ => 0.5,
        };
        return Question(
            "similar", "What is similar to a fragment", "similar Repo.get --minimum 0.7",
            [fragment, minimum, .. _options.Scope, .. _options.Page, _options.Context],
            (asked, parsed) => AskAsync(asked, parsed.GetValue(fragment)!, parsed.GetValue(minimum)),
            AnswerTable.Similar);

        static async IAsyncEnumerable<FoundFragment> AskAsync(Asked asked, string of, double minimum)
        {
            var id = await FragmentOfAsync(asked, of);
            await foreach (var other in asked.Questions.SimilarAsync(id, minimum, page: asked.Page, cancellationToken: asked.CancellationToken))
                yield return other;
        }
    }

    private Command Shared()
    {
        var package = new Argument<string>("package") { Description = "Name of a package." };
        var other = new Argument<string>("other") { Description = "Name of another, or the same." };
        var otherVersion = new Option<string?>("--other-version") { Description = "Version of the other; any by default.", HelpName = "version" };
        var otherEcosystem = new Option<string?>("--other-ecosystem")
        {
            Description = "Ecosystem of the other; that of the first by default.",
            HelpName = "name",
        };
        var mass = new Option<int>("--mass")
        {
            Description = "Least number of nodes of the tree.",
            HelpName = "nodes",
            DefaultValueFactory = _ => 1,
        };
        return Question(
            "shared", "What two packages have in common", "shared ecto ecto_sql --mass 20",
            [package, other, _options.Version, otherVersion, _options.Ecosystem, otherEcosystem, mass, .. _options.Page],
            (asked, parsed) => asked.Questions.SharedCodeAsync(
                asked.Scope with { Package = parsed.GetValue(package) },
                new QuestionScope
                {
                    Package = parsed.GetValue(other),
                    Version = parsed.GetValue(otherVersion),
                    Ecosystem = parsed.GetValue(otherEcosystem),
                },
                parsed.GetValue(mass), asked.Page, asked.CancellationToken),
            AnswerTable.Shared);
    }

    private Command Changes()
    {
        var package = new Argument<string>("package") { Description = "Name of the package." };
        var before = new Argument<string>("before") { Description = "The version before." };
        var now = new Argument<string>("now") { Description = "The version to compare it with." };
        return Question(
            "changes", "What differs between two versions", "changes ecto 3.10.0 3.11.0",
            [package, before, now, _options.Ecosystem, .. _options.Page],
            (asked, parsed) => asked.Questions.ChangesAsync(
                parsed.GetValue(package)!, parsed.GetValue(before)!, parsed.GetValue(now)!, asked.Scope.Ecosystem, asked.Page,
                asked.CancellationToken),
            AnswerTable.Changes);
    }

    private Command Text()
    {
        var pattern = new Argument<string>("pattern")
        {
            Description = @"Regular expression of PostgreSQL for a line: TODO, \mget\M, ^def .*_test.",
        };
        var texts = new Option<string>("--in")
        {
            Description = "Where to look.",
            DefaultValueFactory = _ => "sources",
        }.AcceptOnlyFromAmong("sources", "comments", "both");
        var ignoreCase = new Option<bool>("--ignore-case", "-i") { Description = "Large and small letters are the same." };
        return Question(
            "text", "Which lines match a regular expression", "text 'TODO|FIXME' --in comments",
            [pattern, texts, ignoreCase, .. _options.Scope, .. _options.Page, _options.Context],
            (asked, parsed) => asked.Questions.TextAsync(
                parsed.GetValue(pattern)!,
                parsed.GetValue(texts) switch
                {
                    "sources" => IndexedTexts.Sources,
                    "comments" => IndexedTexts.Comments,
                    _ => IndexedTexts.Sources | IndexedTexts.Comments,
                },
                parsed.GetValue(ignoreCase), asked.Scope, asked.Page, asked.CancellationToken),
            AnswerTable.Lines);
    }

    private Command File() => Question(
        "file", "A file, with its source", "file lib/repo.ex --package ecto", [_path, .. _options.Scope, .. _options.Page],
        (asked, parsed) => asked.IdOf(parsed.GetValue(_path)!) is { } id
            ? OfIdAsync(asked, id)
            : asked.Questions.FilesAsync(parsed.GetValue(_path)!, asked.Scope, asked.Page, asked.CancellationToken),
        AnswerTable.Files);

    private Command Outline() => Question(
        "outline", "What is defined in a file", "outline lib/repo.ex --package ecto", [_path, .. _options.Scope],
        (asked, parsed) => OutlineAsync(asked, parsed.GetValue(_path)!),
        AnswerTable.Outline);

    private Symbol[] Calls(Argument<string> name) =>
        [name, _depth, .. _options.Scope, .. _options.Page, _options.Context, _dot];

    private int? Depth(ParseResult parsed, int otherwise) => (parsed.GetValue(_depth) ?? new Count(otherwise)).Most;

    private static Argument<string> Fragment() => new("fragment")
    {
        Description = "Name of a definition, or the id of a fragment.",
    };

    private static async IAsyncEnumerable<IndexedFile> OfIdAsync(Asked asked, long id)
    {
        if (await asked.Questions.FileAsync(id, asked.CancellationToken) is { } file)
            yield return file;
    }

    private static async IAsyncEnumerable<OutlineEntry> OutlineAsync(Asked asked, string path)
    {
        var id = await FileOfAsync(asked, path);
        await foreach (var entry in asked.Questions.OutlineAsync(id, asked.CancellationToken))
            yield return entry;
    }

    /// <summary>The fragment that is meant by an id, or by the name of a definition.</summary>
    private static async Task<long> FragmentOfAsync(Asked asked, string of)
    {
        if (asked.IdOf(of) is { } id)
            return id;
        var page = new QuestionPage { Limit = Meant.Most };
        var found = await asked.Questions.DefinitionsAsync(of, kind: null, asked.Scope, page, asked.CancellationToken)
            .Where(d => d.FragmentId is not null).DistinctBy(d => d.FragmentId).ToListAsync(asked.CancellationToken);
        return Meant.One(of, "fragment", found.ConvertAll(d => (d.FragmentId!.Value, $"{d.QualifiedName} in {AnswerTable.Place(d)}, line {d.Line}")));
    }

    /// <summary>The file that is meant by an id, or by a path.</summary>
    private static async Task<long> FileOfAsync(Asked asked, string of)
    {
        if (asked.IdOf(of) is { } id)
            return id;
        var page = new QuestionPage { Limit = Meant.Most };
        var found = await asked.Questions.FilesAsync(of, asked.Scope, page, asked.CancellationToken).ToListAsync(asked.CancellationToken);
        return Meant.One(of, "file", found.ConvertAll(f => (f.FileId!.Value, AnswerTable.Place(f))));
    }

    /// <summary>A question, as a command.</summary>
    /// <param name="name">Name of the command.</param>
    /// <param name="description">What it asks.</param>
    /// <param name="example">What somebody might type after find.</param>
    /// <param name="symbols">Its arguments and options.</param>
    /// <param name="ask">Asks the index.</param>
    /// <param name="table">How an answer is shown.</param>
    /// <param name="hint">What may help where nothing is found.</param>
    private Command Question<T>(string name, string description, string example, IEnumerable<Symbol> symbols,
        Func<Asked, ParseResult, IAsyncEnumerable<T>> ask, AnswerTable<T> table, string? hint = null) where T : Answer
    {
        var command = new Command(name, $"{description}:\nfind {example}");
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Add(argument);
            else
                command.Add((Option)symbol);
        }
        app.Run(command, async (parsed, cancellationToken) =>
        {
            var isDot = parsed.GetValue(_dot);
            var context = _options.ContextOf(parsed);
            if (isDot && (app.IsJson(parsed) || context is not null))
                throw new UsageException("--dot writes a graph: --json and --context have no effect");
            var page = _options.PageOf(parsed, name, isRead: app.Context.OutputIsTerminal && !app.IsJson(parsed) && !isDot);
            await using var database = await app.OpenAsync(parsed, cancellationToken);
            // One row more than is shown tells whether there are more.
            var asked = new Asked(database.Client.Questions, _options.ScopeOf(parsed),
                page with { Limit = page.Limit + 1 }, cancellationToken);
            var view = new AnswerView(app.Context, app.Results(parsed), database.Client.Questions, name, page.Limit);
            var rows = await (isDot
                ? view.GraphAsync((IAsyncEnumerable<FoundCall>)ask(asked, parsed), cancellationToken)
                : view.WriteAsync(ask(asked, parsed), table, context, cancellationToken));
            if (rows > 0)
                return ExitCode.Ok;
            app.Context.Error.WriteLine(page.After is null ? "nothing found" : "nothing after that");
            if (hint is not null && page.After is null)
                app.Context.Error.WriteParagraph("hint: ", hint);
            return ExitCode.NothingFound;
        });
        return command;
    }

    /// <summary>What a question is asked with.</summary>
    private sealed record Asked(
        IndexQuestions Questions, QuestionScope Scope, QuestionPage Page, CancellationToken CancellationToken)
    {
        /// <summary>The id that is meant; null where it is a name.</summary>
        public long? IdOf(string text)
        {
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                return null;
            return Scope == new QuestionScope() ? id : throw new UsageException($"{id} is an id: --package, --version and --ecosystem have no effect");
        }
    }

    /// <summary>What a person means by a name, of which the index may have several.</summary>
    private static class Meant
    {
        /// <summary>As many are listed where it is not clear.</summary>
        public const int Most = 10;

        public static long One(string name, string what, List<(long Id, string Place)> found) => found switch
        {
            [] => throw new NothingFoundException($"no {what} is called {name}"),
            [var only] => only.Id,
            _ => throw new UsageException($"{name} is several {what}s, of which one is to be named by its id:\n"
                + string.Join('\n', found.Select(f => $"{f.Id}  {f.Place}")) + (found.Count < Most ? "" : "\n...")),
        };
    }
}
