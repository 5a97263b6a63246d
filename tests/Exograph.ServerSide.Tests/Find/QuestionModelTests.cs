using System.Globalization;
using Exograph.ServerSide.Tests.Loading;
using Exograph.ServerSide.Tests.Model;
using Xunit;

namespace Exograph.ServerSide.Tests.Find;

/// <summary>On random indexes every question has the answer that looking at all rows gives, whole and page by page.</summary>
public sealed class QuestionModelTests : LoadingTest
{
    private const int QuestionsOfAKind = 12;

    private const string Symbols = "ecosystem, package, version, path, line, col, kind, qualified_name, arity, fragment_id";
    private const string Calls = "level, caller, callee, caller_node_id, callee_node_id, file_id, line";
    private const string Fragments = "fragment_id, package, path, line, end_line, kind, name, mass";

    private Random _random = null!;
    private RandomIndex _index = null!;
    private ExpectedAnswers _expected = null!;
    private IndexRows _rows = null!;

    public static TheoryData<int> Seeds => [.. Property.Seeds(percent: 4, seed: 1)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Answers_are_those_of_a_model_that_looks_at_all_rows(int seed)
    {
        _random = new Random(seed);
        _index = new RandomIndex(_random);
        await _index.FillAsync(Db);
        _rows = await IndexRows.ReadAsync(Db);
        _expected = new ExpectedAnswers(_rows);
        if (seed % 2 == 0)
            await Db.ExecuteAsync("CALL exograph.add_text_indexes(); CALL exograph.add_similarity_index(); SET enable_seqscan = off");

        for (var i = 0; i < QuestionsOfAKind; i++)
        {
            await AskForNamesAsync();
            await AskForCallsAsync();
            await AskForFragmentsAsync();
            await AskForFilesAsync();
            await ComparePackagesAsync();
        }
    }

    private async Task AskForNamesAsync()
    {
        var (name, scope, kind) = (NextName(), NextScope(), Maybe(_index.Pick(["def", "call"])));
        var arguments = $"{Literal(name)}, {Arguments(scope)}, {Literal(kind)}";
        await AnswersAsync(_expected.Definitions(name, scope, kind), "definitions", arguments, Symbols, "place");
        await AnswersAsync(_expected.References(name, scope, kind), "references_to", arguments, Symbols, "place");
    }

    private async Task AskForCallsAsync()
    {
        var (name, other, scope) = (NextName(), NextName(), _random.Next(2) == 0 ? new Scope(null, null, null) : NextScope());
        int? depth = _random.Next(4) == 0 ? null : _random.Next(1, 5);
        var arguments = $"{Literal(name)}, {Literal(depth)}, {Arguments(scope)}";
        await AnswersAsync(_expected.Calls(name, true, depth, scope), "callers", arguments, Calls, "step");
        await AnswersAsync(_expected.Calls(name, false, depth, scope), "callees", arguments, Calls, "step");

        var question = $"exograph_find.call_path({Literal(name)}, {Literal(other)}, {Literal(depth)}, {Arguments(scope)})";
        var path = await Db.RowsAsync($"SELECT level, caller_node_id, callee_node_id FROM {question}");
        Assert.Equal(_expected.Distance(name, other, depth, scope) ?? 0, path.Length);
        if (path.Length > 0)
        {
            var steps = path.Select(row => Array.ConvertAll(row.Split('|'), n => long.Parse(n, CultureInfo.InvariantCulture))).ToList();
            Assert.Equal(Enumerable.Range(1, path.Length).Select(n => (long)n), steps.Select(s => s[0]));
            Assert.True(_expected.IsPath([.. steps.Select(s => (s[1], s[2]))], name, other, scope), question);
        }
    }

    private async Task AskForFragmentsAsync()
    {
        var (scope, kind) = (NextScope(), Maybe(_index.Pick(["def", "class"])));
        var terms = Enumerable.Range(1, 7).Where(_ => _random.Next(4) == 0).Select(n => $"t_{n}").DefaultIfEmpty("t_1").ToArray();
        await AnswersAsync(
            _expected.FragmentsWith(terms, scope, kind), "fragments_with",
            $"'{{{string.Join(',', terms)}}}', {Arguments(scope)}, {Literal(kind)}", Fragments, "fragment_id");
        var fragment = NextOf(_rows.Fragments.Keys);
        await AnswersAsync(
            _expected.CopiesOf(fragment, scope), "copies_of", $"{fragment}, {Arguments(scope)}", Fragments, "fragment_id");
        var minimum = _index.Pick([0, 0.25, 0.5, 1]);
        await AnswersAsync(
            _expected.Similar(fragment, minimum, scope), "similar",
            $"{fragment}, {minimum.ToString(CultureInfo.InvariantCulture)}, {Arguments(scope)}",
            "fragment_id, similarity::numeric(7, 6)", "rank");
    }

    private async Task AskForFilesAsync()
    {
        var (scope, file) = (NextScope(), NextOf(_rows.Files.Keys));
        await AnswersAsync(
            _expected.CopiesOfFile(file, scope), "copies_of_file", $"{file}, {Arguments(scope)}",
            "file_id, ecosystem, package, version, path", "file_id");
        Assert.Equal(_expected.Outline(file), await Db.RowsAsync(
            $"SELECT depth, line, end_line, kind, qualified_name FROM exograph_find.outline({file})"));
        var path = _index.Pick(RandomIndex.Paths);
        const string Columns = "file_id, ecosystem, package, version, path, array_to_string(paths, ';'), lines, source";
        var files = _expected.File(path, scope);
        await AnswersAsync(files, "file", $"{Literal(path)}, {Arguments(scope)}", Columns, "file_id");
        Assert.Equal(files, await Db.RowsAsync(
            $"""
            SELECT f.* FROM exograph_find.file({Literal(path)}, {Arguments(scope)}) a
            CROSS JOIN LATERAL (SELECT {Columns} FROM exograph_find.file(a.file_id)) f
            ORDER BY f.file_id
            """));

        var text = _index.Pick(["get", "word", "a+b", "(x)", @"\x[1]", "wörd", " ", "Get.", "x"]);
        var (atBegin, ignoreCase) = (_random.Next(4) == 0, _random.Next(3) == 0);
        var (inSources, inComments) = (_random.Next(4) > 0, _random.Next(2) == 0);
        var pattern = (atBegin ? "^" : "") + string.Concat(text.Select(c => char.IsLetterOrDigit(c) ? $"{c}" : $@"\{c}"));
        await AnswersAsync(
            _expected.Text(text, atBegin, ignoreCase, inSources, inComments, scope), "text",
            $"{Literal(pattern)}, {inSources}, {inComments}, {ignoreCase}, {Arguments(scope)}",
            "file_id, line, col, found_in, match, text", "hit");
    }

    private async Task ComparePackagesAsync()
    {
        var (ecosystem, package, other) =
            (_index.Pick(RandomIndex.Ecosystems), _index.Pick(RandomIndex.Packages), _index.Pick(RandomIndex.Packages));
        await AnswersAsync(
            _expected.Changes(_expected.FilesOf(ecosystem, package, "1.0"), _expected.FilesOf(ecosystem, package, "2.0")),
            "changes", $"{Literal(package)}, '1.0', '2.0', {Literal(ecosystem)}",
            "what, change, kind, name, arity, CASE WHEN what = 'file' THEN old_path END", "place");
        var (version, otherVersion) = (Maybe(_index.Pick(RandomIndex.Versions)), Maybe(_index.Pick(RandomIndex.Versions)));
        var minimumMass = _random.Next(1, 4);
        await AnswersAsync(
            _expected.SharedCode(
                _expected.FilesOf(ecosystem, package, version), _expected.FilesOf(ecosystem, other, otherVersion), minimumMass),
            "shared_code",
            $"{Literal(package)}, {Literal(other)}, {Literal(version)}, {Literal(otherVersion)}, {Literal(ecosystem)}, NULL, {minimumMass}",
            "mass, copies, fragment_id, other_copies, other_fragment_id", "rank");
    }

    /// <summary>Asks for all at once, and page by page.</summary>
    private async Task AnswersAsync(
        List<string> expected, string question, string arguments, string columns, string place)
    {
        var call = $"exograph_find.{question}({arguments}";
        var answers = await Db.RowsAsync($"SELECT {columns} FROM {call})");
        Assert.True(expected.SequenceEqual(answers), $"{call}) is\n{string.Join('\n', answers)}\nnot\n{string.Join('\n', expected)}");

        var page = _random.Next(1, 5);
        var paged = new List<string>();
        string? after = null;
        for (var rows = page; rows == page;)
        {
            var asked = $"FROM {call}, after => {Literal(after)}, page => {page})";
            var places = await Db.RowsAsync($"SELECT {place} {asked}");
            rows = places.Length;
            paged.AddRange(await Db.RowsAsync($"SELECT {columns} {asked}"));
            after = places.LastOrDefault();
        }
        Assert.Equal(expected, paged);
    }

    /// <summary>A name that is there, a part of it, a pattern, or one that is not.</summary>
    private string NextName()
    {
        var (qualified, name, arity) = _index.NextName();
        return _random.Next(9) switch
        {
            0 => Escaped(name),
            1 => $"{Escaped(name)}/{arity ?? 1}",
            2 => Escaped(qualified),
            3 => $"{Escaped(qualified[..(qualified.Length / 2)])}%",
            4 => $"{Escaped(name[..1])}%",
            5 => $"%{Escaped(qualified[(qualified.Length / 2)..])}",
            6 => qualified,
            7 => Escaped(qualified[(qualified.IndexOf('.', StringComparison.Ordinal) + 1)..]),
            _ => $"{Escaped(qualified[..1])}%{Escaped(name)}%",
        };

        static string Escaped(string text) => text.Replace("%", "%%", StringComparison.Ordinal);
    }

    private Scope NextScope() => new(
        Rarely(_index.Pick(RandomIndex.Packages)), Rarely(_index.Pick(RandomIndex.Versions)), Rarely(_index.Pick(RandomIndex.Ecosystems)));

    private long NextOf(IEnumerable<long> ids) => _random.Next(8) == 0 ? 1L << 40 : _index.Pick([.. ids.Order()]);

    private string? Maybe(string value) => _random.Next(2) == 0 ? value : null;

    private string? Rarely(string value) => _random.Next(4) == 0 ? value : null;

    private static string Arguments(Scope scope) => $"{Literal(scope.Package)}, {Literal(scope.Version)}, {Literal(scope.Ecosystem)}";

    private static string Literal(string? text) => text is null ? "NULL" : Sql.Literal(text);

    private static string Literal(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "NULL";
}
